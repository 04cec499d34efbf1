/** Who leads a shard, by the database's clock, so that a node whose own clock is wrong neither keeps nor loses a lease by it. */
import type { Pool } from '../platform/postgres.ts'

export const LEASE_SECONDS = 5

const CLAIM_LEASE = `
  insert into tollgate.relay_leases as l (shard, holder, expires_at)
  values ($1, $2, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}))
      on conflict (shard) do update set holder = excluded.holder, expires_at = excluded.expires_at
         where l.holder = excluded.holder or l.expires_at < clock_timestamp()
  returning shard`

const RELEASE_LEASE = 'delete from tollgate.relay_leases where shard = $1 and holder = $2'

/** Takes the lease, or renews it; false while somebody else holds it. */
export async function claimLease(pool: Pool, shard: number, holder: string): Promise<boolean> {
  const { rowCount } = await pool.query({ name: 'claim-lease', text: CLAIM_LEASE, values: [shard, holder] })
  return rowCount === 1
}

/** Lets a successor take over at once instead of waiting for the lease to run out. */
export async function releaseLease(pool: Pool, shard: number, holder: string): Promise<void> {
  await pool.query(RELEASE_LEASE, [shard, holder])
}
