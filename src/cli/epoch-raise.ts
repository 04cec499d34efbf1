/**
 * `tollgate epoch raise --reason`: for a restore that offsets do not reveal, as when Kafka was restored with the
 * database.
 */
import { raiseEpoch as raiseInLedger } from '../ledger/epochs/raise-epoch.ts'
import { inTransaction } from '../platform/postgres.ts'
import { withLedger } from './connected.ts'

export async function raiseEpoch({ reason }: { reason: string }): Promise<void> {
  await withLedger(async ({ pool, publishing }) => {
    const epoch = await inTransaction(pool, (connection) => raiseInLedger(connection, publishing, reason))
    console.log(`epoch ${epoch}`)
  })
}
