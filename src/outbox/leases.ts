/**
 * Who leads a shard's lane, by the database's clock, so that a node whose own clock is wrong neither keeps nor loses a
 * lease by it.
 *
 * A lease is held for one leadership, under a name that no other ever has, and is never taken again once it was lost: what was
 * another's in between does not come back under that name. So whoever finds the name there knows that nobody else has led
 * since. A process has to be told apart from its next leadership as well: it may be held up anywhere, for any time, and go on
 * with what belongs to one that is over.
 */
import { randomUUID } from 'node:crypto'
import type { Pool } from '../platform/postgres.ts'
import type { Lane } from './messages.ts'

export const LEASE_SECONDS = 5
/** How often leases are claimed, and those held renewed. */
export const RENEW_MILLIS = 1_600

/** Of one leadership. */
export interface Holder {
  /** Of the process, without spaces. */
  readonly instanceId: string
  /** As it stands in the lease: the instance, a space, and what is of this leadership alone. */
  readonly name: string
}

export function newHolder(instanceId: string): Holder {
  return { instanceId, name: `${instanceId} ${randomUUID()}` }
}

/** An instance takes over from itself at once: it has ended one leadership when it begins the next. */
const CLAIM_LEASES = `
  insert into tollgate.relay_leases as l (shard, lane, holder, expires_at)
  select shard, $2, $3, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    from unnest($1::smallint[]) as asked (shard)
   order by shard
      on conflict (shard, lane) do update set holder = excluded.holder, expires_at = excluded.expires_at
         where split_part(l.holder, ' ', 1) = $4::text or l.expires_at < clock_timestamp()
  returning shard`

/** In the order of shards, as packs are deleted. One that ran out is left to be claimed, by a leadership of its own. */
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
 * Claims leases for a new leadership: those that are free or expired, and those of an earlier leadership of this process. The
 * shards left out belong to others.
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
 * Claims only leases that are free or expired, for a leadership that goes on. It may be over by the time the statement runs,
 * and must not take anything from the next leadership of this process.
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

/** Renews those held; the shards left out were lost, and stay so for this holder. */
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

/** Lets a successor take over at once instead of waiting for the instance's leases to run out. */
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
