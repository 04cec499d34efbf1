/** Backdates an account: the ledger's clock cannot be set. */
import { inTransaction, type Pool } from '../../src/platform/postgres.ts'

/** As if everything recorded of the account had been recorded that much earlier. */
export async function age(pool: Pool, accountId: string, hours: number): Promise<void> {
  await inTransaction(pool, async (connection) => {
    // Triggers prevent changes of recorded rows.
    await connection.query('set local session_replication_role = replica')
    for (const table of ['movements', 'rated_usage', 'usage_identity']) {
      await connection.query(
        `update tollgate.${table} set recorded_at = recorded_at - make_interval(secs => $2) where account_id = $1`,
        [accountId, hours * 3600],
      )
    }
  })
}
