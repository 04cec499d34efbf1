/** The mail about an export, to the person who asked for it: that it is ready, with what it comes to, or did not finish. */
import { formatInstant, type InstantMicros } from '../../core/instant.ts'
import type { MailOf } from '../../core/mail/mail.ts'
import { formatMoney, type Micros } from '../../core/money.ts'
import type { Connection } from '../../platform/postgres.ts'
import { insertMails } from '../changes/insert-mails.ts'

export interface EndedExport {
  readonly accountId: string
  readonly exportId: string
  /** As their session or token has them: they get it where they are a contact of the account, for else no address is known. */
  readonly requestedBy: string
  /** The period, half-open. */
  readonly fromMicros: InstantMicros
  readonly toMicros: InstantMicros
  /** The IANA name of the zone that it was chosen in; null: not known, and days are those of the zone of mail. */
  readonly timeZone: string | null
}

/** opening + added - used + other = closing. */
export interface ExportSummary {
  readonly openingMicros: Micros
  readonly addedMicros: Micros
  /** Above zero where credit was used. */
  readonly usedMicros: Micros
  readonly otherMicros: Micros
  readonly closingMicros: Micros
  readonly movements: number
  readonly expiresAtMicros: InstantMicros
}

/**
 * Within the transaction that ends the export; `summary` null: it did not finish. Of an export there is one mail of either
 * kind, however often it is written. Answers whether somebody gets one.
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
