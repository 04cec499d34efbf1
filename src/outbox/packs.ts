/** Reads the unsent packs of a lane, oldest first, and deletes them when the broker has them. */
import type { Pool } from '../platform/postgres.ts'
import type { Holder } from './leases.ts'
import type { Lane } from './messages.ts'

/** Identifies a pack. */
export interface PackPlace {
  readonly shard: number
  readonly packId: bigint
}

/** A pack that is not sent, or not deleted, yet. */
export interface UnsentPack extends PackPlace {
  readonly messages: Buffer
  readonly viewChanges: Buffer | null
}

/** How much to read at once. One pack is read however large it is. */
export interface ReadLimits {
  readonly packsPerShard: number
  /** As stored in the outbox. */
  readonly bytes: number
}

/**
 * Always from the lowest id, never `id > cursor`: ids commit out of order, and a cursor would skip the pack of a slow
 * transaction for ever. Packs in flight are excluded by id. What is read of each shard is a prefix.
 */
const READ_PACKS = `
  select shard, pack_id, messages, view_changes
    from (select *, sum(octet_length(messages)) over (order by pack_id) - octet_length(messages) as bytes_before
            from unnest($2::smallint[]) as led (led_shard)
           cross join lateral (
                 select shard, pack_id, messages, view_changes
                   from tollgate.outbox_packs
                  where shard = led_shard and lane = $1 and pack_id <> all($3::bigint[])
                  order by pack_id
                  limit $4) as oldest) as counted
   where bytes_before < $5
   order by pack_id`

/**
 * Only while this leadership holds the lease, and nobody can take it before this commits. What a leader sent after its
 * successor started must be sent again by the successor; otherwise an older record would come after it.
 */
const DELETE_PACKS = `
  with held as (
    select shard
      from tollgate.relay_leases
     where lane = $1 and holder = $4 and shard = any($2::smallint[])
     order by shard
       for share
  )
  delete from tollgate.outbox_packs as p
   using unnest($2::smallint[], $3::bigint[]) as sent (shard, pack_id) join held using (shard)
   where p.shard = sent.shard and p.lane = $1 and p.pack_id = sent.pack_id
  returning p.pack_id`

/** In one statement with the deletion, so that the next leader knows that the view may lack what these packs held. */
const DELETE_PACKS_UNSEEN_BY_VIEW = `
  with removed as (${DELETE_PACKS}), noted as (
    insert into tollgate.live_view_shards as s (shard)
    select * from unnest($5::smallint[])
        on conflict (shard) do update set misses = s.misses + 1
  )
  select pack_id from removed`

const COUNT_PACKS = `
  select led.shard, (select count(*) from tollgate.outbox_packs p where p.shard = led.shard and p.lane = $1) as packs
    from unnest($2::smallint[]) as led (shard)`

/** Returns the oldest packs of these shards, ordered by id, without those in `packsInFlight`. */
export async function readPacks(
  pool: Pool,
  lane: Lane,
  shards: readonly number[],
  packsInFlight: readonly bigint[],
  { packsPerShard, bytes }: ReadLimits,
): Promise<UnsentPack[]> {
  const { rows } = await pool.query<{ shard: number; pack_id: bigint; messages: Buffer; view_changes: Buffer | null }>({
    name: 'read-packs',
    text: READ_PACKS,
    values: [lane, shards, packsInFlight, packsPerShard, bytes],
  })
  return rows.map((row) => {
    return { shard: row.shard, packId: row.pack_id, messages: row.messages, viewChanges: row.view_changes }
  })
}

/** Another leader has taken over and sends the remaining packs again. */
export class PacksNotOurs extends Error {
  override readonly name = 'PacksNotOurs'
}

/**
 * Deletes packs. `unseenShards` are those whose live view did not get the packs' changes. Throws PacksNotOurs if the
 * holder has lost the lease of a shard, or if packs are already deleted.
 */
export async function deletePacks(
  pool: Pool,
  lane: Lane,
  holder: Holder,
  packs: readonly PackPlace[],
  unseenShards: readonly number[],
): Promise<void> {
  const values = [lane, packs.map(({ shard }) => shard), packs.map(({ packId }) => packId), holder.name]
  const { rowCount } =
    unseenShards.length === 0
      ? await pool.query({ name: 'delete-packs', text: DELETE_PACKS, values })
      : await pool.query(DELETE_PACKS_UNSEEN_BY_VIEW, [...values, unseenShards])
  if (rowCount !== packs.length) {
    throw new PacksNotOurs(
      `lane ${lane}: ${holder.name} sent ${packs.length} packs, but could delete only ${rowCount}: it has lost the lease`,
    )
  }
}

/** Returns the number of packs by shard. */
export async function countPacks(pool: Pool, lane: Lane, shards: readonly number[]): Promise<Map<number, number>> {
  const { rows } = await pool.query<{ shard: number; packs: bigint }>({
    name: 'count-packs',
    text: COUNT_PACKS,
    values: [lane, shards],
  })
  return new Map(rows.map(({ shard, packs }) => [shard, Number(packs)]))
}
