/**
 * Stores the payments of the sandbox. A change locks the payment, applies what is due, decides, and gets its number last, so
 * that numbers are committed in order (see the migration).
 */

import { formatInstant, type InstantMicros } from '../../../core/instant.ts'
import type { Connection, Pool } from '../../../platform/postgres.ts'
import { epochMicros } from '../../../platform/sql.ts'
import type { SandboxDatabase } from './database.ts'
import { advancedTo, nextDueMicros, type SandboxPayment } from './payment.ts'

const PAYMENT = `
  p.payment_id, p.attempt_id, p.top_up_id, p.account_id, p.customer_id, p.provider_method_id, p.amount_micros, p.currency,
  p.is_off_session, ${epochMicros('p.created_at')} as created_at_micros, p.return_url, p.state, p.decline_codes,
  ${epochMicros('p.settles_at')} as settles_at_micros, p.dispute, m.behaviour, m.is_set_up,
  m.detached_at is not null as is_detached, p.change_number,
  ${epochMicros('p.changed_at')} as changed_at_micros,
  (select coalesce(jsonb_agg(jsonb_build_array(t.kind, t.amount_micros::text, ${epochMicros('t.due_at')}, ${epochMicros('t.done_at')})
            order by t.number), '[]')
     from sandbox.transfers t where t.payment_id = p.payment_id) as transfers`

const FROM_PAYMENTS = 'from sandbox.payments p join sandbox.methods m using (provider_method_id)'

// The transfers are read by a separate statement: the snapshot of this one may be older than the transaction it waited for.
const LOCK_PAYMENT = 'select from sandbox.payments where payment_id = $1::text for update'
const READ_PAYMENT = `select ${PAYMENT} ${FROM_PAYMENTS} where p.payment_id = $1::text`

const LOCK_ATTEMPT = 'select pg_advisory_xact_lock(hashtextextended($1::text, 0))'
const FIND_ATTEMPT = `select ${PAYMENT} ${FROM_PAYMENTS} where p.attempt_id = $1::text`

const FIND_DUE = `
  select payment_id from sandbox.payments where next_due_at <= $1::timestamptz order by next_due_at limit 100`

const SET_UP_METHOD = `
  update sandbox.methods set is_set_up = true where provider_method_id = $1::text and not is_set_up`

const WRITE_TRANSFERS = `
  insert into sandbox.transfers (payment_id, number, kind, amount_micros, due_at, done_at)
  select $1::text, * from unnest($2::integer[], $3::text[], $4::bigint[], $5::timestamptz[], $6::timestamptz[])
      on conflict (payment_id, number) do update set done_at = excluded.done_at`

const WRITE_PAYMENT = `
  with change as (
    update sandbox.change_counter set last_change = last_change + 1, changed_at = greatest(changed_at, $16::timestamptz)
    returning last_change, changed_at
  )
  insert into sandbox.payments (payment_id, attempt_id, top_up_id, account_id, customer_id, provider_method_id,
    amount_micros, currency, is_off_session, created_at, state, decline_codes, settles_at, dispute, next_due_at,
    return_url, change_number, changed_at)
  select $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::bigint, $8::text, $9::boolean, $10::timestamptz,
         $11::text, $12::jsonb, $13::timestamptz, $14::text, $15::timestamptz, $17::text,
         change.last_change, change.changed_at
    from change
      on conflict (payment_id) do update
     set state = excluded.state, decline_codes = excluded.decline_codes, settles_at = excluded.settles_at,
         dispute = excluded.dispute, next_due_at = excluded.next_due_at, return_url = excluded.return_url,
         change_number = excluded.change_number, changed_at = excluded.changed_at`

type Row = Record<string, never> & { readonly transfers: readonly [string, string, number, number | null][] }

function paymentOf(row: Row): SandboxPayment {
  return {
    paymentId: row.payment_id!,
    attemptId: row.attempt_id!,
    topUpId: row.top_up_id!,
    accountId: row.account_id!,
    customerId: row.customer_id!,
    providerMethodId: row.provider_method_id!,
    amountMicros: row.amount_micros!,
    currency: row.currency!,
    isOffSession: row.is_off_session!,
    createdAtMicros: Number(row.created_at_micros),
    returnUrl: row.return_url!,
    state: row.state!,
    decline: row.decline_codes!,
    settlesAtMicros: row.settles_at_micros === null ? null : Number(row.settles_at_micros),
    dispute: row.dispute!,
    behaviour: row.behaviour!,
    isSetUp: row.is_set_up!,
    isDetached: row.is_detached!,
    transfers: row.transfers.map(([kind, amount, dueAtMicros, doneAtMicros]) => ({
      kind: kind as 'charge',
      amountMicros: BigInt(amount),
      dueAtMicros,
      doneAtMicros,
    })),
  }
}

/** Locks an attempt until the transaction ends, and returns the payment that it prepared; null: none. */
export async function lockAttempt(connection: Connection, attemptId: string): Promise<SandboxPayment | null> {
  await connection.query(LOCK_ATTEMPT, [attemptId])
  const { rows } = await connection.query<Row>(FIND_ATTEMPT, [attemptId])
  return rows[0] === undefined ? null : paymentOf(rows[0])
}

/**
 * Changes a payment by `change` in one transaction, after applying what is due, and returns it; null: no such payment. If
 * `change` throws, nothing is changed.
 */
export function changePayment(
  database: SandboxDatabase,
  paymentId: string,
  change: (payment: SandboxPayment, nowMicros: InstantMicros) => SandboxPayment = (payment) => payment,
): Promise<SandboxPayment | null> {
  return database.inTransaction(async (connection, nowMicros) => {
    await connection.query(LOCK_PAYMENT, [paymentId])
    const { rows } = await connection.query<Row>(READ_PAYMENT, [paymentId])
    if (rows[0] === undefined) return null
    const before = paymentOf(rows[0])
    const after = change(advancedTo(before, nowMicros), nowMicros)
    if (after !== before) await writePayment(connection, after, nowMicros)
    return after
  })
}

/** Writes a new or changed payment and numbers the change. The transaction must not lock anything afterwards. */
export async function writePayment(
  connection: Connection,
  payment: SandboxPayment,
  nowMicros: InstantMicros,
): Promise<void> {
  const { paymentId, transfers } = payment
  if (payment.isSetUp) await connection.query(SET_UP_METHOD, [payment.providerMethodId])
  await connection.query(WRITE_PAYMENT, [
    paymentId,
    payment.attemptId,
    payment.topUpId,
    payment.accountId,
    payment.customerId,
    payment.providerMethodId,
    payment.amountMicros,
    payment.currency,
    payment.isOffSession,
    formatInstant(payment.createdAtMicros),
    payment.state,
    payment.decline === null ? null : JSON.stringify(payment.decline),
    instantOrNull(payment.settlesAtMicros),
    payment.dispute,
    instantOrNull(nextDueMicros(payment)),
    formatInstant(nowMicros),
    payment.returnUrl,
  ])
  if (transfers.length === 0) return
  await connection.query(WRITE_TRANSFERS, [
    paymentId,
    transfers.map((_, at) => at + 1),
    transfers.map(({ kind }) => kind),
    transfers.map(({ amountMicros }) => amountMicros.toString()),
    transfers.map(({ dueAtMicros }) => formatInstant(dueAtMicros)),
    transfers.map(({ doneAtMicros }) => instantOrNull(doneAtMicros)),
  ])
}

function instantOrNull(instantMicros: InstantMicros | null): string | null {
  return instantMicros === null ? null : formatInstant(instantMicros)
}

/** Applies what is due by now to all payments. */
export async function settleDue(database: SandboxDatabase): Promise<void> {
  const pool = await database.pool()
  for (;;) {
    const { rows } = await pool.query<{ payment_id: string }>(FIND_DUE, [formatInstant(await database.now(pool))])
    if (rows.length === 0) return
    for (const { payment_id } of rows) await changePayment(database, payment_id)
  }
}

/** The position in the list of changes. */
export interface Place {
  readonly change: number
  readonly changedAtMicros: InstantMicros
}

// Numbers are committed in order, so everything up to the last one of a page has been seen.
const LIST_CHANGED = `
  select ${PAYMENT} ${FROM_PAYMENTS}
   where p.change_number > $1::bigint and p.changed_at >= $2::timestamptz
   order by p.change_number
   limit $3::integer`

/** Lists payments by their latest change, after a place, with the place where the page ends. */
export async function listChanged(
  pool: Pool,
  after: Place,
  limit: number,
): Promise<{ readonly payments: readonly SandboxPayment[]; readonly end: Place; readonly isLast: boolean }> {
  // One extra row shows whether there are more.
  const { rows } = await pool.query<Row>(LIST_CHANGED, [after.change, formatInstant(after.changedAtMicros), limit + 1])
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    payments: page.map(paymentOf),
    end:
      last === undefined
        ? after
        : { change: Number(last.change_number), changedAtMicros: Number(last.changed_at_micros) },
    isLast: rows.length <= limit,
  }
}

const LIST_PAYMENTS = `
  select ${PAYMENT} ${FROM_PAYMENTS}
   where ($1::text is null or p.account_id = $1) and (p.created_at, p.payment_id) > ($2::timestamptz, $3::text)
   order by p.created_at, p.payment_id
   limit $4::integer`

/** Lists payments, oldest first; `accountId` null: of all accounts. `after`: the last of the page before. */
export async function listPayments(
  pool: Pool,
  accountId: string | null,
  { after, limit }: { readonly after: SandboxPayment | null; readonly limit: number },
): Promise<SandboxPayment[]> {
  const from = after === null ? ['1970-01-01T00:00:00Z', ''] : [formatInstant(after.createdAtMicros), after.paymentId]
  const { rows } = await pool.query<Row>(LIST_PAYMENTS, [accountId, ...from, limit])
  return rows.map(paymentOf)
}
