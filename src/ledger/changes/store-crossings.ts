/**
 * Stores the last alert of each level of an account, which identifies the occurrence of a notice. Callers skip it when no
 * level was crossed, so other batches pay nothing.
 */
import type { AlertRaised } from '../../core/account/alerts.ts'
import type { Connection } from '../../platform/postgres.ts'

const STORE_CROSSINGS = `
  insert into tollgate.alert_crossings (account_id, kind, version, crossed_at)
  select account_id, kind, version, $1::timestamptz
    from unnest($2::text[], $3::text[], $4::bigint[]) as raised (account_id, kind, version)
      on conflict (account_id, kind) do update set version = excluded.version, crossed_at = excluded.crossed_at`

/** Stores crossings. The accounts must be locked, and each kind may occur once per account. `recordedAt`: RFC 3339. */
export async function storeCrossings(
  connection: Connection,
  alerts: readonly AlertRaised[],
  recordedAt: string,
): Promise<void> {
  await connection.query({
    name: 'store-crossings',
    text: STORE_CROSSINGS,
    values: [
      recordedAt,
      alerts.map(({ accountId }) => accountId),
      alerts.map(({ kind }) => kind),
      alerts.map(({ version }) => version),
    ],
  })
}
