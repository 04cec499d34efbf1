/** The mail about an export, to the person who requested it. Services and operators get none. */
import { type InstantMicros, parseInstant } from '../../core/instant.ts'
import { type ExportSummary, insertExportMail } from '../../ledger/mail/export-mail.ts'
import type { Connection } from '../../platform/postgres.ts'
import type { StoredExport } from './export-rows.ts'

/** Inserts the mail. Call it in the transaction in which the export became ready or failed. */
export async function mailAboutExport(connection: Connection, ended: StoredExport): Promise<void> {
  const { accountId, exportId, asker, from, to, timeZone, concludedAt } = ended
  if (asker === null || concludedAt === null) return
  const period = { fromMicros: microsOf(from), toMicros: microsOf(to), timeZone }
  const about = { accountId, exportId, requestedBy: asker, ...period }
  await insertExportMail(connection, about, ended.state === 'ready' ? summaryOf(ended) : null, microsOf(concludedAt))
}

function summaryOf(ready: StoredExport): ExportSummary {
  const { openingMicros, addedMicros, usedMicros, otherMicros, closingMicros } = ready
  return {
    openingMicros,
    addedMicros,
    usedMicros,
    otherMicros,
    closingMicros,
    movements: Number(ready.throughSequence - ready.afterSequence),
    expiresAtMicros: microsOf(ready.expiresAt!),
  }
}

function microsOf(instant: string): InstantMicros {
  return parseInstant(instant)!
}
