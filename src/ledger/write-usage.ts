/** Appends what was decided of a batch's events: identities and rated usage, one COPY each. */
import type { RecordedUsage } from '../core/account/batch.ts'
import type { InstantMicros } from '../core/instant.ts'
import { counterFromKey } from '../core/rating/fair-use.ts'
import { CONTENT_VERSION } from '../core/usage/content.ts'
import type { UsageEvent } from '../core/usage/event.ts'
import type { Connection } from '../platform/postgres.ts'
import { copyRows, copyTarget } from '../platform/postgres-binary.ts'

/** A recorded event and the instant of its recording, the same for all of a batch. */
interface Row {
  readonly usage: RecordedUsage<unknown>
  readonly recordedAtMicros: InstantMicros
}

/**
 * Nothing here overlooks a conflict: the account locks keep others away and known ids were read under them, so a second
 * row for one id can only mean a bug, and must fail the batch rather than pass unseen.
 */
const IDENTITIES = copyTarget<Row>('tollgate.usage_identity', [
  ['account_id', (row, { usage }) => row.text(usage.event.accountId)],
  ['event_id', (row, { usage }) => row.text(usage.event.eventId)],
  ['content_version', (row) => row.int16(CONTENT_VERSION)],
  ['content_hash', (row, { usage }) => row.bytes(Buffer.from(usage.contentHash, 'hex'))],
  ['recorded_at', (row, { recordedAtMicros }) => row.instant(recordedAtMicros)],
  ['corrected_by', (row, { usage }) => row.text(usage.correctedBy)],
])

const RATED_USAGE = copyTarget<Row>('tollgate.rated_usage', [
  ['recorded_at', (row, { recordedAtMicros }) => row.instant(recordedAtMicros)],
  ['account_id', (row, { usage: { event } }) => row.text(event.accountId)],
  ['event_id', (row, { usage: { event } }) => row.text(event.eventId)],
  ['occurred_at', (row, { usage: { event } }) => row.instant(event.occurredAtMicros)],
  ['type', (row, { usage: { event } }) => row.text(event.type)],
  ['interaction_id', (row, { usage: { event } }) => row.text(event.interactionId)],
  ['user_id', (row, { usage: { event } }) => row.text(event.userId)],
  ['direction', (row, { usage: { event } }) => row.text('direction' in event ? event.direction : null)],
  ['leg', (row, { usage: { event } }) => row.text('leg' in event ? event.leg : null)],
  ['channel', (row, { usage: { event } }) => row.text('channel' in event ? event.channel : null)],
  ['agent_id', (row, { usage: { event } }) => row.text('agentId' in event ? event.agentId : null)],
  ['sku', (row, { usage: { event } }) => row.text('sku' in event ? event.sku : null)],
  ['corrects', (row, { usage: { event } }) => row.text('corrects' in event ? event.corrects : null)],
  ['from_number', (row, { usage: { event } }) => row.text('from' in event ? event.from : null)],
  ['to_number', (row, { usage: { event } }) => row.text('to' in event ? event.to : null)],
  ['from_country', (row, { usage: { decision } }) => row.text(decision.from?.country ?? null)],
  ['to_country', (row, { usage: { decision } }) => row.text(decision.to?.country ?? null)],
  ['to_type', (row, { usage: { decision } }) => row.text(decision.to?.type ?? null)],
  ['quantity', (row, { usage: { event } }) => row.int64(quantityUsed(event))],
  ['outcome', (row, { usage: { decision } }) => row.text(decision.outcome)],
  ['reason', (row, { usage: { decision } }) => row.text(decision.reason)],
  ['units', (row, { usage: { decision } }) => row.int64(decision.units)],
  ['covered_minutes', (row, { usage: { decision } }) => row.int32(decision.coveredMinutes)],
  ['amount_micros', (row, { usage: { decision } }) => row.int64(decision.amountMicros)],
  ['currency', (row, { usage: { decision } }) => row.text(decision.currency)],
  ['deck', (row, { usage: { decision } }) => row.text(decision.rate?.deck ?? null)],
  ['prefix', (row, { usage: { decision } }) => row.text(decision.rate?.prefix ?? null)],
  ['destination', (row, { usage: { decision } }) => row.text(decision.rate?.destination ?? null)],
  ['catalog_version', (row, { usage: { decision } }) => row.int32(decision.catalogVersion)],
  ['settings_version', (row, { usage: { settingsVersion } }) => row.int32(settingsVersion)],
  ['movement_sequence', (row, { usage: { movementSequence } }) => row.int64(movementSequence)],
  ['minutes_left', (row, { usage: { decision } }) => row.int32(decision.fairUse?.minutesLeft ?? null)],
  ['cycle_anchor', (row, { usage: { decision } }) => row.date(counter(decision.fairUse?.counter)?.anchor ?? null)],
  ['cycle_start', (row, { usage: { decision } }) => row.date(counter(decision.fairUse?.counter)?.cycleStart ?? null)],
])

export function insertIdentities(
  connection: Connection,
  recorded: readonly RecordedUsage<unknown>[],
  recordedAtMicros: InstantMicros,
) {
  return copyRows(connection, IDENTITIES, asRows(recorded, recordedAtMicros))
}

export function insertRatedUsage(
  connection: Connection,
  recorded: readonly RecordedUsage<unknown>[],
  recordedAtMicros: InstantMicros,
) {
  return copyRows(connection, RATED_USAGE, asRows(recorded, recordedAtMicros))
}

function asRows(recorded: readonly RecordedUsage<unknown>[], recordedAtMicros: InstantMicros): Row[] {
  return recorded.map((usage) => ({ usage, recordedAtMicros }))
}

/** As used, before increments: seconds, fragments or items; 0 for a correction. */
export function quantityUsed(event: UsageEvent): number {
  if ('durationSeconds' in event) return event.durationSeconds
  if ('fragments' in event) return event.fragments
  return 'quantity' in event ? event.quantity : 0
}

function counter(key: string | undefined) {
  return key === undefined ? null : counterFromKey(key)
}
