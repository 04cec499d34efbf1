/**
 * What a batch tells the live view about accounts, and its encoding inside an outbox pack.
 *
 * The encoding is a line with the format's number, then lines of JSON that the view's script reads as they are; the
 * relay passes them on unread. Each part of an account is a text `name epoch version` and its values. The view stores
 * it in that form, and listeners receive it so.
 *
 * A later version may add parts with other names, more values at the end of a part, and more in the third element of a
 * row. Readers skip what they do not know, and the view stores parts by name without knowing any. Readers who miss what
 * an earlier version did not write ask the database.
 */
import type { ServiceStatus } from '../core/account/state.ts'
import { MICROS_PER_DAY, parseDate } from '../core/instant.ts'
import type { Currency, Micros } from '../core/money.ts'

export interface FairUseMinutes {
  readonly userId: string
  readonly cycleAnchor: string
  readonly cycleStart: string
  readonly version: bigint
  readonly minutes: number
}

export interface ViewBalance {
  readonly version: bigint
  readonly balanceMicros: Micros
  readonly currency: Currency
  /** Of the newest movement and the newest alert; absent if an earlier version wrote it. */
  readonly lastSequence?: bigint
  readonly alertVersion?: bigint
}

export interface ViewStatus {
  readonly version: bigint
  readonly status: ServiceStatus
  readonly sinceMicros: number
}

/** The change of an account. Unchanged parts may be left out; of each part the newer by (epoch, version) counts. */
export interface ViewChange {
  readonly accountId: string
  readonly epoch: number
  readonly balance?: ViewBalance
  readonly status?: ViewStatus
  readonly settingsVersion?: number
  /** Place of the account's top-up series: that it moved, not what happened. */
  readonly topUps?: { readonly version: bigint }
  readonly fairUse?: readonly FairUseMinutes[]
}

/** The parts of an account that are newer than what was known, each with its epoch. */
export interface NewerParts {
  readonly balance?: ViewBalance & { readonly epoch: number }
  readonly status?: ViewStatus & { readonly epoch: number }
  readonly settings?: { readonly epoch: number; readonly version: bigint }
  readonly topUps?: { readonly epoch: number; readonly version: bigint }
}

const FORMAT = '2'
/** Had no part names. Older packs may still be in the outbox. */
const EARLIER_FORMAT = '1'

/**
 * Accounts per line, and so per script call. Measured: below 50 the calls cost more than the work, above 250 nothing is
 * gained; a call of this size delays Redis's other clients by less than a millisecond.
 */
const CHANGES_PER_LINE = 250

/** Counted from the start of a cycle: the longest cycle, and a week for usage that is reported late. */
export const FAIR_USE_KEPT_DAYS = 31 + 7

/**
 * Account, its parts joined by semicolons in order of their names, and anything else. The names are chosen so that
 * parts that usually come together are neighbours in that order.
 */
type Row = [accountId: string, parts: string, more?: { readonly f?: readonly FairUseRow[] }]
type FairUseRow = [cycle: string, keptUntilSeconds: number, userId: string, minutes: string]
const BALANCE = 'b'
/** Service status: whether calls go through. */
const STATUS = 'c'
const SETTINGS = 's'
const TOP_UPS = 't'

type EarlierRow = [accountId: string, balance: string, status: string, settings: string, fairUse?: FairUseRow[]]

/** Encodes changes for an outbox pack. */
export function encodeViewChanges(changes: readonly ViewChange[]): Buffer {
  return encodeRows(changes.map(rowOf))
}

function encodeRows(rows: readonly Row[]): Buffer {
  const lines = [FORMAT]
  for (let at = 0; at < rows.length; at += CHANGES_PER_LINE) {
    lines.push(JSON.stringify(rows.slice(at, at + CHANGES_PER_LINE)))
  }
  return Buffer.from(lines.join('\n'))
}

/** Throws on bytes that neither this version nor the one before has written. */
export function decodeViewChanges(buffer: Buffer): ViewChange[] {
  return linesOf(buffer).flatMap((line) => (JSON.parse(line.toString()) as Row[]).map(changeOf))
}

/** The lines of JSON, unparsed: slices of the buffer, copied only if an earlier version wrote them. */
export function linesOf(buffer: Buffer): Buffer[] {
  const [format, ...lines] = splitLines(buffer)
  if (format?.toString() === FORMAT) return lines
  if (format?.toString() === EARLIER_FORMAT) return lines.flatMap(fromEarlier)
  throw new Error(
    `changes of the live view are not in format ${FORMAT}: a later version wrote them, or they are corrupt`,
  )
}

function fromEarlier(line: Buffer): Buffer[] {
  const rows = (JSON.parse(line.toString()) as EarlierRow[]).map(([accountId, balance, status, settings, fairUse]) => {
    const parts = Object.entries({ [BALANCE]: balance, [STATUS]: status, [SETTINGS]: settings })
    const named = parts.filter(([, text]) => text !== '').map(([name, text]) => `${name} ${text}`)
    return (fairUse === undefined ? [accountId, named.join(';')] : [accountId, named.join(';'), { f: fairUse }]) as Row
  })
  return linesOf(encodeRows(rows))
}

function splitLines(buffer: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let start = 0; start <= buffer.length; ) {
    const found = buffer.indexOf('\n', start)
    const end = found === -1 ? buffer.length : found
    lines.push(buffer.subarray(start, end))
    start = end + 1
  }
  return lines
}

function rowOf({ accountId, epoch, balance, status, settingsVersion, topUps, fairUse }: ViewChange): Row {
  // Batches contain thousands of these, so the text is built without arrays.
  let parts = ''
  if (balance !== undefined) {
    const { version, balanceMicros, currency, lastSequence, alertVersion } = balance
    parts = `${BALANCE} ${epoch} ${version} ${balanceMicros} ${currency}`
    if (lastSequence !== undefined && alertVersion !== undefined) parts += ` ${lastSequence} ${alertVersion}`
  }
  const add = (part: string) => {
    parts = parts === '' ? part : `${parts};${part}`
  }
  if (status !== undefined) add(`${STATUS} ${epoch} ${status.version} ${status.status} ${status.sinceMicros}`)
  if (settingsVersion !== undefined) add(`${SETTINGS} ${epoch} ${settingsVersion}`)
  if (topUps !== undefined) add(`${TOP_UPS} ${epoch} ${topUps.version}`)
  if (fairUse === undefined) return [accountId, parts]
  const f = fairUse.map(({ userId, cycleAnchor, cycleStart, version, minutes }): FairUseRow => {
    const cycle = cycleOf(cycleAnchor, cycleStart)
    return [cycle, keptUntilSeconds(cycleStart), userId, `${epoch} ${version} ${minutes}`]
  })
  return [accountId, parts, { f }]
}

function changeOf([accountId, text, more]: Row): ViewChange {
  const parts = readParts(text)
  const fairUse = more?.f
  const [, , , firstMinutes] = fairUse?.[0] ?? []
  const { balance, status, settings, topUps } = parts
  const epoch = (balance ?? status ?? settings ?? topUps)?.epoch ?? Number(firstMinutes?.split(' ')[0])
  return { ...changeOfParts(accountId, epoch, parts), ...(fairUse && { fairUse: fairUse.map(fairUseOf) }) }
}

/** The change that brings an account to these parts, all of which are of this epoch. */
export function changeOfParts(
  accountId: string,
  epoch: number,
  { balance, status, settings, topUps }: NewerParts,
): ViewChange {
  return {
    accountId,
    epoch,
    ...(balance && { balance: withoutEpoch(balance) }),
    ...(status && { status: withoutEpoch(status) }),
    ...(settings && { settingsVersion: Number(settings.version) }),
    ...(topUps && { topUps: withoutEpoch(topUps) }),
  }
}

function withoutEpoch<Part extends { readonly epoch: number }>({ epoch: _, ...part }: Part): Omit<Part, 'epoch'> {
  return part
}

function fairUseOf([cycle, , userId, text]: FairUseRow): FairUseMinutes {
  const [cycleAnchor, cycleStart] = cycle.split(':') as [string, string]
  return { userId, cycleAnchor, cycleStart, version: BigInt(text.split(' ')[1]!), minutes: readMinutes(text) }
}

/** Parses the parts that this version knows. Throws if a number is none. */
function readParts(text: string): NewerParts {
  const parts: { -readonly [Name in keyof NewerParts]: NewerParts[Name] } = {}
  for (const part of text.split(';')) {
    const [name, epochText, versionText, ...words] = part.split(' ')
    if (versionText === undefined) continue
    const epoch = Number(epochText)
    const version = BigInt(versionText)
    if (name === BALANCE) parts.balance = { epoch, version, ...balanceOf(words) }
    else if (name === STATUS) {
      const [status, sinceMicros] = words as [ServiceStatus, string]
      parts.status = { epoch, version, status, sinceMicros: Number(sinceMicros) }
    } else if (name === SETTINGS) parts.settings = { epoch, version }
    else if (name === TOP_UPS) parts.topUps = { epoch, version }
  }
  return parts
}

/** As `readParts`; null if the text cannot be read. What comes from Redis may be anything, as others may write there. */
export function tryReadParts(text: string): NewerParts | null {
  try {
    return readParts(text)
  } catch {
    return null
  }
}

function balanceOf([micros, currency, lastSequence, alertVersion]: string[]): Omit<ViewBalance, 'version'> {
  const balance = { balanceMicros: BigInt(micros!), currency: currency as Currency }
  if (lastSequence === undefined || alertVersion === undefined) return balance
  return { ...balance, lastSequence: BigInt(lastSequence), alertVersion: BigInt(alertVersion) }
}

/** The minutes of a fair-use part. */
export function readMinutes(part: string): number {
  return Number(part.split(' ')[2])
}

/** The key of a billing cycle within its account. */
export function cycleOf(cycleAnchor: string, cycleStart: string): string {
  return `${cycleAnchor}:${cycleStart}`
}

function keptUntilSeconds(cycleStart: string): number {
  const startMicros = parseDate(cycleStart)
  if (startMicros === null) throw new TypeError(`a billing cycle cannot start on ${cycleStart}`)
  return (startMicros + FAIR_USE_KEPT_DAYS * MICROS_PER_DAY) / 1_000_000
}
