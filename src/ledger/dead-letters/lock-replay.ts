/** Allows one replay by the API at a time across all processes, so that a repeated request finds the first one in progress. */
import type { Connection } from '../../platform/postgres.ts'

/** Any number that nothing else in the database locks: "replay" in ASCII. */
const REPLAY_KEY = 0x7265706c6179n

/** Tries to take the lock until the end of the transaction; false: another transaction holds it. */
export async function tryLockReplay(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query<{ is_locked: boolean }>(
    'select pg_try_advisory_xact_lock($1::bigint) as is_locked',
    [REPLAY_KEY],
  )
  return rows[0]!.is_locked
}
