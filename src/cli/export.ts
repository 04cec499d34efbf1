/** `tollgate export`: writes an account's movements of a period to a file, and prints how its balances relate. */
import { formatInstant, type InstantMicros, parseInstantOrDate } from '../core/instant.ts'
import { formatMoney } from '../core/money.ts'
import { createExportThread } from '../reporting/exports/export-thread.ts'
import {
  EXPORT_FORMATS,
  type ExportFormat,
  type FileWanted,
  type WrittenExport,
} from '../reporting/exports/write-export-file.ts'
import { CommandFailed, counted, writeOutput } from './command.ts'
import { readConfig, withDatabase } from './connected.ts'

export interface ExportOptions {
  readonly account: string
  readonly from: string
  readonly to: string
  readonly output: string
  readonly format: string
  readonly json?: boolean
}

export async function exportMovements(options: ExportOptions): Promise<void> {
  const { account: accountId, output: path } = options
  const fromMicros = readInstant('--from', options.from)
  const toMicros = readInstant('--to', options.to)
  if (fromMicros >= toMicros) throw new CommandFailed(`--to ${options.to} is not after --from ${options.from}`, 2)
  const format = EXPORT_FORMATS.find((known) => known === options.format)
  if (format === undefined) throw new CommandFailed(`--format must be ${EXPORT_FORMATS.join(' or ')}`, 2)

  const written = await write({ accountId, fromMicros, toMicros, path, format })
  if ('refused' in written) {
    if (written.refused === 'unknown_account') throw new CommandFailed(`there is no account ${accountId}`, 1)
    throw new CommandFailed(`--from ${options.from} is in the future`, 2)
  }
  await writeOutput(
    options.json ? `${JSON.stringify(jsonOf(accountId, path, format, written))}\n` : textOf(path, written),
  )
}

/** Uses the export thread, whose heap is small, to spare the memory of the operator's machine. */
function write(wanted: FileWanted) {
  const { database, log } = readConfig('database', 'log')
  return withDatabase(async () => {
    const thread = createExportThread({ databaseUrl: database.url, logLevel: log.level })
    try {
      return await thread.writeFile(wanted)
    } finally {
      await thread.rest()
    }
  })
}

function readInstant(option: string, text: string): InstantMicros {
  const micros = parseInstantOrDate(text)
  if (micros === null) throw new CommandFailed(`${option} ${text} is neither an RFC 3339 instant nor a date`, 2)
  return micros
}

function rowsOf({ afterSequence, throughSequence }: WrittenExport): number {
  return Number(throughSequence - afterSequence)
}

function textOf(path: string, written: WrittenExport): string {
  const { currency } = written
  const figures = [
    ['opening', written.openingMicros],
    ['added', written.addedMicros],
    ['used', -written.usedMicros],
    ['other', written.otherMicros],
    ['closing', written.closingMicros],
  ] as const
  const amounts = figures.map(([name, micros]) => [name, formatMoney(micros)] as const)
  const width = Math.max(...amounts.map(([, amount]) => amount.length))
  return [
    `${path}: ${counted(rowsOf(written), 'movement')}, ${formatInstant(written.fromMicros)} to ${formatInstant(written.toMicros)}`,
    ...amounts.map(([name, amount]) => `${name.padEnd(8)} ${amount.padStart(width)} ${currency}`),
    '',
  ].join('\n')
}

function jsonOf(accountId: string, path: string, format: ExportFormat, written: WrittenExport) {
  return {
    account_id: accountId,
    file: path,
    format,
    from: formatInstant(written.fromMicros),
    to: formatInstant(written.toMicros),
    rows: rowsOf(written),
    after_sequence: Number(written.afterSequence),
    through_sequence: Number(written.throughSequence),
    currency: written.currency,
    opening: formatMoney(written.openingMicros),
    added: formatMoney(written.addedMicros),
    used: formatMoney(written.usedMicros),
    other: formatMoney(written.otherMicros),
    closing: formatMoney(written.closingMicros),
  }
}
