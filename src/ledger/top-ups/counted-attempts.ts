/** What the limits of automatic top-up are checked against: its counted attempts, and manual payments that are not settled. */

import { formatInstant, type InstantMicros } from '../../core/instant.ts'
import { type CountedAttempt, countedSince, type UnsettledManual } from '../../core/top-up/judge.ts'
import type { TopUp } from '../../core/top-up/machine.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'
import { epochMicros } from '../../platform/sql.ts'
import { OPEN_STATES_SQL } from './top-up-rows.ts'

/** Attempts that have charged or still may. The attempt being judged is excluded. */
const READ_COUNTED = `
  select amount_micros, ${epochMicros('confirmed_at')} as confirmed_at_micros
    from tollgate.top_up_attempts
   where account_id = $1 and trigger = 'automatic' and confirmed_at >= $2::timestamptz and attempt_id is distinct from $3
     and (outcome is null or outcome in ('unknown', 'processing', 'needs_action', 'succeeded'))`

/** Reads the counted automatic attempts since `countedSince`. `attemptId`: the attempt being judged; null: none. */
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
   where account_id = $1 and trigger = 'manual' and state in (${OPEN_STATES_SQL})`

/** Reads the manual top-ups that have not ended. */
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
