/**
 * Reads the tables that a catalog names: the numbering plan, call decks and message decks. Each row is checked on its own,
 * then all rows of a prefix together. Two rows that start at the same instant contradict each other: an error. What the
 * rules resolve, though perhaps not as the author intended, is a warning.
 */
import {
  type CallRate,
  type Deck,
  type Effective,
  type MessageRate,
  NUMBER_TYPES,
  type NumberingRow,
  type NumberType,
} from '../core/catalog/catalog.ts'
import { buildPrefixTable, longestPrefix, type PrefixTable } from '../core/catalog/prefix-table.ts'
import { formatInstant, type InstantMicros } from '../core/instant.ts'
import { formatMoney, type Micros } from '../core/money.ts'
import { readTable } from './csv.ts'
import { type FaultList, shown } from './faults.ts'
import { readText } from './text.ts'
import { CONTROL_CHARACTER, COUNTRY, memoized, PREFIX, readInstant, readPrice, readWhole } from './values.ts'

const NUMBERING_COLUMNS = ['prefix', 'country', 'type']
const CALL_COLUMNS = [
  'prefix',
  'destination',
  'price_per_minute',
  'connection_fee',
  'first_increment',
  'next_increment',
  'effective_from',
  'effective_to',
]
const MESSAGE_COLUMNS = ['prefix', 'destination', 'price_per_unit', 'effective_from', 'effective_to']

/** The fields of a row, one for each column. */
type CallFields = [string, string, string, string, string, string, string, string]
type MessageFields = [string, string, string, string, string]

/** A price this many times that of the next shorter prefix is more likely a misplaced decimal point than a real price. */
const SUSPICIOUS_FACTOR = 10n

/** Numbers that cost far more than a normal call to their country: a high price is no sign of a mistake there. */
const EXPENSIVE_TYPES: ReadonlySet<NumberType> = new Set(['premium', 'shared_cost', 'special'])

/** A row with its line and its main price, for the checks that compare rows. */
interface Line<Rate> {
  readonly rate: Rate
  readonly line: number
  readonly priceMicros: Micros
}

type Rated = Effective & { readonly prefix: string }

/** Reads the numbering plan. A row for a short code is left out: by rule it has no country and is `special`. */
export function readNumbering(bytes: Uint8Array, file: string, faults: FaultList): PrefixTable<NumberingRow> {
  const rows: NumberingRow[] = []
  const lineOf = new Map<string, number>()
  const text = readText(bytes, file, faults)
  if (text !== null) {
    const errorsBefore = faults.errorCount
    readTable(text, file, NUMBERING_COLUMNS, faults, (fields, line) => {
      const [prefix, country, type] = fields as [string, string, string]
      const prefixIsGood = checkPrefix(prefix, file, line, faults)
      if (country !== '' && !COUNTRY.test(country)) {
        faults.error(file, line, `country must be two capital letters: ${shown(country)}`)
      }
      if (!isNumberType(type)) {
        faults.error(file, line, `type must be one of ${NUMBER_TYPES.join(', ')}: ${shown(type)}`)
        return
      }
      if (!prefixIsGood) return
      const earlier = lineOf.get(prefix)
      if (earlier !== undefined) {
        faults.error(file, line, `prefix ${prefix} is already on line ${earlier}`)
        return
      }
      lineOf.set(prefix, line)
      if (prefix.startsWith('+')) rows.push({ prefix, country: country === '' ? null : country, type })
      else
        faults.warning(
          file,
          line,
          `short code ${prefix} always has no country and type special: the values here are ignored`,
        )
    })
    if (lineOf.size === 0 && faults.errorCount === errorsBefore) faults.warning(file, null, 'has no rows')
  }
  return buildPrefixTable(rows)
}

/** Reads a deck of call rates. `numbering` tells for which prefixes a high price is normal. */
export function readCallDeck(
  bytes: Uint8Array,
  file: string,
  faults: FaultList,
  numbering: PrefixTable<NumberingRow>,
): Deck<CallRate> {
  const price = memoized(readPrice)
  const increment = memoized((text) => readWhole(text, 1))
  return readDeck(bytes, file, CALL_COLUMNS, faults, numbering, (fields, line, effective) => {
    const [prefix, destination, perMinuteText, feeText, firstText, nextText] = fields as CallFields
    const pricePerMinuteMicros = price(perMinuteText)
    const connectionFeeMicros = feeText === '' ? 0n : price(feeText)
    const firstSeconds = increment(firstText)
    const nextSeconds = increment(nextText)
    if (
      typeof pricePerMinuteMicros === 'string' ||
      typeof connectionFeeMicros === 'string' ||
      typeof firstSeconds === 'string' ||
      typeof nextSeconds === 'string'
    ) {
      const read = {
        price_per_minute: pricePerMinuteMicros,
        connection_fee: connectionFeeMicros,
        first_increment: firstSeconds,
        next_increment: nextSeconds,
      }
      for (const [column, value] of Object.entries(read)) {
        if (typeof value === 'string') faults.error(file, line, `${column} ${value}`)
      }
      return null
    }
    return {
      line,
      priceMicros: pricePerMinuteMicros,
      rate: {
        prefix,
        destination,
        pricePerMinuteMicros,
        connectionFeeMicros,
        increments: { firstSeconds, nextSeconds },
        effectiveFromMicros: effective.effectiveFromMicros,
        effectiveToMicros: effective.effectiveToMicros,
      },
    }
  })
}

/** Reads a deck of message rates. `numbering` tells for which prefixes a high price is normal. */
export function readMessageDeck(
  bytes: Uint8Array,
  file: string,
  faults: FaultList,
  numbering: PrefixTable<NumberingRow>,
): Deck<MessageRate> {
  const price = memoized(readPrice)
  return readDeck(bytes, file, MESSAGE_COLUMNS, faults, numbering, (fields, line, effective) => {
    const [prefix, destination, perUnitText] = fields as MessageFields
    const pricePerUnitMicros = price(perUnitText)
    if (typeof pricePerUnitMicros === 'string') {
      faults.error(file, line, `price_per_unit ${pricePerUnitMicros}`)
      return null
    }
    return {
      line,
      priceMicros: pricePerUnitMicros,
      rate: {
        prefix,
        destination,
        pricePerUnitMicros,
        effectiveFromMicros: effective.effectiveFromMicros,
        effectiveToMicros: effective.effectiveToMicros,
      },
    }
  })
}

/** Reads what every deck has: prefix and destination first, dates last. `readPrices` reads the columns in between. */
function readDeck<Rate extends Rated>(
  bytes: Uint8Array,
  file: string,
  columns: readonly string[],
  faults: FaultList,
  numbering: PrefixTable<NumberingRow>,
  readPrices: (fields: string[], line: number, effective: Effective) => Line<Rate> | null,
): Deck<Rate> {
  const byPrefix = new Map<string, Line<Rate>[]>()
  const text = readText(bytes, file, faults)
  if (text !== null) {
    const errorsBefore = faults.errorCount
    const instant = memoized(readInstant)
    readTable(text, file, columns, faults, (fields, line) => {
      const prefix = fields[0]!
      const prefixIsGood = checkPrefix(prefix, file, line, faults)
      if (CONTROL_CHARACTER.test(fields[1]!)) faults.error(file, line, 'destination has control characters')
      const effective = readEffective(fields.at(-2)!, fields.at(-1)!, instant, file, line, faults)
      // Prices are checked even if the dates are bad, so that all faults of a row are reported at once.
      const row = readPrices(fields, line, effective ?? { effectiveFromMicros: 0, effectiveToMicros: 0 })
      if (row === null || effective === null || !prefixIsGood) return
      const sameRows = byPrefix.get(prefix)
      if (sameRows === undefined) byPrefix.set(prefix, [row])
      else sameRows.push(row)
    })
    if (byPrefix.size === 0 && faults.errorCount === errorsBefore) faults.warning(file, null, 'has no rows')
  }
  for (const rows of byPrefix.values()) if (rows.length > 1) rows.sort(byStart)
  for (const [prefix, rows] of byPrefix) {
    checkPrefixRows(prefix, rows, byPrefix, file, faults)
    const type = longestPrefix(numbering, prefix, () => true)?.type
    if (type !== undefined && EXPENSIVE_TYPES.has(type)) continue
    for (const row of rows) warnOfHighPrice(prefix, row, byPrefix, file, faults)
  }
  return { file, rates: buildPrefixTable(laterStartsFirst(byPrefix)) }
}

/** By the rules the row with the latest start applies. The table takes the first row in force, so later starts go first. */
function* laterStartsFirst<Rate>(byPrefix: ReadonlyMap<string, readonly Line<Rate>[]>): Iterable<Rate> {
  for (const rows of byPrefix.values()) {
    for (let i = rows.length - 1; i >= 0; i--) yield rows[i]!.rate
  }
}

function byStart(a: Line<Effective>, b: Line<Effective>): number {
  const [from, otherFrom] = [a.rate.effectiveFromMicros, b.rate.effectiveFromMicros]
  return from < otherFrom ? -1 : from > otherFrom ? 1 : a.line - b.line
}

/** Checks all rows of one prefix, given in order of their start. */
function checkPrefixRows<Rate extends Rated>(
  prefix: string,
  rows: readonly Line<Rate>[],
  byPrefix: ReadonlyMap<string, readonly Line<Rate>[]>,
  file: string,
  faults: FaultList,
): void {
  // The row seen so far that ends last. If it ends before the next one starts, the prefix has a gap without a price.
  let lasting = rows[0]!
  for (let i = 1; i < rows.length; i++) {
    const row = rows[i]!
    const { effectiveFromMicros, effectiveToMicros } = row.rate
    if (effectiveFromMicros === rows[i - 1]!.rate.effectiveFromMicros) {
      faults.error(
        file,
        row.line,
        `prefix ${prefix} with the same effective_from is already on line ${rows[i - 1]!.line}`,
      )
    } else if (lasting.rate.effectiveToMicros > effectiveFromMicros) {
      faults.warning(file, row.line, `prefix ${prefix} overlaps line ${lasting.line}; the later effective_from applies`)
    } else if (lasting.rate.effectiveToMicros < effectiveFromMicros) {
      warnOfEnd(prefix, lasting, byPrefix, file, faults)
    }
    if (effectiveToMicros >= lasting.rate.effectiveToMicros) lasting = row
  }
  if (lasting.rate.effectiveToMicros !== Number.POSITIVE_INFINITY) warnOfEnd(prefix, lasting, byPrefix, file, faults)
}

function warnOfEnd<Rate extends Rated>(
  prefix: string,
  ended: Line<Rate>,
  byPrefix: ReadonlyMap<string, readonly Line<Rate>[]>,
  file: string,
  faults: FaultList,
): void {
  const endMicros = ended.rate.effectiveToMicros
  const heir = nearestParent(prefix, byPrefix, ({ rate }) => isInForce(rate, endMicros))
  const then = heir === null ? 'nothing' : `${heir.rate.prefix} (line ${heir.line})`
  faults.warning(file, ended.line, `prefix ${prefix} ends at ${writtenInstant(endMicros)} and ${then} takes over`)
}

function warnOfHighPrice<Rate extends Rated>(
  prefix: string,
  row: Line<Rate>,
  byPrefix: ReadonlyMap<string, readonly Line<Rate>[]>,
  file: string,
  faults: FaultList,
): void {
  const parent = nearestParent(
    prefix,
    byPrefix,
    ({ rate }) =>
      rate.effectiveFromMicros < row.rate.effectiveToMicros && row.rate.effectiveFromMicros < rate.effectiveToMicros,
  )
  // Ten times nothing is no yardstick.
  if (parent === null || parent.priceMicros === 0n) return
  if (row.priceMicros <= parent.priceMicros * SUSPICIOUS_FACTOR) return
  const [price, parentPrice] = [formatMoney(row.priceMicros), formatMoney(parent.priceMicros)]
  faults.warning(
    file,
    row.line,
    `prefix ${prefix} at ${price} is more than 10 times ${parent.rate.prefix} at ${parentPrice} (line ${parent.line})`,
  )
}

/** The first accepted row of the longest shorter prefix that has one; null if there is none, and for a short code. */
function nearestParent<Rate>(
  prefix: string,
  byPrefix: ReadonlyMap<string, readonly Line<Rate>[]>,
  accept: (row: Line<Rate>) => boolean,
): Line<Rate> | null {
  if (!prefix.startsWith('+')) return null
  for (let length = prefix.length - 1; length > 1; length--) {
    const row = byPrefix.get(prefix.slice(0, length))?.find(accept)
    if (row !== undefined) return row
  }
  return null
}

function isInForce(rate: Effective, atMicros: InstantMicros): boolean {
  return rate.effectiveFromMicros <= atMicros && atMicros < rate.effectiveToMicros
}

function readEffective(
  fromText: string,
  toText: string,
  instant: (text: string) => InstantMicros | string,
  file: string,
  line: number,
  faults: FaultList,
): Effective | null {
  const effectiveFromMicros = fromText === '' ? Number.NEGATIVE_INFINITY : instant(fromText)
  const effectiveToMicros = toText === '' ? Number.POSITIVE_INFINITY : instant(toText)
  if (typeof effectiveFromMicros === 'string') faults.error(file, line, `effective_from ${effectiveFromMicros}`)
  if (typeof effectiveToMicros === 'string') faults.error(file, line, `effective_to ${effectiveToMicros}`)
  if (typeof effectiveFromMicros === 'string' || typeof effectiveToMicros === 'string') return null
  if (effectiveToMicros <= effectiveFromMicros) {
    faults.error(file, line, `effective_to ${toText} is not after effective_from ${fromText}`)
    return null
  }
  return { effectiveFromMicros, effectiveToMicros }
}

function checkPrefix(prefix: string, file: string, line: number, faults: FaultList): boolean {
  if (PREFIX.test(prefix)) return true
  faults.error(file, line, `prefix must be + and 1 to 15 digits, or a short code of 2 to 6: ${shown(prefix)}`)
  return false
}

function isNumberType(text: string): text is NumberType {
  return (NUMBER_TYPES as readonly string[]).includes(text)
}

/** Formats an instant, leaving out a fraction of zero. */
function writtenInstant(instantMicros: InstantMicros): string {
  return formatInstant(instantMicros).replace('.000000Z', 'Z')
}
