/**
 * Reads a recorded event with everything its decision depends on: what corrected it, what it corrects, what it moved.
 */
import type {
  CorrectedUsage,
  CorrectingUsage,
  Expired,
  RecordedMovement,
  StoredUsage,
} from '../../core/audit/recorded-usage.ts'
import type { NumberType } from '../../core/catalog/catalog.ts'
import { formatInstant, type InstantMicros } from '../../core/instant.ts'
import type { Currency } from '../../core/money.ts'
import type { Outcome, Reason } from '../../core/rating/decision.ts'
import type { Channel, Direction, Leg, UsageType } from '../../core/usage/event.ts'
import type { Pool } from '../../platform/postgres.ts'
import { epochMicros, instantText } from '../../platform/sql.ts'

/**
 * Left joins only: what was deleted or never existed leaves a gap that the caller can name.
 *
 * An expired correction leaves its row and frees its id, so an id may have several rows. The newest counts; of the
 * event it corrects, the newest that was recorded before it.
 */
const DECISIONS_OF = (usage: string) => `
  select r.account_id, r.event_id, r.type, r.interaction_id, r.user_id, r.direction, r.leg, r.from_number, r.to_number,
         r.channel, r.agent_id, r.sku, r.corrects, r.quantity, r.settings_version, r.catalog_version,
         ${epochMicros('r.occurred_at')} as occurred_at_micros,
         ${epochMicros('r.recorded_at')} as recorded_at_micros,
         r.outcome, r.reason, r.units, r.covered_minutes, r.amount_micros, r.currency, r.deck, r.prefix, r.destination,
         r.to_country, r.to_type, r.from_country, r.minutes_left, r.cycle_anchor, r.cycle_start,
         ${epochMicros('i.recorded_at')} as identity_recorded_at_micros,
         i.corrected_by, c.outcome as corrected_by_outcome,
         ${epochMicros('c.recorded_at')} as corrected_by_recorded_at_micros,
         o.type as original_type, o.user_id as original_user_id, o.outcome as original_outcome,
         o.reason as original_reason, o.amount_micros as original_amount_micros,
         o.covered_minutes as original_covered_minutes, o.currency as original_currency,
         o.cycle_anchor as original_cycle_anchor, o.cycle_start as original_cycle_start,
         g.detail as expiry_detail, ${epochMicros('g.recorded_at')} as expired_at_micros,
         m.sequence, m.amount_micros as moved_micros, m.balance_before_micros, m.balance_after_micros
    from ${usage} r
    left join tollgate.usage_identity i on i.account_id = r.account_id and i.event_id = r.event_id
    left join lateral (
      select * from tollgate.rated_usage c
       where c.account_id = r.account_id and c.event_id = i.corrected_by
       order by c.recorded_at desc
       limit 1
    ) as c on true
    left join lateral (
      select * from tollgate.rated_usage o
       where o.account_id = r.account_id and o.event_id = r.corrects and o.recorded_at <= r.recorded_at
       order by o.recorded_at desc
       limit 1
    ) as o on true
    left join lateral (
      select * from tollgate.dead_letters d
       where r.outcome = 'pending' and d.reason = 'too_late'
         and d.account_id = r.account_id and d.event_id = r.event_id
         and (i.account_id is null or d.recorded_at >= r.recorded_at)
       limit 1
    ) as g on true
    left join tollgate.movements m
      on m.account_id = r.account_id and m.sequence = r.movement_sequence and m.recorded_at = r.recorded_at`

const READ_DECISION = `
  ${DECISIONS_OF('tollgate.rated_usage')}
   where r.account_id = $1 and r.event_id = $2
   order by r.recorded_at desc
   limit 1`

/** In the order of the index by event, in which the next page continues. */
const READ_DECISIONS = `
  ${DECISIONS_OF(`(
      select * from tollgate.rated_usage
       where (account_id, event_id, recorded_at) > ($1, $2, $3::timestamptz)
       order by account_id, event_id, recorded_at
       limit $4
    )`)}
   order by r.account_id, r.event_id, r.recorded_at`

interface DecisionRow {
  account_id: string
  event_id: string
  type: UsageType
  interaction_id: string
  user_id: string | null
  direction: Direction | null
  leg: Leg | null
  from_number: string | null
  to_number: string | null
  channel: Channel | null
  agent_id: string | null
  sku: string | null
  corrects: string | null
  quantity: bigint
  settings_version: number
  catalog_version: number | null
  occurred_at_micros: bigint
  recorded_at_micros: bigint
  outcome: Outcome
  reason: Reason
  units: bigint
  covered_minutes: number
  amount_micros: bigint
  currency: Currency
  deck: string | null
  prefix: string | null
  destination: string | null
  to_country: string | null
  to_type: NumberType | null
  from_country: string | null
  minutes_left: number | null
  cycle_anchor: string | null
  cycle_start: string | null
  identity_recorded_at_micros: bigint | null
  corrected_by: string | null
  corrected_by_outcome: Outcome | null
  corrected_by_recorded_at_micros: bigint | null
  original_type: UsageType | null
  original_user_id: string | null
  original_outcome: Outcome
  original_reason: Reason
  original_amount_micros: bigint
  original_covered_minutes: number
  original_currency: Currency
  original_cycle_anchor: string | null
  original_cycle_start: string | null
  expiry_detail: string | null
  expired_at_micros: bigint
  sequence: bigint | null
  moved_micros: bigint
  balance_before_micros: bigint
  balance_after_micros: bigint
}

/** Reads the newest record with this event id and what it depends on. Null if there is none. Takes no lock. */
export async function readDecision(pool: Pool, accountId: string, eventId: string): Promise<StoredUsage | null> {
  const { rows } = await pool.query<DecisionRow>(READ_DECISION, [accountId, eventId])
  return rows[0] === undefined ? null : storedUsage(rows[0])
}

/** The position of a record in the order of `readDecisions`. */
export interface DecisionPosition {
  readonly accountId: string
  readonly eventId: string
  readonly recordedAtMicros: InstantMicros
}

export const BEFORE_ALL_DECISIONS: DecisionPosition = { accountId: '', eventId: '', recordedAtMicros: 0 }

export interface DecisionOnRecord {
  readonly stored: StoredUsage
  /** When the identity was recorded. Null if there is no identity with this id. */
  readonly identityRecordedAtMicros: InstantMicros | null
}

/** Reads the next page after a position, ordered by account, event and time of recording. Takes no lock. */
export async function readDecisions(
  pool: Pool,
  { accountId, eventId, recordedAtMicros }: DecisionPosition,
  limit: number,
): Promise<DecisionOnRecord[]> {
  const { rows } = await pool.query<DecisionRow>({
    name: 'read-decisions',
    text: READ_DECISIONS,
    values: [accountId, eventId, formatInstant(recordedAtMicros), limit],
  })
  return rows.map((row) => ({
    stored: storedUsage(row),
    identityRecordedAtMicros: row.identity_recorded_at_micros === null ? null : Number(row.identity_recorded_at_micros),
  }))
}

const READ_REFUSALS = `
  select reason, detail, topic, partition, "offset",
         ${instantText('recorded_at')} as recorded_at
    from tollgate.dead_letters
   where account_id = $1 and event_id = $2
   order by dead_letters.recorded_at`

export interface Refusal {
  readonly reason: string
  readonly detail: string
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly recorded_at: string
}

/** Reads why messages of this event went to the dead letters, oldest first. */
export async function readRefusals(pool: Pool, accountId: string, eventId: string): Promise<Refusal[]> {
  return (await pool.query<Refusal>(READ_REFUSALS, [accountId, eventId])).rows
}

function storedUsage(row: DecisionRow): StoredUsage {
  return {
    accountId: row.account_id,
    eventId: row.event_id,
    type: row.type,
    occurredAtMicros: Number(row.occurred_at_micros),
    recordedAtMicros: Number(row.recorded_at_micros),
    interactionId: row.interaction_id,
    userId: row.user_id,
    direction: row.direction,
    leg: row.leg,
    from: row.from_number,
    to: row.to_number,
    channel: row.channel,
    agentId: row.agent_id,
    sku: row.sku,
    corrects: row.corrects,
    quantity: Number(row.quantity),
    figures: {
      outcome: row.outcome,
      reason: row.reason,
      units: Number(row.units),
      coveredMinutes: row.covered_minutes,
      amountMicros: row.amount_micros,
      currency: row.currency,
      deck: row.deck,
      prefix: row.prefix,
      destination: row.destination,
      toCountry: row.to_country,
      toType: row.to_type,
      fromCountry: row.from_country,
      minutesLeft: row.minutes_left,
      cycleAnchor: row.cycle_anchor,
      cycleStart: row.cycle_start,
      movedMicros: row.sequence === null ? 0n : row.moved_micros,
    },
    settingsVersion: row.settings_version,
    catalogVersion: row.catalog_version,
    correctedBy: correctingUsage(row),
    corrected: correctedUsage(row),
    expired: expired(row),
    movement: recordedMovement(row),
  }
}

function correctingUsage(row: DecisionRow): CorrectingUsage | null {
  if (row.corrected_by === null) return null
  const at = row.corrected_by_recorded_at_micros
  return {
    eventId: row.corrected_by,
    recordedAtMicros: at === null ? null : Number(at),
    outcome: row.corrected_by_outcome,
  }
}

function correctedUsage(row: DecisionRow): CorrectedUsage | null {
  if (row.original_type === null) return null
  return {
    type: row.original_type,
    userId: row.original_user_id,
    outcome: row.original_outcome,
    reason: row.original_reason,
    amountMicros: row.original_amount_micros,
    coveredMinutes: row.original_covered_minutes,
    currency: row.original_currency,
    cycleAnchor: row.original_cycle_anchor,
    cycleStart: row.original_cycle_start,
  }
}

function expired(row: DecisionRow): Expired | null {
  if (row.expiry_detail === null) return null
  return { recordedAtMicros: Number(row.expired_at_micros), detail: row.expiry_detail }
}

function recordedMovement(row: DecisionRow): RecordedMovement | null {
  if (row.sequence === null) return null
  return {
    sequence: row.sequence,
    balanceBeforeMicros: row.balance_before_micros,
    balanceAfterMicros: row.balance_after_micros,
  }
}
