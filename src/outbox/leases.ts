/**
 * Who leads a shard's lane, by the database's clock, so that a node whose own clock is wrong neither keeps nor loses a
 * lease by it.
 */
import type { Pool } from '../platform/postgres.ts'
import type { Lane } from './messages.ts'

export const LEASE_SECONDS = 5
/** How often leases are claimed, and those held renewed. */
export const RENEW_MILLIS = 1_600

const CLAIM_LEASES = `
  insert into tollgate.relay_leases as l (shard, lane, holder, expires_at)
  select shard, $2, $3, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    from unnest($1::smallint[]) as asked (shard)
   order by shard
      on conflict (shard, lane) do update set holder = excluded.holder, expires_at = excluded.expires_at
         where l.holder = excluded.holder or l.expires_at < clock_timestamp()
  returning shard`

const RELEASE_LEASES =
  'delete from tollgate.relay_leases where shard = any($1::smallint[]) and lane = $2 and holder = $3'

/** Takes the leases that are free, and renews those held; the shards left out are somebody else's. */
export async function claimLeases(
  pool: Pool,
  lane: Lane,
  shards: readonly number[],
  holder: string,
): Promise<number[]> {
  const { rows } = await pool.query<{ shard: number }>({
    name: 'claim-leases',
    text: CLAIM_LEASES,
    values: [shards, lane, holder],
  })
  return rows.map(({ shard }) => shard).toSorted((a, b) => a - b)
}

/** Lets a successor take over at once instead of waiting for the leases to run out. */
export async function releaseLeases(pool: Pool, lane: Lane, shards: readonly number[], holder: string): Promise<void> {
  await pool.query(RELEASE_LEASES, [shards, lane, holder])
}
