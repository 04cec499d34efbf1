/** AI usage by the minute: charged to credit, invoiced or included in the plan, by the account's billing mode. */

import type { MinutePrice } from '../catalog/catalog.ts'
import type { BillingMode } from '../settings/settings.ts'
import type { RatingContext } from './context.ts'
import type { RatedDecision } from './decision.ts'
import { charged, free, includedInPlan, invoiced, noRate } from './outcomes.ts'
import { billedSeconds, minuteAmount } from './price.ts'

/** Prices AI usage. `price` is the tariff's, null if it has none; that matters only if the usage is not included. */
export function rateAiUsage(
  durationSeconds: number,
  price: MinutePrice | null,
  mode: BillingMode,
  chargedReason: 'conversation_intelligence' | 'voice_agent',
  context: RatingContext,
): RatedDecision {
  if (durationSeconds === 0) return free(context, 'no_usage')
  if (mode === 'included') return includedInPlan(context)
  if (price === null) return noRate(context, `tariff ${context.tariff.id} has no price for ${chargedReason}`)
  const units = billedSeconds(durationSeconds, price.increments)
  const amountMicros = minuteAmount(price, units, context.catalog.rounding)
  return mode === 'invoice'
    ? invoiced(context, { units, amountMicros })
    : charged(context, chargedReason, { units, amountMicros })
}
