/**
 * The sentences about a price: which price applied, the quantity billed, and the resulting amount in currency units.
 */

import type { Increments, Rounding } from '../catalog/catalog.ts'
import { formatMoney } from '../money.ts'
import {
  chargedFeeMicros,
  type MinutePriceFacts,
  minutePriceFacts,
  type PriceFacts,
  roundedAmount,
  type UnitPriceFacts,
  unroundedAmount,
} from '../rating/price-facts.ts'
import type { BillingMode } from '../settings/settings.ts'
import { counted } from './counted.ts'
import type { Explained } from './explained.ts'
import {
  aiPriceOf,
  recordedCallPrice,
  recordedCallRate,
  recordedItemPrice,
  recordedMessagePrice,
} from './recorded-price.ts'
import type { StoredUsage } from './recorded-usage.ts'

/** The price of a call by the deck, after the minutes that a package covers. */
export function callPrice({ stored, settings: { currency }, catalog, tariff }: Explained): string[] {
  const rate = recordedCallRate(stored, tariff)
  if (catalog === null || rate === null) return [missingRow(stored)]
  const price = recordedCallPrice(stored, rate)
  if (price === null) return ['The minutes recorded as left would have covered the whole call.']
  const fee = `connection fee ${formatMoney(rate.connectionFeeMicros)} ${currency}`
  return [
    `${matched(stored)}: ${perMinute(price, currency)}, ${fee}, ${incrementsOf(price.increments)}.`,
    billing(price),
    minuteSum(price, currency, catalog.rounding),
  ]
}

/** The price of a message by the deck of its channel and direction. */
export function messagePrice({ stored, settings: { currency }, catalog, tariff }: Explained): string[] {
  const price = recordedMessagePrice(stored, tariff)
  if (catalog === null || price === null) return [missingRow(stored)]
  return [
    `${matched(stored)}: ${formatMoney(price.perUnitMicros)} ${currency} a fragment.`,
    unitSum(price, 'fragment', currency, catalog.rounding),
  ]
}

/** The price of an item by its SKU. */
export function itemPrice({ stored, settings: { currency }, catalog, tariff }: Explained): string[] {
  const price = recordedItemPrice(stored, tariff)
  if (catalog === null || price === null) return ['The tariff has no price for this SKU.']
  return [
    `SKU ${stored.sku} costs ${formatMoney(price.perUnitMicros)} ${currency} a unit.`,
    unitSum(price, 'unit', currency, catalog.rounding),
  ]
}

const BILLED_BY_MODE: Readonly<Record<BillingMode, string>> = {
  credit: 'it is charged to the credit',
  invoice: 'it is priced for the invoice and takes no credit',
  included: 'it is included in the plan: no price, and no minutes counted',
}

/** The price of AI usage: the account's billing mode, and the tariff's price by the minute if the mode needs one. */
export function aiPrice({ stored, settings, catalog, tariff }: Explained): string[] {
  const isAnalysis = stored.type === 'conversation_intelligence'
  const mode = isAnalysis ? settings.conversationIntelligence : settings.voiceAgent
  const what = isAnalysis ? 'Conversation Intelligence' : 'Voice Agents'
  const byMode = `The account's billing mode for ${what} is ${mode}: ${BILLED_BY_MODE[mode]}.`
  if (mode === 'included') return [byMode]
  const offered = aiPriceOf(stored, tariff)
  if (catalog === null || offered === null) return [byMode, `The tariff has no price for ${what}.`]
  const price = minutePriceFacts(offered, stored.quantity)
  const { currency } = settings
  return [
    byMode,
    `The tariff's price is ${perMinute(price, currency)}, ${incrementsOf(price.increments)}.`,
    billing(price),
    minuteSum(price, currency, catalog.rounding),
  ]
}

function missingRow({ figures: { deck, prefix } }: StoredUsage): string {
  return `The tariff has no price in force under prefix ${prefix ?? 'unknown'} of deck ${deck ?? 'unknown'}.`
}

function matched({ to, figures: { deck, prefix, destination } }: StoredUsage): string {
  return `In deck ${deck} the longest prefix of ${to ?? 'the destination'} was ${prefix}, ${destination}`
}

function perMinute({ perMinuteMicros }: MinutePriceFacts, currency: string): string {
  return `${formatMoney(perMinuteMicros)} ${currency} a minute`
}

function incrementsOf({ firstSeconds, nextSeconds }: Increments): string {
  return `increments of ${firstSeconds} and then ${nextSeconds} seconds`
}

function billing({
  pricedSeconds,
  billedSeconds,
  increments: { firstSeconds, nextSeconds },
}: MinutePriceFacts): string {
  const steps = (billedSeconds - firstSeconds) / nextSeconds
  const made = steps === 0 ? `the first ${firstSeconds}` : `${firstSeconds} and ${steps} times ${nextSeconds}`
  return `${counted(pricedSeconds, 'second')} became ${counted(billedSeconds, 'billed second')}: ${made}.`
}

function minuteSum(price: MinutePriceFacts, currency: string, rounding: Rounding): string {
  const feeMicros = chargedFeeMicros(price)
  const fee = feeMicros === 0n ? '' : `${formatMoney(feeMicros)} + `
  return rounded(`${fee}${formatMoney(price.perMinuteMicros)} x ${price.billedSeconds} / 60`, price, currency, rounding)
}

function unitSum(price: UnitPriceFacts, unit: string, currency: string, rounding: Rounding): string {
  return rounded(`${counted(price.units, unit)} x ${formatMoney(price.perUnitMicros)}`, price, currency, rounding)
}

/** The calculation, its exact value, and the rounded amount. */
function rounded(sum: string, price: PriceFacts, currency: string, rounding: Rounding): string {
  const { decimal, isExact } = unroundedAmount(price)
  const how = `rounded ${rounding.mode} to ${counted(rounding.scale, 'digit')}`
  const amount = formatMoney(roundedAmount(price, rounding))
  return `${sum} = ${decimal}${isExact ? '' : '...'} ${currency} exactly, ${how}: ${amount} ${currency}.`
}
