/** Verifies C: the offsets committed to Kafka are never ahead of the database, which has the effects of the messages. */
import { readOffsets } from '../ledger/epochs/consumer-offsets.ts'
import type { KafkaAdmin } from '../platform/kafka/admin.ts'
import { nameOf, PartitionMap } from '../platform/kafka/places.ts'
import type { Pool } from '../platform/postgres.ts'
import type { OnFault } from './fault.ts'

/** Compares the offsets. Kafka's are read first: the database, which keeps advancing, must not be behind them. */
export async function verifyOffsets(
  admin: KafkaAdmin,
  pool: Pool,
  groupId: string,
  topics: readonly string[],
  onFault: OnFault,
): Promise<void> {
  const committed = await admin.committedOffsets(groupId, topics)
  const stored = new PartitionMap((await readOffsets(pool, groupId)).map((one) => [one, one.nextOffset]))
  for (const one of committed) {
    const inDatabase = stored.get(one) ?? 0n
    if (one.nextOffset <= inDatabase) continue
    const detail = `${nameOf(one)}: Kafka has ${one.nextOffset} committed, the database ${inDatabase}`
    onFault({ check: 'offset_ahead', invariant: 'C', severity: 'fault', accountId: null, detail })
  }
}
