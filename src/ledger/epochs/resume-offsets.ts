/**
 * Where a rater resumes when partitions are assigned to it, and the proof of a restore: Kafka has an offset committed
 * by us that this database does not have. The epoch is raised before the first batch is recorded, once per restore.
 */
import type { CommittedOffset, PartitionOffset } from '../../platform/kafka/places.ts'
import { inTransaction, type Pool } from '../../platform/postgres.ts'
import type { Publishing } from '../changes/announce.ts'
import { readOffsets } from './consumer-offsets.ts'
import { raiseEpoch } from './raise-epoch.ts'

export interface ResumePoint {
  /** Of every partition of which the group has recorded anything. */
  readonly stored: readonly PartitionOffset[]
  /** The new epoch if this call raised it. Null if nothing proves a restore. */
  readonly raisedTo: number | null
}

/**
 * Waits for others that check the same proof: of all raters that share partitions, only one raises the epoch after a
 * restore.
 */
const LOCK_EPOCH = 'select epoch from tollgate.ledger_epoch for update'

/**
 * Of the given offsets, those ahead of the stored ones. An offset that was used as a proof is unchanged until the
 * partition's first commit after it. Then it is below what is stored, or it proves another restore.
 */
const FIND_PROOF = `
  select committed.topic, committed.partition, committed.next_offset
    from unnest($2::text[], $3::integer[], $4::bigint[]) as committed (topic, partition, next_offset)
    left join tollgate.consumer_offsets o
      on o.consumer_group = $1 and o.topic = committed.topic and o.partition = committed.partition
   where committed.next_offset > coalesce(o.next_offset, 0)
     and committed.next_offset is distinct from o.restored_below`

const REMEMBER_PROOF = `
  insert into tollgate.consumer_offsets as o (consumer_group, topic, partition, next_offset, restored_below)
  select $1, proof.topic, proof.partition, 0, proof.next_offset
    from unnest($2::text[], $3::integer[], $4::bigint[]) as proof (topic, partition, next_offset)
      on conflict (consumer_group, topic, partition) do update set restored_below = excluded.restored_below`

interface ProofRow {
  topic: string
  partition: number
  next_offset: bigint
}

/**
 * Returns the stored offsets, from which a group resumes that has committed these offsets to Kafka. Raises the epoch if
 * they prove a restore; this locks all accounts.
 */
export async function resumeOffsets(
  pool: Pool,
  publishing: Publishing,
  group: string,
  committed: readonly CommittedOffset[],
): Promise<ResumePoint> {
  const isProof = (await pool.query<ProofRow>(FIND_PROOF, asValues(group, committed))).rows.length > 0
  const raisedTo = isProof ? await raiseOnce(pool, publishing, group, committed) : null
  return { stored: await readOffsets(pool, group), raisedTo }
}

/** Raises the epoch for a proof and returns it. Null if the proof was already used. */
export async function raiseOnce(
  pool: Pool,
  publishing: Publishing,
  group: string,
  committed: readonly CommittedOffset[],
): Promise<number | null> {
  return inTransaction(pool, async (connection) => {
    await connection.query(LOCK_EPOCH)
    const { rows } = await connection.query<ProofRow>(FIND_PROOF, asValues(group, committed))
    if (rows.length === 0) return null
    const proof = rows.map((row) => ({ topic: row.topic, partition: row.partition, offset: row.next_offset }))
    await connection.query(REMEMBER_PROOF, asValues(group, proof))
    const [{ topic, partition, offset }] = proof as [CommittedOffset]
    return raiseEpoch(connection, publishing, `${group} has committed ${topic}/${partition} up to ${offset}`)
  })
}

function asValues(group: string, offsets: readonly CommittedOffset[]) {
  return [
    group,
    offsets.map(({ topic }) => topic),
    offsets.map(({ partition }) => partition),
    offsets.map(({ offset }) => offset),
  ]
}
