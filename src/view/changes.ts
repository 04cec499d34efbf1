/**
 * What the live view learns of accounts from one batch, and its bytes inside an outbox pack.
 *
 * The bytes are a line with the format's number, then lines of JSON that the view's script reads as they are: the relay
 * hands them on without looking inside. Each part of an account is one text that begins with `epoch version`, which is
 * also how the view keeps it.
 */
import { MICROS_PER_DAY, parseDate } from '../core/instant.ts'
import type { Currency, Micros } from '../core/money.ts'

export interface FairUseMinutes {
  readonly userId: string
  readonly cycleAnchor: string
  readonly cycleStart: string
  readonly version: bigint
  readonly minutes: number
}

/** Parts that did not change may be left out; of each part the newer by (epoch, version) counts. */
export interface ViewChange {
  readonly accountId: string
  readonly epoch: number
  readonly balance?: { readonly version: bigint; readonly balanceMicros: Micros; readonly currency: Currency }
  readonly status?: {
    readonly version: bigint
    readonly status: 'active' | 'blocked'
    readonly sinceMicros: number
  }
  readonly settingsVersion?: number
  readonly fairUse?: readonly FairUseMinutes[]
}

const FORMAT = '1'

/**
 * Accounts a line, and so a script call. Measured: below 50 the calls themselves cost more than what they do, above 250
 * nothing is gained, and a call of this size holds up Redis's other clients for less than a millisecond.
 */
const CHANGES_PER_LINE = 250

/** From the start of a cycle: the longest cycle, and a week for usage that is reported late. */
export const FAIR_USE_KEPT_DAYS = 31 + 7

/** Account, balance, status, settings, then what its fair use became; '' for a part that is not in the change. */
type Row = [accountId: string, balance: string, status: string, settings: string, fairUse?: FairUseRow[]]
type FairUseRow = [cycle: string, keptUntilSeconds: number, userId: string, minutes: string]

export function encodeViewChanges(changes: readonly ViewChange[]): Buffer {
  const lines = [FORMAT]
  for (let at = 0; at < changes.length; at += CHANGES_PER_LINE) {
    lines.push(JSON.stringify(changes.slice(at, at + CHANGES_PER_LINE).map(rowOf)))
  }
  return Buffer.from(lines.join('\n'))
}

/** Throws on bytes that `encodeViewChanges` did not write. */
export function decodeViewChanges(buffer: Buffer): ViewChange[] {
  return linesOf(buffer).flatMap((line) => (JSON.parse(line.toString()) as Row[]).map(changeOf))
}

/** The lines of JSON, unread: parts of the buffer, not copies. */
export function linesOf(buffer: Buffer): Buffer[] {
  const [format, ...lines] = splitLines(buffer)
  if (format?.toString() !== FORMAT) {
    throw new Error(`view changes of another format than ${FORMAT}: a later version wrote them, or they are corrupt`)
  }
  return lines
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

function rowOf({ accountId, epoch, balance, status, settingsVersion, fairUse }: ViewChange): Row {
  const row: Row = [
    accountId,
    balance === undefined ? '' : `${epoch} ${balance.version} ${balance.balanceMicros} ${balance.currency}`,
    status === undefined ? '' : `${epoch} ${status.version} ${status.status} ${status.sinceMicros}`,
    settingsVersion === undefined ? '' : `${epoch} ${settingsVersion}`,
  ]
  if (fairUse !== undefined) {
    row.push(
      fairUse.map(({ userId, cycleAnchor, cycleStart, version, minutes }) => [
        cycleOf(cycleAnchor, cycleStart),
        keptUntilSeconds(cycleStart),
        userId,
        `${epoch} ${version} ${minutes}`,
      ]),
    )
  }
  return row
}

function changeOf([accountId, balance, status, settings, fairUse]: Row): ViewChange {
  const parts = [balance, status, settings, ...(fairUse ?? []).map(([, , , minutes]) => minutes)]
  return {
    accountId,
    epoch: Number(parts.find((part) => part !== '')?.split(' ')[0]),
    ...(balance === '' ? {} : { balance: readBalance(balance) }),
    ...(status === '' ? {} : { status: readStatus(status) }),
    ...(settings === '' ? {} : { settingsVersion: readSettingsVersion(settings) }),
    ...(fairUse === undefined ? {} : { fairUse: fairUse.map(fairUseOf) }),
  }
}

function fairUseOf([cycle, , userId, text]: FairUseRow): FairUseMinutes {
  const [cycleAnchor, cycleStart] = cycle.split(':') as [string, string]
  return { userId, cycleAnchor, cycleStart, version: BigInt(text.split(' ')[1]!), minutes: readMinutes(text) }
}

export function readBalance(part: string): NonNullable<ViewChange['balance']> {
  const [, version, balanceMicros, currency] = part.split(' ') as [string, string, string, Currency]
  return { version: BigInt(version), balanceMicros: BigInt(balanceMicros), currency }
}

export function readStatus(part: string): NonNullable<ViewChange['status']> {
  const [, version, status, sinceMicros] = part.split(' ') as [string, string, 'active' | 'blocked', string]
  return { version: BigInt(version), status, sinceMicros: Number(sinceMicros) }
}

export function readSettingsVersion(part: string): number {
  return Number(part.split(' ')[1])
}

export function readMinutes(part: string): number {
  return Number(part.split(' ')[2])
}

/** Names a billing cycle within its account. */
export function cycleOf(cycleAnchor: string, cycleStart: string): string {
  return `${cycleAnchor}:${cycleStart}`
}

function keptUntilSeconds(cycleStart: string): number {
  const startMicros = parseDate(cycleStart)
  if (startMicros === null) throw new TypeError(`a billing cycle cannot start on ${cycleStart}`)
  return (startMicros + FAIR_USE_KEPT_DAYS * MICROS_PER_DAY) / 1_000_000
}
