/**
 * Who leads a shard's lane, by the database's clock, so that a node whose own clock is wrong neither keeps nor loses a
 * lease by it.
 */
import type { Pool } from '../platform/postgres.ts'
import type { Channel } from './packs.ts'

export const LEASE_SECONDS = 5

const CLAIM_LEASE = `
  insert into tollgate.relay_leases as l (shard, lane, holder, expires_at)
  values ($1, $2, $3, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}))
      on conflict (shard, lane) do update set holder = excluded.holder, expires_at = excluded.expires_at
         where l.holder = excluded.holder or l.expires_at < clock_timestamp()
  returning shard`

const RELEASE_LEASE = 'delete from tollgate.relay_leases where shard = $1 and lane = $2 and holder = $3'

/** Takes the lease, or renews it; false while somebody else holds it. */
export async function claimLease(pool: Pool, { shard, lane }: Channel, holder: string): Promise<boolean> {
  const { rowCount } = await pool.query({ name: 'claim-lease', text: CLAIM_LEASE, values: [shard, lane, holder] })
  return rowCount === 1
}

/** Lets a successor take over at once instead of waiting for the lease to run out. */
export async function releaseLease(pool: Pool, { shard, lane }: Channel, holder: string): Promise<void> {
  await pool.query(RELEASE_LEASE, [shard, lane, holder])
}
