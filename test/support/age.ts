/** The past of an account: the ledger's clock cannot be set. */
import { inTransaction, type Pool } from '../../src/platform/postgres.ts'

/** As if all that is recorded of the account had been recorded so much earlier. */
export async function age(pool: Pool, accountId: string, hours: number): Promise<void> {
  await inTransaction(pool, async (connection) => {
    // Triggers keep what is recorded as it is.
    await connection.query('set local session_replication_role = replica')
    for (const table of ['movements', 'rated_usage', 'usage_identity']) {
      await connection.query(
        `update tollgate.${table} set recorded_at = recorded_at - make_interval(secs => $2) where account_id = $1`,
        [accountId, hours * 3600],
      )
    }
  })
}
