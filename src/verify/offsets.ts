/** Verifies C: the offsets committed to Kafka are never ahead of the database, which has the effects of the messages. */
import type { Admin } from 'kafkajs'
import { readOffsets } from '../ledger/epochs/consumer-offsets.ts'
import type { Pool } from '../platform/postgres.ts'
import type { OnFault } from './fault.ts'

/** Compares the offsets. Kafka's are read first: the database, which keeps advancing, must not be behind them. */
export async function verifyOffsets(
  admin: Admin,
  pool: Pool,
  groupId: string,
  topics: readonly string[],
  onFault: OnFault,
): Promise<void> {
  const committed = await admin.fetchOffsets({ groupId, topics: [...topics] })
  const stored = new Map(
    (await readOffsets(pool, groupId)).map(({ topic, partition, nextOffset }) => [`${topic}/${partition}`, nextOffset]),
  )
  for (const { topic, partitions } of committed) {
    for (const { partition, offset } of partitions) {
      const inDatabase = stored.get(`${topic}/${partition}`) ?? 0n
      if (BigInt(offset) <= inDatabase) continue
      const detail = `${topic}/${partition}: Kafka has ${offset} committed, the database ${inDatabase}`
      onFault({ check: 'offset_ahead', invariant: 'C', severity: 'fault', accountId: null, detail })
    }
  }
}
