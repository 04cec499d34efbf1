/**
 * The offsets whose effects are in this database, stored by the transaction that holds them. On assignment a rater
 * starts from the lower of these and Kafka's, so a database restored to an earlier point catches up by itself.
 */
import type { Connection, Pool } from '../platform/postgres.ts'

export interface PartitionOffset {
  readonly topic: string
  readonly partition: number
  /** The offset after the last one that is recorded. */
  readonly nextOffset: bigint
}

/** Never backwards: a batch that was in flight when its partition changed hands may commit after the new owner's. */
const STORE_OFFSETS = `
  insert into tollgate.consumer_offsets (consumer_group, topic, partition, next_offset)
  select $1, position.* from unnest($2::text[], $3::integer[], $4::bigint[]) as position
      on conflict (consumer_group, topic, partition) do update
         set next_offset = greatest(consumer_offsets.next_offset, excluded.next_offset)`

const READ_OFFSETS = `
  select topic, partition, next_offset from tollgate.consumer_offsets where consumer_group = $1`

export function storeOffsets(connection: Connection, group: string, offsets: readonly PartitionOffset[]) {
  return connection.query({
    name: 'store-offsets',
    text: STORE_OFFSETS,
    values: [
      group,
      offsets.map(({ topic }) => topic),
      offsets.map(({ partition }) => partition),
      offsets.map(({ nextOffset }) => nextOffset),
    ],
  })
}

export async function readOffsets(pool: Pool, group: string): Promise<PartitionOffset[]> {
  const { rows } = await pool.query<{ topic: string; partition: number; next_offset: bigint }>(READ_OFFSETS, [group])
  return rows.map((row) => ({ topic: row.topic, partition: row.partition, nextOffset: row.next_offset }))
}
