/** Unsent packs of a shard and lane, oldest first, and their removal once the broker has them. */
import type { Pool } from '../platform/postgres.ts'
import type { Lane } from './messages.ts'

export interface Channel {
  readonly shard: number
  readonly lane: Lane
}

export interface UnsentPack {
  readonly packId: bigint
  readonly messages: Buffer
  readonly viewChanges: Buffer | null
}

/**
 * Always from the lowest id there is, never `id > cursor`: ids commit out of order, and a cursor would pass over a slow
 * transaction's pack for good.
 */
const READ_PACKS = `
  select pack_id, messages, view_changes
    from tollgate.outbox_packs
   where shard = $1 and lane = $2
   order by pack_id
   limit $3`

const DELETE_PACKS = `
  delete from tollgate.outbox_packs where shard = $1 and lane = $2 and pack_id = any($3::bigint[])`

/** In one statement with the removal: whoever leads next knows that the view may lack what these packs held. */
const DELETE_PACKS_UNSEEN_BY_VIEW = `
  with removed as (${DELETE_PACKS})
  insert into tollgate.live_view_shards as s (shard) values ($1)
      on conflict (shard) do update set misses = s.misses + 1`

export async function readPacks(pool: Pool, { shard, lane }: Channel, limit: number): Promise<UnsentPack[]> {
  const { rows } = await pool.query<{ pack_id: bigint; messages: Buffer; view_changes: Buffer | null }>({
    name: 'read-packs',
    text: READ_PACKS,
    values: [shard, lane, limit],
  })
  return rows.map((row) => ({ packId: row.pack_id, messages: row.messages, viewChanges: row.view_changes }))
}

/** `isInView` is false when the live view did not get what the packs hold for it. */
export async function deletePacks(
  pool: Pool,
  { shard, lane }: Channel,
  packIds: readonly bigint[],
  isInView: boolean,
): Promise<void> {
  const statement = isInView
    ? { name: 'delete-packs', text: DELETE_PACKS }
    : { name: 'delete-packs-unseen-by-view', text: DELETE_PACKS_UNSEEN_BY_VIEW }
  await pool.query({ ...statement, values: [shard, lane, packIds] })
}

export async function countPacks(pool: Pool, { shard, lane }: Channel): Promise<number> {
  const { rows } = await pool.query<{ packs: bigint }>(
    'select count(*) as packs from tollgate.outbox_packs where shard = $1 and lane = $2',
    [shard, lane],
  )
  return Number(rows[0]!.packs)
}
