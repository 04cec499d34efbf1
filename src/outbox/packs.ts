/** Unsent packs of a shard, oldest first, and their removal once the broker has them. */
import type { Pool } from '../platform/postgres.ts'

/**
 * Always from the lowest id there is, never `id > cursor`: ids commit out of order, and a cursor would pass over a slow
 * transaction's pack for good.
 */
const READ_PACKS = `
  select pack_id, messages from tollgate.outbox_packs where shard = $1 order by pack_id limit $2`

const DELETE_PACKS = 'delete from tollgate.outbox_packs where pack_id = any($1::bigint[])'

export interface UnsentPack {
  readonly packId: bigint
  readonly messages: Buffer
}

export async function readPacks(pool: Pool, shard: number, limit: number): Promise<UnsentPack[]> {
  const { rows } = await pool.query<{ pack_id: bigint; messages: Buffer }>({
    name: 'read-packs',
    text: READ_PACKS,
    values: [shard, limit],
  })
  return rows.map((row) => ({ packId: row.pack_id, messages: row.messages }))
}

export async function deletePacks(pool: Pool, packIds: readonly bigint[]): Promise<void> {
  await pool.query({ name: 'delete-packs', text: DELETE_PACKS, values: [packIds] })
}

export async function countPacks(pool: Pool, shard: number): Promise<number> {
  const { rows } = await pool.query<{ packs: bigint }>(
    'select count(*) as packs from tollgate.outbox_packs where shard = $1',
    [shard],
  )
  return Number(rows[0]!.packs)
}
