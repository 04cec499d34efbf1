/** Transactions whose statements find each row by key. */
import { type Connection, inTransaction, type Pool } from '../platform/postgres.ts'

/**
 * Runs `work` in a transaction planned for look-ups by key; without that, the planner may scan whole months. Name its
 * statements, so that each connection plans them once: with a partition per month planning costs more than running.
 */
export function byKey<T>(pool: Pool, work: (connection: Connection) => Promise<T>): Promise<T> {
  return inTransaction(pool, work, { isByKey: true })
}
