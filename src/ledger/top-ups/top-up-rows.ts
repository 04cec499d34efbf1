/** The rows of top-ups and their attempts. They are read and written under the lock of their account. */

import { formatInstant, type InstantMicros } from '../../core/instant.ts'
import type { Currency, Micros } from '../../core/money.ts'
import {
  type Ending,
  isOpen,
  OPEN_STATES,
  type TopUp,
  type TopUpState,
  type TopUpTrigger,
} from '../../core/top-up/machine.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'
import { epochMicros } from '../../platform/sql.ts'

/** The open states in SQL, as the partial indexes have them: `state in (${OPEN_STATES_SQL})`. */
export const OPEN_STATES_SQL = OPEN_STATES.map((state) => `'${state}'`).join(', ')

const micros = (column: string) => `${epochMicros(column)} as ${column}_micros`

export const TOP_UP_COLUMNS = `
  top_up_id, account_id, trigger, amount_micros, currency, state, reason, ${micros('requested_at')}, attempts, attempt_id,
  payment_id, method_id, ${micros('confirmed_at')}, ending_state, ending_reason, ${micros('next_try_at')}, silences,
  action_url, ${micros('action_until')}, claimed_by, ${micros('claimed_until')}`

export interface TopUpRow {
  top_up_id: string
  account_id: string
  trigger: TopUpTrigger
  amount_micros: bigint
  currency: Currency
  state: TopUpState
  reason: string | null
  requested_at_micros: bigint
  attempts: number
  attempt_id: string | null
  payment_id: string | null
  method_id: string | null
  confirmed_at_micros: bigint | null
  ending_state: Ending['state'] | null
  ending_reason: string | null
  next_try_at_micros: bigint
  silences: number
  action_url: string | null
  action_until_micros: bigint | null
  claimed_by: string | null
  claimed_until_micros: bigint | null
}

/** Converts a row. */
export function topUpOf(row: TopUpRow): TopUp {
  return {
    topUpId: row.top_up_id,
    accountId: row.account_id,
    trigger: row.trigger,
    amountMicros: row.amount_micros,
    currency: row.currency,
    state: row.state,
    reason: row.reason,
    requestedAtMicros: Number(row.requested_at_micros),
    attempts: row.attempts,
    attemptId: row.attempt_id,
    paymentId: row.payment_id,
    methodId: row.method_id,
    confirmedAtMicros: instantOf(row.confirmed_at_micros),
    ending: row.ending_state === null ? null : { state: row.ending_state, reason: row.ending_reason! },
    nextTryAtMicros: Number(row.next_try_at_micros),
    silences: row.silences,
    actionUrl: row.action_url,
    actionUntilMicros: instantOf(row.action_until_micros),
  }
}

/** An instant from a bigint column. */
export function instantOf(stored: bigint | null): InstantMicros | null {
  return stored === null ? null : Number(stored)
}

/** An instant as RFC 3339 for a parameter. */
export function textOf(instant: InstantMicros | null): string | null {
  return instant === null ? null : formatInstant(instant)
}

const READ_TOP_UP = `select ${TOP_UP_COLUMNS} from tollgate.top_ups where account_id = $1 and top_up_id = $2`

export interface HeldTopUp {
  readonly topUp: TopUp
  readonly claim: { readonly holder: string; readonly untilMicros: InstantMicros } | null
}

/** Reads a top-up with its claim; null: the account has no such top-up. */
export async function readTopUp(
  connection: Connection | Pool,
  accountId: string,
  topUpId: string,
): Promise<HeldTopUp | null> {
  const { rows } = await connection.query<TopUpRow>(READ_TOP_UP, [accountId, topUpId])
  const [row] = rows
  if (row === undefined) return null
  const untilMicros = instantOf(row.claimed_until_micros)
  const claim = row.claimed_by === null || untilMicros === null ? null : { holder: row.claimed_by, untilMicros }
  return { topUp: topUpOf(row), claim }
}

/** Whether the holder still has the claim. `nowMicros`: the database's clock. */
export function isHeldBy({ claim }: HeldTopUp, holder: string, nowMicros: InstantMicros): boolean {
  return claim?.holder === holder && claim.untilMicros > nowMicros
}

/** `do nothing`: if another automatic top-up is open, nothing is inserted. */
const INSERT_TOP_UP = `
  insert into tollgate.top_ups (top_up_id, account_id, trigger, amount_micros, currency, state, method_id, actor,
    requested_at, next_try_at, updated_at)
  values ($1, $2, $3, $4, $5, 'requested', $6, $7, $8, $9, $9)
      on conflict do nothing`

/** Inserts a new top-up as `requested`. False: its id exists, or it is automatic and another automatic one is open. */
export async function insertTopUp(
  connection: Connection,
  topUp: TopUp,
  actor: string | null,
  nowMicros: InstantMicros,
): Promise<boolean> {
  const { rowCount } = await connection.query(INSERT_TOP_UP, [
    topUp.topUpId,
    topUp.accountId,
    topUp.trigger,
    topUp.amountMicros,
    topUp.currency,
    topUp.methodId,
    actor,
    formatInstant(topUp.requestedAtMicros),
    formatInstant(nowMicros),
  ])
  return rowCount === 1
}

/** Makes a requested top-up that is due now. */
export function newTopUp(
  about: Pick<TopUp, 'topUpId' | 'accountId' | 'trigger' | 'amountMicros' | 'currency' | 'methodId'>,
  requestedAtMicros: InstantMicros,
  nowMicros: InstantMicros,
): TopUp {
  return {
    ...about,
    state: 'requested',
    reason: null,
    requestedAtMicros,
    attempts: 0,
    attemptId: null,
    paymentId: null,
    confirmedAtMicros: null,
    ending: null,
    nextTryAtMicros: nowMicros,
    silences: 0,
    actionUrl: null,
    actionUntilMicros: null,
  }
}

/** A top-up that has ended loses its claim. */
const UPDATE_TOP_UP = `
  update tollgate.top_ups
     set amount_micros = $2, state = $3, reason = $4, attempts = $5, attempt_id = $6, payment_id = $7, method_id = $8,
         confirmed_at = $9, ending_state = $10, ending_reason = $11, next_try_at = $12, silences = $13, action_url = $14,
         action_until = $15, updated_at = $16,
         claimed_by = case when $17 then claimed_by end, claimed_until = case when $17 then claimed_until end
   where top_up_id = $1`

/** Stores the state of a top-up. The account must be locked. */
export async function updateTopUp(connection: Connection, topUp: TopUp, nowMicros: InstantMicros): Promise<void> {
  await connection.query(UPDATE_TOP_UP, [
    topUp.topUpId,
    topUp.amountMicros,
    topUp.state,
    topUp.reason,
    topUp.attempts,
    topUp.attemptId,
    topUp.paymentId,
    topUp.methodId,
    textOf(topUp.confirmedAtMicros),
    topUp.ending?.state ?? null,
    topUp.ending?.reason ?? null,
    formatInstant(topUp.nextTryAtMicros),
    topUp.silences,
    topUp.actionUrl,
    textOf(topUp.actionUntilMicros),
    formatInstant(nowMicros),
    isOpen(topUp),
  ])
}

/** An attempt: one payment at the provider. */
export interface Attempt {
  readonly attemptId: string
  readonly topUpId: string
  readonly accountId: string
  readonly trigger: TopUpTrigger
  readonly number: number
  readonly methodId: string | null
  readonly amountMicros: Micros
  readonly provider: string
  readonly paymentId: string
}

const INSERT_ATTEMPT = `
  insert into tollgate.top_up_attempts (attempt_id, top_up_id, account_id, trigger, number, method_id, amount_micros,
    provider, payment_id, prepared_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

/** Inserts a prepared attempt. */
export async function insertAttempt(
  connection: Connection,
  attempt: Attempt,
  preparedAtMicros: InstantMicros,
): Promise<void> {
  await connection.query(INSERT_ATTEMPT, [
    attempt.attemptId,
    attempt.topUpId,
    attempt.accountId,
    attempt.trigger,
    attempt.number,
    attempt.methodId,
    attempt.amountMicros,
    attempt.provider,
    attempt.paymentId,
    formatInstant(preparedAtMicros),
  ])
}

const LAST_NUMBER = `
  select coalesce(max(number), 0)::integer as number from tollgate.top_up_attempts where top_up_id = $1`

/**
 * The number of the top-up's last attempt; 0: it has none. It may be an adopted payment, which is not the top-up's current
 * attempt. The account must be locked.
 */
export async function readLastNumber(connection: Connection, topUpId: string): Promise<number> {
  const { rows } = await connection.query<{ number: number }>(LAST_NUMBER, [topUpId])
  return rows[0]!.number
}

const UPDATE_ATTEMPT = `
  update tollgate.top_up_attempts set confirmed_at = $2, outcome = $3, code = $4 where attempt_id = $1`

export type AttemptOutcome =
  | 'unknown'
  | 'processing'
  | 'needs_action'
  | 'succeeded'
  | 'declined'
  | 'canceled'
  | 'refused'

/** Stores the outcome of an attempt; `outcome` null: not known yet. */
export async function updateAttempt(
  connection: Connection,
  attemptId: string,
  result: {
    readonly confirmedAtMicros: InstantMicros | null
    readonly outcome: AttemptOutcome | null
    readonly code: string | null
  },
): Promise<void> {
  await connection.query(UPDATE_ATTEMPT, [attemptId, textOf(result.confirmedAtMicros), result.outcome, result.code])
}
