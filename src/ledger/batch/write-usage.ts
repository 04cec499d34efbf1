/** Appends the identities and rated usage of a batch, with one COPY each. */
import type { RecordedUsage } from '../../core/batch/decide-batch.ts'
import type { InstantMicros } from '../../core/instant.ts'
import { CONTENT_VERSION } from '../../core/usage/content.ts'
import { quantityUsed } from '../../core/usage/quantity.ts'
import type { Connection } from '../../platform/postgres.ts'
import { copyRows, copyTarget } from '../../platform/postgres-binary.ts'

/**
 * Conflicts are not ignored. The ids were read under the account locks, so a second row for an id can only be a bug,
 * and must fail the batch.
 */
const IDENTITIES = copyTarget<RecordedUsage<unknown>, InstantMicros>('tollgate.usage_identity', [
  ['account_id', (to, usage) => to.text(usage.event.accountId)],
  ['event_id', (to, usage) => to.text(usage.event.eventId)],
  ['content_version', (to) => to.int16(CONTENT_VERSION)],
  ['content_hash', (to, usage) => to.bytes(Buffer.from(usage.contentHash, 'hex'))],
  ['recorded_at', (to, _, recordedAtMicros) => to.instant(recordedAtMicros)],
  ['corrected_by', (to, usage) => to.text(usage.correctedBy)],
])

const RATED_USAGE = copyTarget<RecordedUsage<unknown>, InstantMicros>('tollgate.rated_usage', [
  ['recorded_at', (to, _, recordedAtMicros) => to.instant(recordedAtMicros)],
  ['account_id', (to, { event }) => to.text(event.accountId)],
  ['event_id', (to, { event }) => to.text(event.eventId)],
  ['occurred_at', (to, { event }) => to.instant(event.occurredAtMicros)],
  ['type', (to, { event }) => to.text(event.type)],
  ['interaction_id', (to, { event }) => to.text(event.interactionId)],
  ['user_id', (to, { event }) => to.text(event.userId)],
  ['direction', (to, { event }) => to.text('direction' in event ? event.direction : null)],
  ['leg', (to, { event }) => to.text('leg' in event ? event.leg : null)],
  ['channel', (to, { event }) => to.text('channel' in event ? event.channel : null)],
  ['agent_id', (to, { event }) => to.text('agentId' in event ? event.agentId : null)],
  ['sku', (to, { event }) => to.text('sku' in event ? event.sku : null)],
  ['corrects', (to, { event }) => to.text('corrects' in event ? event.corrects : null)],
  ['from_number', (to, { event }) => to.text('from' in event ? event.from : null)],
  ['to_number', (to, { event }) => to.text('to' in event ? event.to : null)],
  ['from_country', (to, { decision }) => to.text(decision.from?.country ?? null)],
  ['to_country', (to, { decision }) => to.text(decision.to?.country ?? null)],
  ['to_type', (to, { decision }) => to.text(decision.to?.type ?? null)],
  ['quantity', (to, { event }) => to.int64(quantityUsed(event))],
  ['outcome', (to, { decision }) => to.text(decision.outcome)],
  ['reason', (to, { decision }) => to.text(decision.reason)],
  ['units', (to, { decision }) => to.int64(decision.units)],
  ['covered_minutes', (to, { decision }) => to.int32(decision.coveredMinutes)],
  ['amount_micros', (to, { decision }) => to.int64(decision.amountMicros)],
  ['currency', (to, { decision }) => to.text(decision.currency)],
  ['deck', (to, { decision }) => to.text(decision.rate?.deck ?? null)],
  ['prefix', (to, { decision }) => to.text(decision.rate?.prefix ?? null)],
  ['destination', (to, { decision }) => to.text(decision.rate?.destination ?? null)],
  ['catalog_version', (to, { decision }) => to.int32(decision.catalogVersion)],
  ['settings_version', (to, { settingsVersion }) => to.int32(settingsVersion)],
  ['movement_sequence', (to, { movementSequence }) => to.int64(movementSequence)],
  ['minutes_left', (to, { decision }) => to.int32(decision.fairUse?.minutesLeft ?? null)],
  ['cycle_anchor', (to, { decision }) => to.date(decision.fairUse?.counter.anchor ?? null)],
  ['cycle_start', (to, { decision }) => to.date(decision.fairUse?.counter.cycleStart ?? null)],
])

/** Appends the identities. The accounts must be locked. */
export function insertIdentities(
  connection: Connection,
  recorded: readonly RecordedUsage<unknown>[],
  recordedAtMicros: InstantMicros,
) {
  return copyRows(connection, IDENTITIES, recorded, recordedAtMicros)
}

/** Appends the rated usage. The accounts must be locked. */
export function insertRatedUsage(
  connection: Connection,
  recorded: readonly RecordedUsage<unknown>[],
  recordedAtMicros: InstantMicros,
) {
  return copyRows(connection, RATED_USAGE, recorded, recordedAtMicros)
}
