/** The mail about an export to the person who requested it: it is ready, with its totals, or it has failed. */
import { formatInstant, type InstantMicros } from '../../core/instant.ts'
import type { MailOf } from '../../core/mail/mail.ts'
import { formatMoney, type Micros } from '../../core/money.ts'
import type { Connection } from '../../platform/postgres.ts'
import { insertMails } from '../changes/insert-mails.ts'

export interface EndedExport {
  readonly accountId: string
  readonly exportId: string
  /** The id in their session or token. They get the mail only if they are a contact of the account: else no address is known. */
  readonly requestedBy: string
  /** The period, half-open. */
  readonly fromMicros: InstantMicros
  readonly toMicros: InstantMicros
  /** The IANA time zone in which the period was chosen; null: unknown, and the time zone of mail is used. */
  readonly timeZone: string | null
}

/** opening + added - used + other = closing. */
export interface ExportSummary {
  readonly openingMicros: Micros
  readonly addedMicros: Micros
  /** Positive where credit was used. */
  readonly usedMicros: Micros
  readonly otherMicros: Micros
  readonly closingMicros: Micros
  readonly movements: number
  readonly expiresAtMicros: InstantMicros
}

/**
 * Writes the mail in the transaction that ends the export. `summary` null: the export failed. Repeated calls write only one
 * mail of each kind. Returns whether anybody gets it.
 */
export async function insertExportMail(
  connection: Connection,
  { accountId, exportId, requestedBy, fromMicros, toMicros, timeZone }: EndedExport,
  summary: ExportSummary | null,
  nowMicros: InstantMicros,
): Promise<boolean> {
  const from = formatInstant(fromMicros)
  const period = { export_id: exportId, from, to: formatInstant(toMicros), time_zone: timeZone }
  const about = { accountId, occurrence: exportId, asker: requestedBy }
  const mail: MailOf<'export_ready'> | MailOf<'export_failed'> =
    summary === null
      ? { ...about, kind: 'export_failed', figures: period }
      : {
          ...about,
          kind: 'export_ready',
          figures: {
            ...period,
            opening: formatMoney(summary.openingMicros),
            added: formatMoney(summary.addedMicros),
            used: formatMoney(-summary.usedMicros),
            other: formatMoney(summary.otherMicros),
            closing: formatMoney(summary.closingMicros),
            rows: summary.movements,
            until: formatInstant(summary.expiresAtMicros),
          },
        }
  return (await insertMails(connection, [mail], formatInstant(nowMicros))) > 0
}
