/** Reads top-ups for people: a list in pages, or one with its attempts and movements. */

import type { Currency, Micros } from '../../core/money.ts'
import type { TopUpState, TopUpTrigger } from '../../core/top-up/machine.ts'
import type { Pool } from '../../platform/postgres.ts'
import { instantText } from '../../platform/sql.ts'
import { OPEN_STATES_SQL } from './top-up-rows.ts'

/** Instants are RFC 3339, UTC. */
export interface ListedTopUp {
  readonly topUpId: string
  readonly accountId: string
  readonly trigger: TopUpTrigger
  readonly state: TopUpState
  readonly reason: string | null
  /** The reason is the code of a decline. */
  readonly isDeclined: boolean
  /** It ends as soon as the provider has canceled its payment. */
  readonly isBeingCanceled: boolean
  readonly amountMicros: Micros
  readonly currency: Currency
  /** The card that is or was charged last; null: none chosen yet. */
  readonly methodId: string | null
  /** Who requested it by hand; null: automatic. */
  readonly actor: string | null
  readonly requestedAt: string
  readonly updatedAt: string
  /** When it is due next; null once it has ended. */
  readonly nextLookAt: string | null
  /** Where and until when the customer can approve it; null while it needs no approval. */
  readonly actionUrl: string | null
  readonly actionUntil: string | null
}

export const TOP_UP_COLUMNS = `
  top_up_id, account_id, trigger, state, reason, amount_micros, currency, method_id, actor,
  reason is not null and (state = 'requested' or state = 'failed' and exists (
    select from tollgate.top_up_attempts a where a.attempt_id = t.attempt_id and a.outcome = 'declined')) as is_declined,
  ending_state is not null as is_being_canceled,
  ${instantText('requested_at')} as requested_at,
  ${instantText('updated_at')} as updated_at,
  case when is_open then ${instantText('next_try_at')} end as next_try_at,
  action_url, ${instantText('action_until')} as action_until`

/** These states are the condition of the partial index on open top-ups. */
export const WITH_OPEN = `
  select *, state in (${OPEN_STATES_SQL}) as is_open
    from tollgate.top_ups`

/** Newest first. */
const LIST_TOP_UPS = `
  select ${TOP_UP_COLUMNS}
    from (${WITH_OPEN}) as t
   where ($1::text is null or account_id = $1)
     and (not $2::boolean or is_open)
     and ($6::text is null or trigger = $6)
     and ($7::text[] is null or state = any($7))
     and ($3::timestamptz is null or (t.requested_at, top_up_id) < ($3, $4::text))
   order by t.requested_at desc, top_up_id desc
   limit $5::integer`

const READ_TOP_UP = `select ${TOP_UP_COLUMNS} from (${WITH_OPEN}) as t where top_up_id = $1`

const READ_ATTEMPTS = `
  select a.number, a.attempt_id, a.provider, a.payment_id, a.amount_micros, a.method_id, m.brand, m.last4,
         ${instantText('a.prepared_at')} as prepared_at,
         ${instantText('a.confirmed_at')} as confirmed_at,
         a.outcome, a.code
    from tollgate.top_up_attempts a
    left join tollgate.payment_methods m using (method_id)
   where a.top_up_id = $1
   order by a.number`

/** A top-up's movements begin when its first payment is credited, so earlier movements are not scanned. */
const READ_MOVEMENTS = `
  select sequence, kind, amount_micros, balance_after_micros, reverses_sequence,
         ${instantText('m.recorded_at')} as recorded_at
    from tollgate.movements m
   where account_id = $2 and top_up_id = $1
     and sequence >= (select min(credited_sequence) from tollgate.payments where top_up_id = $1)
   order by sequence`

export interface TopUpRow {
  top_up_id: string
  account_id: string
  trigger: TopUpTrigger
  state: TopUpState
  reason: string | null
  is_declined: boolean
  is_being_canceled: boolean
  amount_micros: bigint
  currency: Currency
  method_id: string | null
  actor: string | null
  requested_at: string
  updated_at: string
  next_try_at: string | null
  action_url: string | null
  action_until: string | null
}

export interface TopUpFilter {
  readonly accountId: string | null
  readonly isOpenOnly: boolean
  /** Absent: any. */
  readonly trigger?: TopUpTrigger | undefined
  readonly states?: readonly TopUpState[] | undefined
}

/** Lists a page of top-ups, newest first. `after`: the last of the page before; null for the first page. */
export async function listTopUps(
  pool: Pool,
  { accountId, isOpenOnly, trigger, states }: TopUpFilter,
  { after, limit }: { after: Pick<ListedTopUp, 'topUpId' | 'requestedAt'> | null; limit: number },
): Promise<ListedTopUp[]> {
  const { rows } = await pool.query<TopUpRow>(LIST_TOP_UPS, [
    accountId,
    isOpenOnly,
    after?.requestedAt ?? null,
    after?.topUpId ?? null,
    limit,
    trigger ?? null,
    states ?? null,
  ])
  return rows.map(topUpOf)
}

export interface ListedAttempt {
  readonly number: number
  readonly attemptId: string
  readonly provider: string
  readonly paymentId: string
  readonly amountMicros: Micros
  readonly methodId: string | null
  /** Null: the card is not known here, as after a restore. */
  readonly brand: string | null
  readonly last4: string | null
  readonly preparedAt: string
  readonly confirmedAt: string | null
  /** Null: it is prepared, or confirmed without an answer yet. */
  readonly outcome: string | null
  readonly code: string | null
}

export interface ListedMovement {
  readonly sequence: bigint
  readonly kind: string
  readonly amountMicros: Micros
  readonly balanceAfterMicros: Micros
  readonly reversesSequence: bigint | null
  readonly recordedAt: string
}

export interface TopUpHistory {
  readonly topUp: ListedTopUp
  readonly attempts: readonly ListedAttempt[]
  readonly movements: readonly ListedMovement[]
}

/** Reads a top-up with its attempts and movements; null: no such top-up. */
export async function readTopUpHistory(pool: Pool, topUpId: string): Promise<TopUpHistory | null> {
  const { rows } = await pool.query<TopUpRow>(READ_TOP_UP, [topUpId])
  if (rows[0] === undefined) return null
  const topUp = topUpOf(rows[0])
  const attempts = await pool.query<AttemptRow>(READ_ATTEMPTS, [topUpId])
  const movements = await pool.query<MovementRow>(READ_MOVEMENTS, [topUpId, topUp.accountId])
  return { topUp, attempts: attempts.rows.map(attemptOf), movements: movements.rows.map(movementOf) }
}

/** Converts a row. */
export function topUpOf(row: TopUpRow): ListedTopUp {
  return {
    topUpId: row.top_up_id,
    accountId: row.account_id,
    trigger: row.trigger,
    state: row.state,
    reason: row.reason,
    isDeclined: row.is_declined,
    isBeingCanceled: row.is_being_canceled,
    amountMicros: row.amount_micros,
    currency: row.currency,
    methodId: row.method_id,
    actor: row.actor,
    requestedAt: row.requested_at,
    updatedAt: row.updated_at,
    nextLookAt: row.next_try_at,
    actionUrl: row.action_url,
    actionUntil: row.action_until,
  }
}

interface AttemptRow {
  number: number
  attempt_id: string
  provider: string
  payment_id: string
  amount_micros: bigint
  method_id: string | null
  brand: string | null
  last4: string | null
  prepared_at: string
  confirmed_at: string | null
  outcome: string | null
  code: string | null
}

function attemptOf(row: AttemptRow): ListedAttempt {
  return {
    number: row.number,
    attemptId: row.attempt_id,
    provider: row.provider,
    paymentId: row.payment_id,
    amountMicros: row.amount_micros,
    methodId: row.method_id,
    brand: row.brand,
    last4: row.last4,
    preparedAt: row.prepared_at,
    confirmedAt: row.confirmed_at,
    outcome: row.outcome,
    code: row.code,
  }
}

interface MovementRow {
  sequence: bigint
  kind: string
  amount_micros: bigint
  balance_after_micros: bigint
  reverses_sequence: bigint | null
  recorded_at: string
}

function movementOf(row: MovementRow): ListedMovement {
  return {
    sequence: row.sequence,
    kind: row.kind,
    amountMicros: row.amount_micros,
    balanceAfterMicros: row.balance_after_micros,
    reversesSequence: row.reverses_sequence,
    recordedAt: row.recorded_at,
  }
}
