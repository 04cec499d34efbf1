/** What the limits of automatic top-up go by: its attempts that count, and payments by hand that are not settled yet. */

import { formatInstant, type InstantMicros } from '../../core/instant.ts'
import { type CountedAttempt, countedSince, type UnsettledManual } from '../../core/top-up/judge.ts'
import { OPEN_STATES, type TopUp } from '../../core/top-up/machine.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'
import { epochMicros } from '../../platform/sql.ts'

/** Those that may yet charge, or have. The attempt that is judged is not among them. */
const READ_COUNTED = `
  select amount_micros, ${epochMicros('confirmed_at')} as confirmed_at_micros
    from tollgate.top_up_attempts
   where account_id = $1 and trigger = 'automatic' and confirmed_at >= $2::timestamptz and attempt_id is distinct from $3
     and (outcome is null or outcome in ('unknown', 'processing', 'needs_action', 'succeeded'))`

export async function readCounted(
  connection: Connection | Pool,
  { accountId, attemptId }: Pick<TopUp, 'accountId' | 'attemptId'>,
  nowMicros: InstantMicros,
): Promise<CountedAttempt[]> {
  const values = [accountId, formatInstant(countedSince(nowMicros)), attemptId]
  const { rows } = await connection.query<{ amount_micros: bigint; confirmed_at_micros: bigint }>(READ_COUNTED, values)
  return rows.map((row) => {
    return { amountMicros: row.amount_micros, confirmedAtMicros: Number(row.confirmed_at_micros) }
  })
}

const READ_UNSETTLED_MANUAL = `
  select amount_micros, ${epochMicros('requested_at')} as requested_at_micros
    from tollgate.top_ups
   where account_id = $1 and trigger = 'manual' and state in (${OPEN_STATES.map((state) => `'${state}'`).join(', ')})`

export async function readUnsettledManual(
  connection: Connection | Pool,
  accountId: string,
): Promise<UnsettledManual[]> {
  const { rows } = await connection.query<{ amount_micros: bigint; requested_at_micros: bigint }>(
    READ_UNSETTLED_MANUAL,
    [accountId],
  )
  return rows.map((row) => {
    return { amountMicros: row.amount_micros, requestedAtMicros: Number(row.requested_at_micros) }
  })
}
