/**
 * Where a rater resumes when partitions are assigned to it, and the proofs of a restore: an offset that this database
 * does not have, although the group has committed it to Kafka, or a rater remembers that it was recorded. The epoch is
 * raised before the first batch is recorded, once per restore however many raters have a proof.
 */
import type { PartitionOffset } from '../../platform/kafka/places.ts'
import { type Connection, inTransaction, type Pool } from '../../platform/postgres.ts'
import type { Publishing } from '../changes/announce.ts'
import { readOffsets } from './consumer-offsets.ts'
import { raiseEpoch } from './raise-epoch.ts'

export interface ResumePoint {
  /** Of every partition of which the group has recorded anything. */
  readonly stored: readonly PartitionOffset[]
  /** The new epoch if this call raised it. Null if nothing proves a restore, or the epoch was already raised for it. */
  readonly raisedTo: number | null
}

/** Waits for others that check a proof. */
const LOCK_EPOCH = 'select epoch from tollgate.ledger_epoch for update'

/**
 * Of the given offsets, those ahead of the stored ones. An offset that was used as a proof is unchanged until the
 * partition's first commit after it. Then it is below what is stored, or it proves another restore.
 */
const FIND_PROOF = `
  select given.topic, given.partition, given.next_offset as "nextOffset"
    from unnest($2::text[], $3::integer[], $4::bigint[]) as given (topic, partition, next_offset)
    left join tollgate.consumer_offsets o
      on o.consumer_group = $1 and o.topic = given.topic and o.partition = given.partition
   where given.next_offset > coalesce(o.next_offset, 0)
     and given.next_offset is distinct from o.restored_below`

const REMEMBER_PROOF = `
  insert into tollgate.consumer_offsets as o (consumer_group, topic, partition, next_offset, restored_below)
  select $1, proof.topic, proof.partition, 0, proof.next_offset
    from unnest($2::text[], $3::integer[], $4::bigint[]) as proof (topic, partition, next_offset)
      on conflict (consumer_group, topic, partition) do update set restored_below = excluded.restored_below`

/**
 * Stands for the proof of a rater, which knows only the partitions of its batch. Until the next assignment reads what
 * Kafka has for all partitions, every proof is one of the same restore.
 */
const BY_A_RATER = -1n

const IS_RAISED_BY_A_RATER = `
  select exists (select from tollgate.consumer_offsets where consumer_group = $1 and restored_below = ${BY_A_RATER})`

const FORGET_PROOFS_OF_RATERS = `
  update tollgate.consumer_offsets set restored_below = null
   where consumer_group = $1 and restored_below = ${BY_A_RATER}`

/**
 * Returns the stored offsets, from which a group resumes. `committed` is what Kafka has for all of its partitions, read
 * before this call, so that what is recorded meanwhile proves nothing. Raises the epoch if they prove a restore; this
 * locks all accounts.
 */
export async function resumeOffsets(
  pool: Pool,
  publishing: Publishing,
  group: string,
  committed: readonly PartitionOffset[],
): Promise<ResumePoint> {
  const hasProof = (await findProof(pool, group, committed)).length > 0 || (await isRaisedByRater(pool, group))
  const raisedTo = hasProof ? await raiseForKafka(pool, publishing, group, committed) : null
  return { stored: await readOffsets(pool, group), raisedTo }
}

function raiseForKafka(
  pool: Pool,
  publishing: Publishing,
  group: string,
  committed: readonly PartitionOffset[],
): Promise<number | null> {
  return inTransaction(pool, async (connection) => {
    await connection.query(LOCK_EPOCH)
    const isRaised = await isRaisedByRater(connection, group)
    const proof = await findProof(connection, group, committed)
    if (isRaised) await connection.query(FORGET_PROOFS_OF_RATERS, [group])
    await connection.query(REMEMBER_PROOF, asValues(group, proof))
    const [first] = proof
    if (isRaised || first === undefined) return null
    return raiseEpoch(connection, publishing, `Kafka has ${textOf(first)} committed by ${group}`)
  })
}

/**
 * Raises the epoch and returns it, if these offsets, which a running rater remembers as recorded, prove a restore. Null
 * if it was already raised for it.
 */
export async function raiseOnce(
  pool: Pool,
  publishing: Publishing,
  group: string,
  remembered: readonly PartitionOffset[],
): Promise<number | null> {
  return inTransaction(pool, async (connection) => {
    await connection.query(LOCK_EPOCH)
    if (await isRaisedByRater(connection, group)) return null
    const proof = await findProof(connection, group, remembered)
    const [first] = proof
    if (first === undefined) return null
    const asRater = proof.map((offset) => ({ ...offset, nextOffset: BY_A_RATER }))
    await connection.query(REMEMBER_PROOF, asValues(group, asRater))
    return raiseEpoch(connection, publishing, `a rater of ${group} had recorded ${textOf(first)}`)
  })
}

async function findProof(
  database: Connection | Pool,
  group: string,
  offsets: readonly PartitionOffset[],
): Promise<PartitionOffset[]> {
  return (await database.query<PartitionOffset>(FIND_PROOF, asValues(group, offsets))).rows
}

async function isRaisedByRater(database: Connection | Pool, group: string): Promise<boolean> {
  const { rows } = await database.query<{ exists: boolean }>(IS_RAISED_BY_A_RATER, [group])
  return rows[0]!.exists
}

function textOf({ topic, partition, nextOffset }: PartitionOffset): string {
  return `${topic}/${partition} up to ${nextOffset}`
}

function asValues(group: string, offsets: readonly PartitionOffset[]) {
  return [
    group,
    offsets.map(({ topic }) => topic),
    offsets.map(({ partition }) => partition),
    offsets.map(({ nextOffset }) => nextOffset),
  ]
}
