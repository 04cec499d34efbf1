/** Exports as they are stored: their rows, read and listed. */

import type { ExportSums } from '../../core/export/sums.ts'
import type { Currency, Micros } from '../../core/money.ts'
import type { FaultCode } from '../../platform/faults.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'
import { instantText } from '../../platform/sql.ts'

export const EXPORT_STATES = ['preparing', 'ready', 'failed', 'expired'] as const
export type ExportState = (typeof EXPORT_STATES)[number]

/** An export; instants are RFC 3339 in UTC. */
export interface StoredExport extends ExportSums {
  readonly exportId: string
  readonly accountId: string
  readonly state: ExportState
  readonly requestedAt: string
  readonly requestedBy: string
  /** The person who requested it; null for a service or an operator. */
  readonly asker: string | null
  /** IANA name of the time zone in which the period was chosen. */
  readonly timeZone: string
  /** The period, half-open, by the time movements were recorded. */
  readonly from: string
  readonly to: string
  readonly currency: Currency
  readonly afterSequence: bigint
  readonly throughSequence: bigint
  /** Movements up to here are in parts, and in the sums. */
  readonly doneSequence: bigint
  readonly parts: number
  readonly openingMicros: Micros
  readonly closingMicros: Micros
  /** Size of the uncompressed file. */
  readonly fileBytes: bigint
  readonly tries: number
  /** Why it failed; null if it did not. */
  readonly failure: FaultCode | null
  readonly concludedAt: string | null
  /** When the file expires; null unless it is or was ready. */
  readonly expiresAt: string | null
}

/** Columns of `tollgate.exports e`. An export is shown as expired even before its parts are deleted. */
export const EXPORT_COLUMNS = `
  e.export_id, e.account_id, e.requested_by, e.asker, e.time_zone, e.currency, e.after_sequence, e.through_sequence, e.done_sequence, e.parts,
  e.opening_micros, e.closing_micros, e.added_micros, e.used_micros, e.other_micros, e.file_bytes, e.tries, e.failure,
  case when e.state = 'ready' and e.expires_at <= clock_timestamp() then 'expired' else e.state end as state,
  ${instantText('e.requested_at')} as requested_at, ${instantText('e.from_at')} as from_at, ${instantText('e.to_at')} as to_at,
  ${instantText('e.concluded_at')} as concluded_at, ${instantText('e.expires_at')} as expires_at`

export interface ExportRow {
  export_id: string
  account_id: string
  state: ExportState
  requested_at: string
  requested_by: string
  asker: string | null
  time_zone: string
  from_at: string
  to_at: string
  currency: Currency
  after_sequence: bigint
  through_sequence: bigint
  done_sequence: bigint
  parts: number
  opening_micros: bigint
  closing_micros: bigint
  added_micros: bigint
  used_micros: bigint
  other_micros: bigint
  file_bytes: bigint
  tries: number
  failure: FaultCode | null
  concluded_at: string | null
  expires_at: string | null
}

/** An export from its row. */
export function exportOf(row: ExportRow): StoredExport {
  return {
    exportId: row.export_id,
    accountId: row.account_id,
    state: row.state,
    requestedAt: row.requested_at,
    requestedBy: row.requested_by,
    asker: row.asker,
    timeZone: row.time_zone,
    from: row.from_at,
    to: row.to_at,
    currency: row.currency,
    afterSequence: row.after_sequence,
    throughSequence: row.through_sequence,
    doneSequence: row.done_sequence,
    parts: row.parts,
    openingMicros: row.opening_micros,
    closingMicros: row.closing_micros,
    addedMicros: row.added_micros,
    usedMicros: row.used_micros,
    otherMicros: row.other_micros,
    fileBytes: row.file_bytes,
    tries: row.tries,
    failure: row.failure,
    concludedAt: row.concluded_at,
    expiresAt: row.expires_at,
  }
}

const LIST = `
  select ${EXPORT_COLUMNS} from tollgate.exports e
   where account_id = $1 and ($2::timestamptz is null or (e.requested_at, export_id) < ($2, $3::text))
   order by e.requested_at desc, export_id desc
   limit $4`

const READ = `select ${EXPORT_COLUMNS} from tollgate.exports e where account_id = $1 and export_id = $2`

export interface ExportPage {
  /** The last item of the page before; null for the first page. */
  readonly after: { readonly requestedAt: string; readonly exportId: string } | null
  readonly limit: number
}

/** The exports of an account, newest first. */
export async function listExports(
  pool: Pool,
  accountId: string,
  { after, limit }: ExportPage,
): Promise<StoredExport[]> {
  const values = [accountId, after?.requestedAt ?? null, after?.exportId ?? null, limit]
  return (await pool.query<ExportRow>(LIST, values)).rows.map(exportOf)
}

/** One export; null if the account has none by this id. */
export async function readExport(
  database: Pool | Connection,
  accountId: string,
  exportId: string,
): Promise<StoredExport | null> {
  const { rows } = await database.query<ExportRow>(READ, [accountId, exportId])
  return rows[0] === undefined ? null : exportOf(rows[0])
}
