/** The database's clock and epoch. All processes use this clock, not their own. */

import type { InstantMicros } from '../../core/instant.ts'
import { Fault } from '../../platform/faults.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'
import { epochMicros } from '../../platform/sql.ts'

const READ_CLOCK = `
  select epoch, ${epochMicros('clock_timestamp()')} as now_micros from tollgate.ledger_epoch`

const HOLD_EPOCH = 'select from tollgate.ledger_epoch for share'

/**
 * Locks the epoch against being raised until the end of the transaction, waiting for a raise in progress. Needed when
 * creating accounts: a raise republishes every account, and would miss those that are not committed yet.
 */
export function holdEpoch(connection: Connection) {
  return connection.query(HOLD_EPOCH)
}

export interface LedgerClock {
  readonly epoch: number
  readonly nowMicros: InstantMicros
}

/** Reads the database's clock and the epoch. Throws the fault `invariant_broken` when there is no epoch. */
export async function readClock(connection: Connection | Pool): Promise<LedgerClock> {
  const { rows } = await connection.query<{ epoch: number; now_micros: bigint }>({
    name: 'read-clock',
    text: READ_CLOCK,
  })
  const row = rows[0]
  if (row === undefined) throw new Fault('invariant_broken', 'tollgate.ledger_epoch is empty')
  return { epoch: row.epoch, nowMicros: Number(row.now_micros) }
}
