/** The price behind a recorded decision, found again in the catalog that it was made by. */

import type { CallRate, Catalog, Deck, Increments, MessageRate } from '../catalog/catalog.ts'
import type { Micros } from '../money.ts'
import type { AccountSettings } from '../settings/settings.ts'
import { isEffective } from './deck.ts'
import { billedSeconds, type UnroundedAmount, unroundedQuotient } from './price.ts'
import type { StoredUsage } from './recompute.ts'

export type RecordedPrice =
  | {
      readonly by: 'minute'
      readonly perMinuteMicros: Micros
      /** Null: not of a call. */
      readonly connectionFeeMicros: Micros | null
      /** Not where a package covers the first minutes. */
      readonly isFeeCharged: boolean
      readonly increments: Increments
      /** What is priced, before and after increments. */
      readonly pricedSeconds: number
      readonly billedSeconds: number
    }
  | { readonly by: 'unit'; readonly perUnitMicros: Micros; readonly units: number }

/** Null where nothing was priced, or the catalog has no such price: what is recorded is wrong then, or was free. */
export function recordedPrice(
  stored: StoredUsage,
  settings: AccountSettings,
  catalog: Catalog | null,
): RecordedPrice | null {
  const tariff = catalog?.tariffs.get(settings.tariff)
  const { outcome, reason, minutesLeft } = stored.figures
  if (tariff === undefined || (outcome !== 'charged' && outcome !== 'invoiced')) return null
  switch (stored.type) {
    case 'call':
    case 'toll_free': {
      const rate = recordedRow(reason === 'toll_free_inbound' ? tariff.tollFree : tariff.outbound, stored)
      if (rate === null) return null
      // Minutes that are covered come off the front of the call, and the connection fee with them.
      const coveredMinutes = reason === 'fair_use_exceeded' ? (minutesLeft ?? 0) : 0
      const { pricePerMinuteMicros, connectionFeeMicros, increments } = rate
      return byMinute(pricePerMinuteMicros, increments, stored.quantity - 60 * coveredMinutes, {
        connectionFeeMicros,
        isFeeCharged: coveredMinutes === 0,
      })
    }
    case 'message': {
      const { channel, direction } = stored
      if (channel === null) return null
      const key = direction === 'inbound' ? (`${channel}_inbound` as const) : channel
      const rate = recordedRow(tariff.messages.get(key), stored)
      return rate && { by: 'unit', perUnitMicros: rate.pricePerUnitMicros, units: stored.quantity }
    }
    case 'conversation_intelligence':
    case 'voice_agent': {
      const isAnalysis = stored.type === 'conversation_intelligence'
      const price = isAnalysis ? tariff.conversationIntelligence : tariff.voiceAgent
      return price && byMinute(price.pricePerMinuteMicros, price.increments, stored.quantity, NO_FEE)
    }
    case 'other': {
      const perUnitMicros = stored.sku === null ? undefined : tariff.other.get(stored.sku)
      return perUnitMicros === undefined ? null : { by: 'unit', perUnitMicros, units: stored.quantity }
    }
    case 'correction':
      return null
  }
}

const NO_FEE = { connectionFeeMicros: null, isFeeCharged: false } as const

function byMinute(
  perMinuteMicros: Micros,
  increments: Increments,
  pricedSeconds: number,
  fee: { readonly connectionFeeMicros: Micros | null; readonly isFeeCharged: boolean },
): RecordedPrice | null {
  // The minutes recorded as left would have covered the whole call.
  if (pricedSeconds <= 0) return null
  const billed = billedSeconds(pricedSeconds, increments)
  return { by: 'minute', perMinuteMicros, ...fee, increments, pricedSeconds, billedSeconds: billed }
}

/** What the price comes to before it is rounded. */
export function unroundedAmount(price: RecordedPrice): UnroundedAmount {
  if (price.by === 'unit') return unroundedQuotient(price.perUnitMicros * BigInt(price.units), 1n)
  const feeMicros = price.isFeeCharged ? (price.connectionFeeMicros ?? 0n) : 0n
  return unroundedQuotient(feeMicros * 60n + price.perMinuteMicros * BigInt(price.billedSeconds), 60n)
}

/** The row of the recorded prefix that was in force: the one that priced the event, if the record is right. */
export function recordedRow<Rate extends CallRate | MessageRate>(
  deck: Deck<Rate> | null | undefined,
  { figures: { prefix }, occurredAtMicros }: StoredUsage,
): Rate | null {
  if (!deck || prefix === null) return null
  const rows = [...deck.rates.rows, ...deck.rates.shortCodes.values()].find(([first]) => first?.prefix === prefix)
  return rows?.find((row) => isEffective(row, occurredAtMicros)) ?? null
}
