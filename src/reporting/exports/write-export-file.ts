/** Exports straight into a file, without parts in the database: for operators. */
import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { exportedMovement, type MovementFacts } from '../../core/export/exported-movement.ts'
import { addToSums, closingMicros, type ExportSums, NO_SUMS } from '../../core/export/sums.ts'
import type { Currency } from '../../core/money.ts'
import { lockAccounts } from '../../ledger/changes/lock-accounts.ts'
import { readClock } from '../../ledger/changes/read-clock.ts'
import { Fault } from '../../platform/faults.ts'
import { inTransaction, type Pool } from '../../platform/postgres.ts'
import { byKey } from '../by-key.ts'
import { CSV_HEAD, csvText } from './csv-text.ts'
import { createParquetFile } from './parquet-file.ts'
import { type Period, type PeriodOfExport, readPeriodOfExport } from './period-of-export.ts'
import { readMovementFacts } from './read-movement-facts.ts'

export const EXPORT_FORMATS = ['csv', 'parquet'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

export interface WrittenExport extends PeriodOfExport, ExportSums {
  readonly currency: Currency
}

export interface FileWanted extends Period {
  readonly accountId: string
  /**
   * An existing file is replaced once everything is written, and stays if that fails. Until then the rows are in a file
   * beside it, which only a killed process leaves behind: `PATH.ID.partial`.
   */
  readonly path: string
  readonly format: ExportFormat
}

/** Movements read per transaction, so that none is open as long as the file takes. */
const ROWS_PER_TRANSACTION = 20_000n

/** Nothing was written, and why. */
export interface NoFile {
  readonly refused: 'unknown_account' | 'begins_after_now'
}

/**
 * Writes the file and returns its period and sums, or why there is none. Throws a `Fault` if the sums do not match the
 * balance.
 */
export async function writeExportFile(
  pool: Pool,
  { accountId, path, format, ...wanted }: FileWanted,
): Promise<WrittenExport | NoFile> {
  const period = await fixPeriod(pool, accountId, wanted)
  if ('refused' in period) return period

  // A name of its own: two commands for one path must not write into one file.
  const partial = `${path}.${randomUUID()}.partial`
  try {
    const file = format === 'csv' ? await createCsvFile(partial) : await createParquetExport(partial)
    let sums = NO_SUMS
    try {
      for (let after = period.afterSequence; after < period.throughSequence; after += ROWS_PER_TRANSACTION) {
        const last = after + ROWS_PER_TRANSACTION
        const throughSequence = last < period.throughSequence ? last : period.throughSequence
        await byKey(pool, async (connection) => {
          const stretch = { accountId, afterSequence: after, throughSequence }
          for await (const movements of readMovementFacts(connection, stretch)) {
            await file.append(movements)
            sums = addToSums(sums, movements)
          }
        })
      }
      await file.finish()
    } finally {
      await file.close()
    }
    if (closingMicros(period.openingMicros, sums) !== period.closingMicros) {
      throw new Fault('invariant_broken', `the movements of account ${accountId} do not add up to its balance`)
    }
    await rename(partial, path)
    return { ...period, ...sums }
  } finally {
    await rm(partial, { force: true })
  }
}

/** Fixes the period under the account's lock, which is held for this alone. */
function fixPeriod(
  pool: Pool,
  accountId: string,
  wanted: Period,
): Promise<(PeriodOfExport & { readonly currency: Currency }) | NoFile> {
  return inTransaction(pool, async (connection) => {
    const account = (await lockAccounts(connection, [accountId])).get(accountId)
    if (account === undefined) return { refused: 'unknown_account' }
    const { nowMicros } = await readClock(connection)
    const period = await readPeriodOfExport(connection, account, wanted, nowMicros)
    return period === null ? { refused: 'begins_after_now' } : { ...period, currency: account.currency }
  })
}

interface ExportFile {
  append(movements: readonly MovementFacts[]): Promise<void>
  finish(): Promise<void>
  close(): Promise<void>
}

async function createCsvFile(path: string): Promise<ExportFile> {
  const file = await open(path, 'w')
  await file.writeFile(CSV_HEAD)
  return {
    append: (movements) => file.writeFile(csvText(movements)),
    finish: async () => {},
    close: () => file.close(),
  }
}

async function createParquetExport(path: string): Promise<ExportFile> {
  const file = await createParquetFile(path)
  return { ...file, append: (movements) => file.append(movements.map(exportedMovement)) }
}
