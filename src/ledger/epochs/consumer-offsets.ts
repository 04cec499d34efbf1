/**
 * The offsets up to which this database has recorded events. The transaction that records the events stores them. On
 * assignment a rater resumes from the lower of these and Kafka's, so a database restored to an earlier point catches up
 * by itself.
 */
import { Fault } from '../../platform/faults.ts'
import { type BatchOffset, PartitionMap, type PartitionOffset } from '../../platform/kafka/places.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'

/**
 * The database has less than it had before: it was restored to an earlier point while a rater was running. What the
 * rater remembers is void, and its batch does not follow on what is stored.
 */
export class DatabaseRestored extends Fault {
  override readonly name = 'DatabaseRestored'

  constructor({ topic, partition, previousOffset }: BatchOffset, stored: bigint | undefined) {
    super(
      'database_restored',
      `${topic}/${partition} was recorded up to ${previousOffset} but the database now has ${stored ?? 'nothing'}: ` +
        'it was restored to an earlier point; restart, and all later usage is rated again',
    )
  }
}

/** Never moves an offset back: a batch that was in flight when its partition moved may commit after the new owner's. */
const STORE_OFFSETS = `
  insert into tollgate.consumer_offsets (consumer_group, topic, partition, next_offset)
  select $1, position.* from unnest($2::text[], $3::integer[], $4::bigint[]) as position
      on conflict (consumer_group, topic, partition) do update
         set next_offset = greatest(consumer_offsets.next_offset, excluded.next_offset)`

const READ_OFFSETS = `
  select topic, partition, next_offset from tollgate.consumer_offsets where consumer_group = $1`

const READ_OFFSETS_OF = `
  select topic, partition, next_offset
    from tollgate.consumer_offsets
    join unnest($2::text[], $3::integer[]) as asked (topic, partition) using (topic, partition)
   where consumer_group = $1`

/** Sends the offsets of a batch, within its transaction. */
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

interface OffsetRow {
  topic: string
  partition: number
  next_offset: bigint
}

/** Reads the stored offsets of a group. */
export async function readOffsets(database: Connection | Pool, group: string): Promise<PartitionOffset[]> {
  const { rows } = await database.query<OffsetRow>(READ_OFFSETS, [group])
  return rows.map(asOffset)
}

/** Throws `DatabaseRestored` if the batch does not follow on what is stored. */
export async function checkOffsetsFollow(
  connection: Connection,
  group: string,
  offsets: readonly BatchOffset[],
): Promise<void> {
  const { rows } = await connection.query<OffsetRow>({
    name: 'read-offsets-of',
    text: READ_OFFSETS_OF,
    values: [group, offsets.map(({ topic }) => topic), offsets.map(({ partition }) => partition)],
  })
  const stored = new PartitionMap(rows.map((row) => [row, row.next_offset]))
  for (const offset of offsets) {
    if (offset.previousOffset === null) continue
    const known = stored.get(offset)
    if (known === undefined || known < offset.previousOffset) throw new DatabaseRestored(offset, known)
  }
}

function asOffset(row: OffsetRow): PartitionOffset {
  return { topic: row.topic, partition: row.partition, nextOffset: row.next_offset }
}
