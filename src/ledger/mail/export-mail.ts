/** The mail about an export, to the person who asked for it: that it is ready, with what it comes to, or did not finish. */
import { formatInstant, type InstantMicros } from '../../core/instant.ts'
import type { MailFigures, MailOf } from '../../core/mail/mail.ts'
import type { Connection } from '../../platform/postgres.ts'
import { insertMails } from './insert-mails.ts'

export interface ExportMail {
  readonly accountId: string
  readonly exportId: string
  /** As the session or token has them: they get it where they are a contact of the account, for else no address is known. */
  readonly personId: string
  /** The period, half-open, and the IANA name of the zone that it was chosen in. */
  readonly fromMicros: InstantMicros
  readonly toMicros: InstantMicros
  readonly timeZone: string
}

export type ExportSummary = Omit<MailFigures['export_ready'], 'export_id' | 'from' | 'to' | 'time_zone'>

/**
 * Within the transaction that ends the export; `summary` null: it did not finish. Twice for one export it is one mail.
 * Answers whether somebody gets one.
 */
export async function insertExportMail(
  connection: Connection,
  { accountId, exportId, personId, fromMicros, toMicros, timeZone }: ExportMail,
  summary: ExportSummary | null,
  nowMicros: InstantMicros,
): Promise<boolean> {
  const period = {
    export_id: exportId,
    from: formatInstant(fromMicros),
    to: formatInstant(toMicros),
    time_zone: timeZone,
  }
  const about = { accountId, occurrence: exportId }
  const mail: MailOf<'export_ready'> | MailOf<'export_failed'> =
    summary === null
      ? { ...about, kind: 'export_failed', figures: period }
      : { ...about, kind: 'export_ready', figures: { ...period, ...summary } }
  return (await insertMails(connection, [{ ...mail, asker: personId }], formatInstant(nowMicros))) > 0
}
