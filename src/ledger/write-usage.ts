/** Writes what was decided of a batch's events: identities and rated usage, one statement each. */
import type { RecordedUsage } from '../core/account/batch.ts'
import { formatInstant } from '../core/instant.ts'
import { counterFromKey } from '../core/rating/fair-use.ts'
import { CONTENT_VERSION } from '../core/usage/content.ts'
import type { UsageEvent } from '../core/usage/event.ts'
import type { Connection } from '../platform/postgres.ts'

/**
 * A plain insert, without `on conflict`: the account locks keep others away and known ids were read under them, so a
 * second row for one id can only mean a bug, and must fail the batch rather than pass unseen.
 */
const INSERT_IDENTITIES = `
  insert into tollgate.usage_identity (account_id, event_id, content_version, content_hash, recorded_at, corrected_by)
  select account_id, event_id, ${CONTENT_VERSION}, decode(content_hash, 'hex'), $5::timestamptz, corrected_by
    from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as usage (account_id, event_id, content_hash, corrected_by)`

export function insertIdentities(
  connection: Connection,
  recorded: readonly RecordedUsage<unknown>[],
  recordedAt: string,
) {
  return connection.query({
    name: 'insert-identities',
    text: INSERT_IDENTITIES,
    values: [
      recorded.map(({ event }) => event.accountId),
      recorded.map(({ event }) => event.eventId),
      recorded.map(({ contentHash }) => contentHash),
      recorded.map(({ correctedBy }) => correctedBy),
      recordedAt,
    ],
  })
}

/** Column, its type, and its value of one recorded event: the insert below is made of this list. */
const RATED_USAGE_COLUMNS: readonly (readonly [
  column: string,
  type: string,
  value: (usage: RecordedUsage<unknown>) => string | number | bigint | null,
])[] = [
  ['account_id', 'text', ({ event }) => event.accountId],
  ['event_id', 'text', ({ event }) => event.eventId],
  ['occurred_at', 'timestamptz', ({ event }) => formatInstant(event.occurredAtMicros)],
  ['type', 'text', ({ event }) => event.type],
  ['interaction_id', 'text', ({ event }) => event.interactionId],
  ['user_id', 'text', ({ event }) => event.userId],
  ['direction', 'text', ({ event }) => ('direction' in event ? event.direction : null)],
  ['leg', 'text', ({ event }) => ('leg' in event ? event.leg : null)],
  ['channel', 'text', ({ event }) => ('channel' in event ? event.channel : null)],
  ['agent_id', 'text', ({ event }) => ('agentId' in event ? event.agentId : null)],
  ['sku', 'text', ({ event }) => ('sku' in event ? event.sku : null)],
  ['corrects', 'text', ({ event }) => ('corrects' in event ? event.corrects : null)],
  ['from_number', 'text', ({ event }) => ('from' in event ? event.from : null)],
  ['to_number', 'text', ({ event }) => ('to' in event ? event.to : null)],
  ['from_country', 'text', ({ decision }) => decision.from?.country ?? null],
  ['to_country', 'text', ({ decision }) => decision.to?.country ?? null],
  ['to_type', 'text', ({ decision }) => decision.to?.type ?? null],
  ['quantity', 'bigint', ({ event }) => quantityUsed(event)],
  ['outcome', 'text', ({ decision }) => decision.outcome],
  ['reason', 'text', ({ decision }) => decision.reason],
  ['units', 'bigint', ({ decision }) => decision.units],
  ['covered_minutes', 'integer', ({ decision }) => decision.coveredMinutes],
  ['amount_micros', 'bigint', ({ decision }) => decision.amountMicros],
  ['currency', 'text', ({ decision }) => decision.currency],
  ['deck', 'text', ({ decision }) => decision.rate?.deck ?? null],
  ['prefix', 'text', ({ decision }) => decision.rate?.prefix ?? null],
  ['destination', 'text', ({ decision }) => decision.rate?.destination ?? null],
  ['catalog_version', 'integer', ({ decision }) => decision.catalogVersion],
  ['settings_version', 'integer', ({ settingsVersion }) => settingsVersion],
  ['movement_sequence', 'bigint', ({ movementSequence }) => movementSequence],
  ['minutes_left', 'integer', ({ decision }) => decision.fairUse?.minutesLeft ?? null],
  ['cycle_anchor', 'date', ({ decision }) => counter(decision.fairUse?.counter)?.anchor ?? null],
  ['cycle_start', 'date', ({ decision }) => counter(decision.fairUse?.counter)?.cycleStart ?? null],
]

const INSERT_RATED_USAGE = `
  insert into tollgate.rated_usage (recorded_at, ${RATED_USAGE_COLUMNS.map(([column]) => column).join(', ')})
  select $1::timestamptz, usage.*
    from unnest(${RATED_USAGE_COLUMNS.map(([, type], i) => `$${i + 2}::${type}[]`).join(', ')}) as usage`

export function insertRatedUsage(
  connection: Connection,
  recorded: readonly RecordedUsage<unknown>[],
  recordedAt: string,
) {
  return connection.query({
    name: 'insert-rated-usage',
    text: INSERT_RATED_USAGE,
    values: [recordedAt, ...RATED_USAGE_COLUMNS.map(([, , value]) => recorded.map(value))],
  })
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
