/**
 * `tollgate rate`: rates JSON lines in file order against a catalog directory and an accounts file, and prints one
 * result per line. It needs no service: fair use and identities are kept in memory, everything else is streamed.
 */
import { createReadStream, readFileSync } from 'node:fs'
import { checkAccountsAgainstCatalog, type ParsedAccounts, parseAccountsFile } from '../catalog/accounts-file.ts'
import type { Fault } from '../catalog/faults.ts'
import { loadCatalog } from '../catalog/load.ts'
import { createDecider, type Decider } from '../core/batch/decider.ts'
import { type Book, newBook } from '../core/book/book.ts'
import { formatMoney } from '../core/money.ts'
import type { Decision } from '../core/rating/decision.ts'
import { rejected } from '../core/rating/outcomes.ts'
import { applySettings } from '../core/settings/settings.ts'
import { type ReadResult, readUsageJson } from '../core/usage/read.ts'
import { contentHashOf } from '../ledger/batch/content-hash.ts'
import { CommandFailed, counted, writeOutput } from './command.ts'
import { printFaults } from './print-faults.ts'

export interface RateOptions {
  readonly catalog: string
  readonly accounts: string
  /** `-` for standard input. */
  readonly events: string
  readonly verbose?: boolean
}

export async function rate(options: RateOptions): Promise<void> {
  const book = await openBook(options)
  const source = options.events === '-' ? process.stdin : createReadStream(options.events)
  try {
    for await (const results of rateLines(readingOf(source, options.events), book)) {
      if (!(await writeOutput(results))) break
    }
  } finally {
    // An open input would keep the process alive when nobody reads its output any more.
    source.destroy()
  }
}

/** A book of one catalog, in force always, and the accounts. Faults of both files are printed before it is refused. */
async function openBook(options: RateOptions): Promise<Book> {
  const { catalog, faults } = loadCatalog(options.catalog)
  const parsed = readAccounts(options.accounts)
  const mismatches =
    catalog === null || parsed.accounts === null
      ? []
      : checkAccountsAgainstCatalog(parsed.accounts, catalog, options.accounts, parsed.lines)
  const all = [...faults, ...parsed.faults, ...mismatches]
  await printFaults(all, { verbose: options.verbose === true })
  const errorCount = all.filter((fault) => fault.severity === 'error').length
  if (errorCount > 0 || catalog === null || parsed.accounts === null) {
    throw new CommandFailed(`${counted(errorCount, 'fault')} found: nothing was rated`, 2)
  }
  return newBook(
    catalog,
    parsed.accounts.map((wanted) => applySettings(wanted)),
  )
}

/** The results of a stream of JSON lines, yielded chunk by chunk. */
export async function* rateLines(chunks: AsyncIterable<Uint8Array>, book: Book): AsyncGenerator<string> {
  const decider = createDecider(book)
  for await (const lines of linesOf(chunks)) {
    let results = ''
    for (const line of lines) if (!isBlank(line)) results += `${JSON.stringify(rateLine(line, decider))}\n`
    if (results !== '') yield results
  }
}

function rateLine(line: Uint8Array, decider: Decider): ResultFields {
  const read = readLine(line)
  if ('refusal' in read) {
    const { eventId, accountId, reason, detail } = read.refusal
    return resultFields(eventId, accountId, rejected(reason, detail))
  }
  const { event } = read
  return resultFields(event.eventId, event.accountId, decider.decide(event, contentHashOf(event)))
}

/** A result; the fields are in the order in which they are printed. */
export interface ResultFields {
  readonly event_id: string | null
  readonly account_id: string | null
  readonly outcome: string
  readonly reason: string
  readonly units: number
  readonly covered_minutes: number
  readonly amount: string
  readonly currency: string | null
  readonly rate: { readonly deck: string; readonly prefix: string; readonly destination: string } | null
}

/** The fields of a result, from the decision. */
export function resultFields(eventId: string | null, accountId: string | null, decided: Decision): ResultFields {
  return {
    event_id: eventId,
    account_id: accountId,
    outcome: decided.outcome,
    reason: decided.reason,
    units: decided.units,
    covered_minutes: decided.coveredMinutes,
    amount: formatMoney(decided.amountMicros),
    currency: decided.currency,
    rate: decided.rate,
  }
}

// A byte order mark is not JSON, so it is kept and makes the line invalid.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function readLine(line: Uint8Array): ReadResult {
  let text: string
  try {
    text = utf8.decode(line)
  } catch {
    return { refusal: { reason: 'invalid_event', detail: 'not UTF-8', eventId: null, accountId: null } }
  }
  return readUsageJson(text)
}

const LINE_FEED = 10

/**
 * Splits a stream of bytes at line feeds. Node's readline would also split at U+2028, which JSON allows in strings, and
 * would replace invalid UTF-8 before it could be refused.
 */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let begun: Uint8Array[] = []
  for await (const chunk of chunks) {
    const lines: Uint8Array[] = []
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      const rest = chunk.subarray(start, end)
      lines.push(begun.length === 0 ? rest : Buffer.concat([...begun, rest]))
      begun = []
      start = end + 1
    }
    if (start < chunk.length) begun.push(chunk.subarray(start))
    if (lines.length > 0) yield lines
  }
  if (begun.length > 0) yield [Buffer.concat(begun)]
}

/** Only spaces, tabs and carriage returns. */
function isBlank(line: Uint8Array): boolean {
  return line.every((byte) => byte === 32 || byte === 9 || byte === 13)
}

/** The chunks of an input; a read error is reported as the caller's to mend. */
async function* readingOf(source: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* source
  } catch (error) {
    throw new CommandFailed(`${file}: ${whyUnreadable(error)}`, 2)
  }
}

function readAccounts(file: string): ParsedAccounts {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (error) {
    const fault: Fault = { file, line: null, reason: whyUnreadable(error), severity: 'error' }
    return { accounts: null, faults: [fault], lines: new Map() }
  }
  return parseAccountsFile(bytes, file)
}

function whyUnreadable(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' ? 'file is missing' : `cannot be read (${code ?? error})`
}
