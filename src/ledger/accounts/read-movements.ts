/** Reads movements of an account with their origin: usage with user, destination and units, a top-up, or an operator's reason. */

import type { Currency, Micros } from '../../core/money.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'
import { instantText } from '../../platform/sql.ts'

export const MOVEMENT_KINDS = ['usage', 'reversal', 'adjustment', 'top_up', 'refund', 'dispute'] as const
export type MovementKind = (typeof MOVEMENT_KINDS)[number]

export interface ListedMovement {
  readonly sequence: bigint
  readonly kind: MovementKind
  readonly amountMicros: Micros
  readonly balanceBeforeMicros: Micros
  readonly balanceAfterMicros: Micros
  readonly currency: Currency
  /** Instants are RFC 3339, UTC. */
  readonly recordedAt: string
  readonly occurredAt: string
  readonly topUpId: string | null
  readonly reversesSequence: bigint | null
  readonly actor: string | null
  readonly reason: string | null
  /** For a reversal, the correction and the event that it corrects. Null for a movement without usage. */
  readonly usage: ListedUsage | null
}

export interface ListedUsage {
  readonly eventId: string
  readonly type: string
  readonly interactionId: string
  readonly userId: string | null
  readonly userName: string | null
  readonly channel: string | null
  readonly direction: string | null
  readonly sku: string | null
  readonly agentId: string | null
  readonly corrects: string | null
  /** What was used; `units` is what was billed, after increments. Seconds, fragments or items, by type. */
  readonly quantity: bigint
  readonly units: bigint
  readonly destination: string | null
  /** In full, E.164; null: there is none, or it was cleared. */
  readonly number: string | null
  readonly chargeReason: string
}

const COLUMNS = `
  m.sequence, m.kind, m.amount_micros, m.balance_before_micros, m.balance_after_micros, m.currency,
  ${instantText('m.recorded_at')} as recorded_at,
  ${instantText('m.occurred_at')} as occurred_at,
  m.top_up_id, m.reverses_sequence, m.actor, m.reason,
  u.event_id, u.type, u.interaction_id, u.user_id, n.name as user_name, u.channel, u.direction, u.sku, u.agent_id,
  u.corrects, u.quantity, u.units, u.destination, u.to_number, u.reason as charge_reason`

/** A movement and its usage have the same instant, which finds the partition. The LIMIT makes the planner look it up by key. */
const JOINS = `
  left join lateral (
    select * from tollgate.rated_usage
     where account_id = m.account_id and event_id = m.event_id and recorded_at = m.recorded_at limit 1
  ) as u on true
  left join tollgate.display_names n on n.account_id = u.account_id and n.user_id = u.user_id`

const READ_MOVEMENTS = `
  select ${COLUMNS} from tollgate.movements m ${JOINS}
   where m.account_id = $1 and m.sequence = any($2::bigint[])
   order by m.sequence desc`

const READ_MOVEMENT = `
  select ${COLUMNS} from tollgate.movements m ${JOINS} where m.account_id = $1 and m.sequence = $2`

interface MovementRow {
  sequence: bigint
  kind: MovementKind
  amount_micros: bigint
  balance_before_micros: bigint
  balance_after_micros: bigint
  currency: Currency
  recorded_at: string
  occurred_at: string
  top_up_id: string | null
  reverses_sequence: bigint | null
  actor: string | null
  reason: string | null
  event_id: string | null
  type: string
  interaction_id: string
  user_id: string | null
  user_name: string | null
  channel: string | null
  direction: string | null
  sku: string | null
  agent_id: string | null
  corrects: string | null
  quantity: bigint
  units: bigint
  destination: string | null
  to_number: string | null
  charge_reason: string
}

/** Reads the movements with these sequences, newest first. */
export async function readMovements(
  database: Pool | Connection,
  accountId: string,
  sequences: readonly bigint[],
): Promise<ListedMovement[]> {
  return (
    await database.query<MovementRow>({ name: 'read-movements', text: READ_MOVEMENTS, values: [accountId, sequences] })
  ).rows.map(movementOf)
}

/** Reads one movement; null: the account has none with this sequence. */
export async function readMovement(pool: Pool, accountId: string, sequence: bigint): Promise<ListedMovement | null> {
  const { rows } = await pool.query<MovementRow>(READ_MOVEMENT, [accountId, sequence])
  return rows[0] === undefined ? null : movementOf(rows[0])
}

function movementOf(row: MovementRow): ListedMovement {
  return {
    sequence: row.sequence,
    kind: row.kind,
    amountMicros: row.amount_micros,
    balanceBeforeMicros: row.balance_before_micros,
    balanceAfterMicros: row.balance_after_micros,
    currency: row.currency,
    recordedAt: row.recorded_at,
    occurredAt: row.occurred_at,
    topUpId: row.top_up_id,
    reversesSequence: row.reverses_sequence,
    actor: row.actor,
    reason: row.reason,
    usage:
      row.event_id === null
        ? null
        : {
            eventId: row.event_id,
            type: row.type,
            interactionId: row.interaction_id,
            userId: row.user_id,
            userName: row.user_name,
            channel: row.channel,
            direction: row.direction,
            sku: row.sku,
            agentId: row.agent_id,
            corrects: row.corrects,
            quantity: row.quantity,
            units: row.units,
            destination: row.destination,
            number: row.to_number,
            chargeReason: row.charge_reason,
          },
  }
}
