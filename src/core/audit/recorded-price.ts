/** Finds the price of a recorded decision in the tariff that it used. */
import type { CallRate, MessageRate, MinutePrice, Tariff } from '../catalog/catalog.ts'
import { callMinutes, minutesCovered } from '../rating/fair-use.ts'
import { messagePriceKey } from '../rating/message.ts'
import {
  callPriceFacts,
  type MinutePriceFacts,
  minutePriceFacts,
  type PriceFacts,
  type UnitPriceFacts,
} from '../rating/price-facts.ts'
import { recordedRow } from './recorded-numbers.ts'
import type { StoredUsage } from './recorded-usage.ts'

/**
 * Returns the price. Null if nothing was priced, or if the tariff has no such price: then the record is wrong, or the
 * usage was free.
 */
export function recordedPrice(stored: StoredUsage, tariff: Tariff | undefined): PriceFacts | null {
  const { outcome } = stored.figures
  if (outcome !== 'charged' && outcome !== 'invoiced') return null
  switch (stored.type) {
    case 'call':
    case 'toll_free': {
      const rate = recordedCallRate(stored, tariff)
      return rate && recordedCallPrice(stored, rate)
    }
    case 'message':
      return recordedMessagePrice(stored, tariff)
    case 'conversation_intelligence':
    case 'voice_agent': {
      const price = stored.quantity > 0 ? aiPriceOf(stored, tariff) : null
      return price && minutePriceFacts(price, stored.quantity)
    }
    case 'other':
      return recordedItemPrice(stored, tariff)
    case 'correction':
      return null
  }
}

/** Returns the deck row that priced a call. Toll-free calls have their own deck. */
export function recordedCallRate(stored: StoredUsage, tariff: Tariff | undefined): CallRate | null {
  return recordedRow(stored.figures.reason === 'toll_free_inbound' ? tariff?.tollFree : tariff?.outbound, stored)
}

/** Returns the price of a call. Null if the minutes recorded as left would have covered the whole call. */
export function recordedCallPrice(stored: StoredUsage, rate: CallRate): MinutePriceFacts | null {
  const { reason, minutesLeft } = stored.figures
  const covered = reason === 'fair_use_exceeded' ? minutesCovered(callMinutes(stored.quantity), minutesLeft ?? 0) : 0
  return callPriceFacts(rate, stored.quantity, covered)
}

/** Returns the price of a message. Null if the tariff does not have it. */
export function recordedMessagePrice(stored: StoredUsage, tariff: Tariff | undefined): UnitPriceFacts | null {
  const { channel, direction, quantity } = stored
  if (channel === null) return null
  const rate: MessageRate | null = recordedRow(
    tariff?.messages.get(messagePriceKey(channel, direction ?? 'outbound')),
    stored,
  )
  return rate && { by: 'unit', perUnitMicros: rate.pricePerUnitMicros, units: quantity }
}

/** Returns the tariff's price by the minute for this kind of AI usage. */
export function aiPriceOf(stored: StoredUsage, tariff: Tariff | undefined): MinutePrice | null {
  return (stored.type === 'conversation_intelligence' ? tariff?.conversationIntelligence : tariff?.voiceAgent) ?? null
}

/** Returns the price of an item by its SKU. Null if the tariff does not have it. */
export function recordedItemPrice({ sku, quantity }: StoredUsage, tariff: Tariff | undefined): UnitPriceFacts | null {
  const perUnitMicros = sku === null ? undefined : tariff?.other.get(sku)
  return perUnitMicros === undefined ? null : { by: 'unit', perUnitMicros, units: quantity }
}
