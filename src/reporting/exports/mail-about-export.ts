/** What the mail about an export says of it, to the person who asked for it. Services and operators get none. */
import { type InstantMicros, parseInstant } from '../../core/instant.ts'
import { formatMoney } from '../../core/money.ts'
import { type ExportSummary, insertExportMail } from '../../ledger/mail/export-mail.ts'
import type { Connection } from '../../platform/postgres.ts'
import type { StoredExport } from './export-rows.ts'

/** Within the transaction in which the export became ready or failed. */
export async function mailAboutExport(connection: Connection, ended: StoredExport): Promise<void> {
  const { accountId, exportId, asker, timeZone } = ended
  if (asker === null || ended.concludedAt === null) return
  const [fromMicros, toMicros, nowMicros] = [ended.from, ended.to, ended.concludedAt].map(microsOf) as [
    InstantMicros,
    InstantMicros,
    InstantMicros,
  ]
  const about = { accountId, exportId, personId: asker, fromMicros, toMicros, timeZone }
  await insertExportMail(connection, about, ended.state === 'ready' ? summaryOf(ended) : null, nowMicros)
}

function summaryOf(ready: StoredExport): ExportSummary {
  return {
    opening: formatMoney(ready.openingMicros),
    added: formatMoney(ready.addedMicros),
    used: formatMoney(-ready.usedMicros),
    other: formatMoney(ready.otherMicros),
    closing: formatMoney(ready.closingMicros),
    rows: Number(ready.throughSequence - ready.afterSequence),
    until: ready.expiresAt!,
  }
}

function microsOf(instant: string): InstantMicros {
  return parseInstant(instant)!
}
