/** The database's clock and epoch: one clock for all raters, whatever their own say. */

import type { InstantMicros } from '../../core/instant.ts'
import { Fault } from '../../platform/faults.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'
import { epochMicros } from '../../platform/sql.ts'

const READ_CLOCK = `
  select epoch, ${epochMicros('clock_timestamp()')} as now_micros from tollgate.ledger_epoch`

/** Waits for a raise of the epoch under way, and lets none begin before the end of the transaction. */
const HOLD_EPOCH = 'select from tollgate.ledger_epoch for share'

/** For what a raise cannot tell anew because it does not see it: accounts that are being created. */
export function holdEpoch(connection: Connection) {
  return connection.query(HOLD_EPOCH)
}

export interface LedgerClock {
  readonly epoch: number
  readonly nowMicros: InstantMicros
}

export async function readClock(connection: Connection | Pool): Promise<LedgerClock> {
  const { rows } = await connection.query<{ epoch: number; now_micros: bigint }>({
    name: 'read-clock',
    text: READ_CLOCK,
  })
  const row = rows[0]
  if (row === undefined) throw new Fault('invariant_broken', 'tollgate.ledger_epoch is empty')
  return { epoch: row.epoch, nowMicros: Number(row.now_micros) }
}
