/** One replay by the API at a time, of all processes: so that the same request, sent again meanwhile, finds it under way. */
import type { Connection } from '../../platform/postgres.ts'

/** Any number will do that nothing else in the database locks: "replay" in ASCII. */
const REPLAY_KEY = 0x7265706c6179n

/** False: another transaction has it. Held until this one ends. */
export async function tryLockReplay(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query<{ is_locked: boolean }>(
    'select pg_try_advisory_xact_lock($1::bigint) as is_locked',
    [REPLAY_KEY],
  )
  return rows[0]!.is_locked
}
