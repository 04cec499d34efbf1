/** Stores the fair-use minutes that a batch changed. */
import type { FairUseCounter } from '../../core/rating/fair-use.ts'
import { Fault } from '../../platform/faults.ts'
import type { Connection } from '../../platform/postgres.ts'
import { arrayOf } from '../../platform/postgres-binary.ts'

const UPSERT_COUNTERS = `
  insert into tollgate.fair_use_counters as c (account_id, user_id, cycle_anchor, cycle_start, minutes, version)
  select * from unnest($1::text[], $2::text[], $3::date[], $4::date[], $5::integer[], $6::bigint[])
      on conflict (account_id, user_id, cycle_anchor, cycle_start)
      do update set minutes = excluded.minutes, version = excluded.version
      where c.version = excluded.version - 1`

/** A counter as it is stored and announced after a batch. */
export interface CounterVersion {
  readonly counter: FairUseCounter
  /** Covered minutes. */
  readonly minutes: number
  /** One more than before the batch; 1 for a new counter. */
  readonly version: bigint
}

/**
 * Stores counters. The accounts must be locked since the counters were read. Throws `invariant_broken` if a stored version
 * is not the one before.
 */
export async function upsertCounters(connection: Connection, counters: readonly CounterVersion[]): Promise<void> {
  const { rowCount } = await connection.query({
    name: 'upsert-counters',
    text: UPSERT_COUNTERS,
    values: [
      arrayOf('text', counters, ({ counter }) => counter.accountId),
      arrayOf('text', counters, ({ counter }) => counter.userId),
      arrayOf('date', counters, ({ counter }) => counter.anchor),
      arrayOf('date', counters, ({ counter }) => counter.cycleStart),
      arrayOf('integer', counters, ({ minutes }) => minutes),
      arrayOf('bigint', counters, ({ version }) => version),
    ],
  })
  if (rowCount !== counters.length) {
    throw new Fault(
      'invariant_broken',
      `stored ${rowCount} of ${counters.length} fair-use counters: one has another version`,
    )
  }
}
