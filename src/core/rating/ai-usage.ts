/** Usage of AI by the minute: from credit, on the invoice, or included, as the account's billing mode says. */

import type { MinutePrice } from '../catalog/catalog.ts'
import type { BillingMode } from '../settings/settings.ts'
import type { RatingContext } from './context.ts'
import { type Decision, decision, type Reason, rejected } from './decision.ts'
import { billedSeconds, minuteAmount } from './price.ts'

export function rateAiUsage(
  durationSeconds: number,
  price: MinutePrice | null,
  mode: BillingMode,
  chargedReason: Extract<Reason, 'conversation_intelligence' | 'voice_agent'>,
  context: RatingContext,
): Decision {
  if (durationSeconds === 0) return decision('free', 'no_usage')
  if (mode === 'included') return decision('covered', 'included_in_plan')
  if (price === null) {
    const { tariff, settings } = context
    return rejected('no_rate', `tariff ${tariff.id} has no price for ${chargedReason}`, settings.currency)
  }
  const units = billedSeconds(durationSeconds, price.increments)
  const amountMicros = minuteAmount(price, units, context.catalog.rounding)
  return mode === 'invoice'
    ? decision('invoiced', 'billed_on_invoice', { units, amountMicros })
    : decision('charged', chargedReason, { units, amountMicros })
}
