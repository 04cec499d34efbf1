/** The records that the ledger announces, as the schemas in `schemas/events` define them: money is text, instants are micros. */
import type { AlertRaised } from '../../core/account/alerts.ts'
import type { BalanceChanged, Movement, ServiceStatusChanged } from '../../core/account/state.ts'
import type { RecordedUsage } from '../../core/batch/decide-batch.ts'
import type { InstantMicros } from '../../core/instant.ts'
import { type Currency, formatMoney } from '../../core/money.ts'
import type { TopUpStep } from '../../core/top-up/step.ts'
import { quantityUsed } from '../../core/usage/quantity.ts'

/** What all announcements of one transaction share. */
export interface Stamp {
  readonly epoch: number
  /** When the transaction recorded it. */
  readonly nowMicros: InstantMicros
}

/** A step with its version in the account's series. */
export interface AnnouncedStep extends TopUpStep {
  readonly accountId: string
  readonly currency: Currency
  readonly version: bigint
}

/** The record of `credit.balance-changed.v1`. */
export function balanceRecord(change: BalanceChanged, { epoch, nowMicros }: Stamp) {
  return {
    account_id: change.accountId,
    epoch,
    version: Number(change.version),
    balance_before: formatMoney(change.balanceBeforeMicros),
    balance_after: formatMoney(change.balanceAfterMicros),
    currency: change.currency,
    cause: change.cause,
    first_sequence: Number(change.firstSequence),
    last_sequence: Number(change.lastSequence),
    changed_at: nowMicros,
  }
}

/** The record of `credit.service-status.v1`. */
export function serviceStatusRecord(change: ServiceStatusChanged, { epoch }: Stamp) {
  return {
    account_id: change.accountId,
    epoch,
    version: Number(change.version),
    status: change.status,
    blocked: [...change.blocked],
    reason: change.reason,
    since: change.sinceMicros,
  }
}

/** The record of `credit.alerts.v1`. */
export function alertRecord(alert: AlertRaised, { epoch, nowMicros }: Stamp) {
  return {
    account_id: alert.accountId,
    epoch,
    version: Number(alert.version),
    kind: alert.kind,
    level: formatMoney(alert.levelMicros),
    balance: formatMoney(alert.balanceMicros),
    currency: alert.currency,
    raised_at: nowMicros,
  }
}

/** The record of `credit.top-ups.v1`. */
export function topUpRecord(step: AnnouncedStep, { epoch, nowMicros }: Stamp) {
  return {
    account_id: step.accountId,
    epoch,
    version: Number(step.version),
    kind: step.kind,
    top_up_id: step.topUpId,
    trigger: step.trigger,
    amount: step.amountMicros === null ? null : formatMoney(step.amountMicros),
    currency: step.currency,
    reason: step.reason,
    attempt: step.attempt,
    until: step.untilMicros,
    occurred_at: nowMicros,
  }
}

/** The record of `credit.movements.v1`. */
export function movementRecord({ posting, origin, occurredAtMicros }: Movement, { epoch, nowMicros }: Stamp) {
  const { accountId, sequence } = posting
  return {
    account_id: accountId,
    epoch,
    sequence: Number(sequence),
    kind: origin.kind,
    amount: formatMoney(posting.amountMicros),
    balance_before: formatMoney(posting.balanceBeforeMicros),
    balance_after: formatMoney(posting.balanceAfterMicros),
    currency: posting.currency,
    event_id: 'eventId' in origin ? origin.eventId : null,
    top_up_id: 'topUpId' in origin ? origin.topUpId : null,
    reverses_sequence: 'reversesSequence' in origin ? Number(origin.reversesSequence) : null,
    actor: 'actor' in origin ? origin.actor : null,
    reason: 'reason' in origin ? origin.reason : null,
    occurred_at: occurredAtMicros,
    recorded_at: nowMicros,
  }
}

/** The record of `usage.rated.v1`. */
export function ratedUsageRecord(
  { event, decision, settingsVersion, movementSequence, correctedBy }: RecordedUsage<unknown>,
  { epoch, nowMicros }: Stamp,
) {
  const { accountId, eventId } = event
  return {
    account_id: accountId,
    event_id: eventId,
    epoch,
    type: event.type,
    interaction_id: event.interactionId,
    user_id: event.userId,
    outcome: decision.outcome,
    reason: decision.reason,
    quantity: quantityUsed(event),
    units: decision.units,
    covered_minutes: decision.coveredMinutes,
    amount: formatMoney(decision.amountMicros),
    currency: decision.currency,
    deck: decision.rate?.deck ?? null,
    prefix: decision.rate?.prefix ?? null,
    destination: decision.rate?.destination ?? null,
    to_country: decision.to?.country ?? null,
    catalog_version: decision.catalogVersion,
    settings_version: settingsVersion,
    movement_sequence: movementSequence === null ? null : Number(movementSequence),
    corrects: event.type === 'correction' ? event.corrects : null,
    corrected_by: correctedBy,
    occurred_at: event.occurredAtMicros,
    recorded_at: nowMicros,
  }
}
