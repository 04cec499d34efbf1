/**
 * Requests exports. Which movements an export has is fixed here, under the account's lock; the role `jobs` makes the
 * file.
 */
import { randomUUID } from 'node:crypto'
import { formatInstant } from '../../core/instant.ts'
import { type ChangedOnce, changeAccount, type Writer } from '../../ledger/changes/change-account.ts'
import { EXPORT_COLUMNS, type ExportRow, exportOf, type StoredExport } from './export-rows.ts'
import { type Period, readPeriodOfExport } from './period-of-export.ts'

export interface WantedExport extends Period {
  readonly accountId: string
  readonly actor: string
  /** The person who requests it; null for a service or an operator. */
  readonly asker: string | null
  /** IANA name of the time zone in which the period was chosen. */
  readonly timeZone: string
}

export interface RequestedExport {
  readonly export: StoredExport
  /** An export that was being prepared already, of any period: an account has one at a time. */
  readonly isEarlier: boolean
}

const READ_PREPARING = `
  select ${EXPORT_COLUMNS} from tollgate.exports e where account_id = $1 and state = 'preparing'`

const INSERT = `
  insert into tollgate.exports as e (export_id, account_id, requested_at, requested_by, asker, time_zone, from_at, to_at, currency,
    after_sequence, through_sequence, done_sequence, opening_micros, closing_micros, next_part_at)
  values ($1, $2, $3::timestamptz, $4, $5, $6, $7::timestamptz, $8::timestamptz, $9, $10, $11, $10, $12, $13, $3::timestamptz)
  returning ${EXPORT_COLUMNS}`

/**
 * Requests an export, once per request key. If the account has one in preparation, returns that one. Refused if the
 * period begins after now.
 */
export async function requestExport(
  writer: Writer,
  { accountId, fromMicros, toMicros, actor, asker, timeZone }: WantedExport,
  requestKey: string,
): Promise<ChangedOnce<RequestedExport, 'begins_after_now'>> {
  return changeAccount<RequestedExport, 'begins_after_now'>(
    writer,
    accountId,
    async ({ connection, account, clock: { nowMicros } }) => {
      const preparing = await connection.query<ExportRow>(READ_PREPARING, [accountId])
      if (preparing.rows[0] !== undefined) {
        return { change: null, answer: { export: exportOf(preparing.rows[0]), isEarlier: true } }
      }
      const period = await readPeriodOfExport(connection, account, { fromMicros, toMicros }, nowMicros)
      if (period === null) return { refused: 'begins_after_now' }
      const { rows } = await connection.query<ExportRow>(INSERT, [
        randomUUID(),
        accountId,
        formatInstant(nowMicros),
        actor,
        asker,
        timeZone,
        formatInstant(period.fromMicros),
        formatInstant(period.toMicros),
        account.currency,
        period.afterSequence,
        period.throughSequence,
        period.openingMicros,
        period.closingMicros,
      ])
      return { change: null, answer: { export: exportOf(rows[0]!), isEarlier: false } }
    },
    { kind: 'export', key: requestKey, content: { fromMicros, toMicros, timeZone, actor } },
  )
}
