/**
 * The leases of the relay: who leads a shard of a lane. Only the database's clock counts, so a node with a wrong clock
 * neither keeps nor loses a lease because of it.
 *
 * A lease is held for one leadership, under a name that is never used again, and a lost lease is never renewed under
 * its old name. So if the name is still there, nobody else has led since. Two leaderships of one process have different
 * names, because a process may be paused anywhere and then continue with the work of a leadership that is over.
 */
import { randomUUID } from 'node:crypto'
import type { Pool } from '../platform/postgres.ts'
import type { Lane } from './messages.ts'

export const LEASE_SECONDS = 5
/** The interval at which leases are claimed and renewed, in milliseconds. */
export const RENEW_MS = 1_600

/** The holder of a lease: one leadership. */
export interface Holder {
  /** The process's id, without spaces. */
  readonly instanceId: string
  /** As stored in the lease: the instance id, a space, and a unique id of the leadership. */
  readonly name: string
}

/** Creates a holder with a new name. */
export function newHolder(instanceId: string): Holder {
  return { instanceId, name: `${instanceId} ${randomUUID()}` }
}

/** An instance may replace its own lease at once: it has ended one leadership before it starts the next. */
const CLAIM_LEASES = `
  insert into tollgate.relay_leases as l (shard, lane, holder, expires_at)
  select shard, $2, $3, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    from unnest($1::smallint[]) as asked (shard)
   order by shard
      on conflict (shard, lane) do update set holder = excluded.holder, expires_at = excluded.expires_at
         where split_part(l.holder, ' ', 1) = $4::text or l.expires_at < clock_timestamp()
  returning shard`

/**
 * Locks in the order of shards, like the deletion of packs. An expired lease is not renewed; a new leadership must
 * claim it.
 */
const RENEW_LEASES = `
  with held as (
    select shard
      from tollgate.relay_leases
     where lane = $2 and holder = $3 and shard = any($1::smallint[]) and expires_at >= clock_timestamp()
     order by shard
       for update
  )
  update tollgate.relay_leases as l set expires_at = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    from held
   where l.lane = $2 and l.shard = held.shard
  returning l.shard`

const RELEASE_LEASES = `
  delete from tollgate.relay_leases
   where shard = any($1::smallint[]) and lane = $2 and split_part(holder, ' ', 1) = $3`

/**
 * Claims leases for a new leadership and returns their shards: free or expired leases, and those of an earlier
 * leadership of this process. The other shards are led by others.
 */
export async function claimLeases(
  pool: Pool,
  lane: Lane,
  shards: readonly number[],
  { instanceId, name }: Holder,
): Promise<number[]> {
  return await claim(pool, [shards, lane, name, instanceId])
}

/**
 * Claims only free or expired leases, for a leadership that continues, and returns their shards. The leadership may be
 * over when the statement runs, and must not take anything from this process's next leadership.
 */
export async function claimExpiredLeases(
  pool: Pool,
  lane: Lane,
  shards: readonly number[],
  { name }: Holder,
): Promise<number[]> {
  return await claim(pool, [shards, lane, name, null])
}

async function claim(pool: Pool, values: readonly unknown[]): Promise<number[]> {
  const { rows } = await pool.query<{ shard: number }>({
    name: 'claim-leases',
    text: CLAIM_LEASES,
    values: [...values],
  })
  return sorted(rows)
}

/** Renews the held leases and returns their shards. The other leases are lost for this holder. */
export async function renewLeases(
  pool: Pool,
  lane: Lane,
  shards: readonly number[],
  { name }: Holder,
): Promise<number[]> {
  const { rows } = await pool.query<{ shard: number }>({
    name: 'renew-leases',
    text: RENEW_LEASES,
    values: [shards, lane, name],
  })
  return sorted(rows)
}

/** Releases the instance's leases, so that a successor need not wait until they expire. */
export async function releaseLeases(
  pool: Pool,
  lane: Lane,
  shards: readonly number[],
  instanceId: string,
): Promise<void> {
  await pool.query(RELEASE_LEASES, [shards, lane, instanceId])
}

function sorted(rows: readonly { readonly shard: number }[]): number[] {
  return rows.map(({ shard }) => shard).toSorted((a, b) => a - b)
}
