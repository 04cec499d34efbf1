/**
 * The filter of movements: as people choose it, in the page's address, and as the API's request. Search terms and users
 * are never in the address, because others store and log addresses.
 */
import type { Schema } from '../../../src/api/client/client.ts'
import { dateIn } from '../format/date-in.ts'
import { addDays, isDate, startOfDay, startOfMonth } from '../format/days.ts'

export type MovementKind = NonNullable<Schema<'MovementSearchInput'>['kinds']>[number]
export type Direction = 'in' | 'out'

/** A search without its page. */
export type MovementSearch = Omit<Schema<'MovementSearchInput'>, 'cursor' | 'limit'>

/** Every kind that the API searches by, in the order of the panel: the compiler refuses one missing. */
const GROUP_OF = {
  usage: 'usage',
  call: 'usage',
  toll_free: 'usage',
  sms: 'usage',
  mms: 'usage',
  whatsapp: 'usage',
  conversation_intelligence: 'usage',
  voice_agent: 'usage',
  other: 'usage',
  reversal: 'money',
  top_up: 'money',
  refund: 'money',
  dispute: 'money',
  adjustment: 'money',
} as const satisfies Record<MovementKind, 'usage' | 'money'>

export const KINDS = Object.keys(GROUP_OF) as readonly MovementKind[]
/** Kinds of usage; `usage` is all of them. */
export const USAGE_KINDS = KINDS.filter((kind) => GROUP_OF[kind] === 'usage')
export const OTHER_KINDS = KINDS.filter((kind) => GROUP_OF[kind] !== 'usage')

/** Each ends now, except last month. */
export const NAMED_PERIODS = ['this-month', 'last-month', '7d', '30d', '90d'] as const
export type NamedPeriod = (typeof NAMED_PERIODS)[number]

/** Whole days in the reader's zone, both inclusive; null: open on that side. */
export interface OwnPeriod {
  readonly from: string | null
  readonly to: string | null
}

export type Period = NamedPeriod | OwnPeriod

export interface ChosenUser {
  readonly id: string
  /** The display name; null if unknown. */
  readonly name: string | null
}

export interface MovementFilter {
  /** Any of these; empty: all. */
  readonly kinds: readonly MovementKind[]
  readonly user: ChosenUser | null
  /** An interaction id, an SKU, or the start of a destination; '' for none. */
  readonly search: string
  readonly period: Period | null
  readonly direction: Direction | null
}

export const NO_FILTER: MovementFilter = { kinds: [], user: null, search: '', period: null, direction: null }

/** The number of filters that can be removed one by one; the search has its own field. */
export function countChosen({ kinds, user, period, direction }: MovementFilter): number {
  return kinds.length + [user, period, direction].filter((one) => one !== null).length
}

export function isFiltered(filter: MovementFilter): boolean {
  return countChosen(filter) > 0 || cleanSearch(filter.search) !== ''
}

/** Reads a query string; parameters that are unknown or make no sense are ignored. */
export function parseFilter(query: string): MovementFilter {
  const given = new URLSearchParams(query)
  const kinds = given.getAll('kind')
  return {
    ...NO_FILTER,
    kinds: KINDS.filter((kind) => kinds.includes(kind)),
    period: namedPeriod(given.get('period')) ?? ownPeriod(given.get('from'), given.get('to')),
    direction: directionOf(given.get('direction')),
  }
}

/** The query string with the filter, as far as it may contain it; other parameters stay. */
export function printFilter(query: string, { kinds, period, direction }: MovementFilter): string {
  const printed = new URLSearchParams(query)
  for (const name of ['kind', 'period', 'from', 'to', 'direction']) printed.delete(name)
  for (const kind of kinds) printed.append('kind', kind)
  for (const [name, value] of periodParameters(period)) printed.append(name, value)
  if (direction !== null) printed.append('direction', direction)
  const text = printed.toString()
  return text === '' ? '' : `?${text}`
}

function periodParameters(period: Period | null): [string, string][] {
  if (period === null) return []
  if (typeof period === 'string') return [['period', period]]
  return (['from', 'to'] as const).flatMap((end): [string, string][] => {
    const date = period[end]
    return date === null ? [] : [[end, date]]
  })
}

export interface Here {
  readonly now: Date
  readonly timeZone: string
}

/** The API request; null if nothing is filtered. Periods are half-open instants, by recording time. */
export function requestOf(filter: MovementFilter, here: Here): MovementSearch | null {
  if (!isFiltered(filter)) return null
  const { kinds, user, period, direction } = filter
  const search = cleanSearch(filter.search)
  const { from, to } = period === null ? { from: null, to: null } : daysOf(period, here)
  return {
    ...(kinds.length === 0 ? {} : { kinds: [...kinds] }),
    ...(user === null ? {} : { user_id: user.id }),
    ...(search === '' ? {} : { search }),
    ...(from === null ? {} : { from: startOfDay(here.timeZone, from) }),
    ...(to === null ? {} : { to: startOfDay(here.timeZone, addDays(to, 1)) }),
    ...(direction === null ? {} : { direction }),
  }
}

const DAYS = { '7d': 7, '30d': 30, '90d': 90 } as const

/** The days of a period, up to today if it ends now. */
export function daysOf(period: Period, { now, timeZone }: Here): OwnPeriod {
  if (typeof period !== 'string') return period
  const today = dateIn(timeZone, now)
  switch (period) {
    case 'this-month':
      return { from: startOfMonth(today), to: null }
    case 'last-month':
      return { from: startOfMonth(today, -1), to: addDays(startOfMonth(today), -1) }
    default:
      return { from: addDays(today, 1 - DAYS[period]), to: null }
  }
}

/** Null if a date is invalid, or the end is before the start. */
export function ownPeriod(from: string | null, to: string | null): OwnPeriod | null {
  const [first, last] = [from, to].map((date) => (date !== null && isDate(date) ? date : null)) as [
    string | null,
    string | null,
  ]
  if (first === null && last === null) return null
  return first !== null && last !== null && last < first ? null : { from: first, to: last }
}

const MAX_SEARCH_LENGTH = 2_000

/** As the API accepts it: trimmed, without control characters. */
export function cleanSearch(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: pasted text may contain them, and the API refuses them
      .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
      .trim()
      .slice(0, MAX_SEARCH_LENGTH)
      .toWellFormed()
  )
}

function namedPeriod(text: string | null): NamedPeriod | null {
  return NAMED_PERIODS.find((period) => period === text) ?? null
}

function directionOf(text: string | null): Direction | null {
  return text === 'in' || text === 'out' ? text : null
}
