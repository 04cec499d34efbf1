/** Unsent packs of a lane, oldest first, and their removal once the broker has them. */
import type { Pool } from '../platform/postgres.ts'
import type { Holder } from './leases.ts'
import type { Lane } from './messages.ts'

export interface PackPlace {
  readonly shard: number
  readonly packId: bigint
}

export interface UnsentPack extends PackPlace {
  readonly messages: Buffer
  readonly viewChanges: Buffer | null
}

/** What is read at once. One pack is read however large it is. */
export interface ReadLimits {
  readonly packsAShard: number
  /** As the packs lie in the outbox. */
  readonly bytes: number
}

/**
 * Always from the lowest id there is, never `id > cursor`: ids commit out of order, and a cursor would pass over a slow
 * transaction's pack for good. Those on their way are left out by name. Of each shard what is read is a prefix.
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
 * Only while the lease is held, by this very leadership, and nobody can take it before this has committed: what a leader has
 * sent after its successor began has to be sent by that one again, or something older would stand behind it.
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

/** In one statement with the removal: whoever leads next knows that the view may lack what these packs held. */
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

/** The oldest packs of these shards without `onTheirWay`, in the order of their ids. */
export async function readPacks(
  pool: Pool,
  lane: Lane,
  shards: readonly number[],
  onTheirWay: readonly bigint[],
  { packsAShard, bytes }: ReadLimits,
): Promise<UnsentPack[]> {
  const { rows } = await pool.query<{ shard: number; pack_id: bigint; messages: Buffer; view_changes: Buffer | null }>({
    name: 'read-packs',
    text: READ_PACKS,
    values: [lane, shards, onTheirWay, packsAShard, bytes],
  })
  return rows.map((row) => {
    return { shard: row.shard, packId: row.pack_id, messages: row.messages, viewChanges: row.view_changes }
  })
}

/** Another leads by now, and sends again what is still there. */
export class PacksNotOurs extends Error {
  override readonly name = 'PacksNotOurs'
}

/**
 * `unseenShards`: those whose live view did not get what the packs hold for it. Throws PacksNotOurs where the lease of a shard
 * is no longer the holder's, or packs are gone already.
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
      `lane ${lane}: of ${packs.length} packs sent, ${rowCount} were still ${holder.name}'s to delete`,
    )
  }
}

/** By shard. */
export async function countPacks(pool: Pool, lane: Lane, shards: readonly number[]): Promise<Map<number, number>> {
  const { rows } = await pool.query<{ shard: number; packs: bigint }>({
    name: 'count-packs',
    text: COUNT_PACKS,
    values: [lane, shards],
  })
  return new Map(rows.map(({ shard, packs }) => [shard, Number(packs)]))
}
