/**
 * Fair use: how many minutes of a package one user may take in one billing cycle.
 * A counter belongs to an account, a user, an anchor and a cycle; covered minutes are counted with or without a limit.
 */

import type { Package } from '../catalog/catalog.ts'
import { formatDate, type InstantMicros, MICROS_PER_DAY, parseDate } from '../instant.ts'
import { Recent } from '../recent.ts'
import type { AccountSettings } from '../settings/settings.ts'

/** Names one counter. A changed anchor is another counter, even where the two cycles start on the same day. */
export interface FairUseCounter {
  readonly accountId: string
  readonly userId: string
  /** `2026-01-31`, the anchor in force at the decision. */
  readonly anchor: string
  /** `2026-02-28`, the first UTC day of the cycle. */
  readonly cycleStart: string
}

/** Minutes of a call: its duration rounded up to a whole minute. */
export function callMinutes(durationSeconds: number): number {
  return Math.ceil(durationSeconds / 60)
}

/** How many of a call's `minutes` the package covers: without a limit (null) all of them, else at most those that are left. */
export function minutesCovered(minutes: number, minutesLeft: number | null): number {
  return minutesLeft === null || minutesLeft >= minutes ? minutes : minutesLeft
}

/** The account's own limit if it has one, even where the package has none; else the package's; null is no limit. */
export function fairUseLimit(settings: AccountSettings, pack: Package): number | null {
  return settings.fairUseMinutesPerUser ?? pack.fairUseMinutesPerUser
}

/** The first day of the billing cycle that contains `at`: the anchor's day of the month, or the month's last day. */
export function cycleStart(anchor: string, at: InstantMicros): string {
  const anchorDay = Number(anchor.slice(8, 10))
  const day = Math.floor(at / MICROS_PER_DAY)
  return cycleStarts.get(day * 32 + anchorDay, () => findCycleStart(anchorDay, at))
}

/** By UTC day and day of the anchor: most calls of a batch are of one day. */
const cycleStarts = new Recent<number, string>(10_000)

function findCycleStart(anchorDay: number, at: InstantMicros): string {
  const date = new Date(Math.floor(at / 1000))
  const year = date.getUTCFullYear()
  const month = date.getUTCMonth()
  const startDay = Math.min(anchorDay, daysInMonth(year, month))
  if (date.getUTCDate() >= startDay) return formatDate(Date.UTC(year, month, startDay) * 1000)
  return formatDate(Date.UTC(year, month - 1, Math.min(anchorDay, daysInMonth(year, month - 1))) * 1000)
}

/** The first day of the cycle after the one that begins on `start`: where that one ends. */
export function nextCycleStart(anchor: string, start: string): string {
  // A cycle has 28 to 31 days, so the 31st day after its first is one of the next.
  return cycleStart(anchor, parseDate(start)! + 31 * MICROS_PER_DAY)
}

/** The counter an outbound direct call of this user is held against. */
export function counterOf(settings: AccountSettings, userId: string, at: InstantMicros): FairUseCounter {
  const anchor = settings.billingCycleAnchor
  return { accountId: settings.accountId, userId, anchor, cycleStart: cycleStart(anchor, at) }
}

/** What a map holds a counter under. The user comes last: of the four it alone may contain the separator. */
export function counterKey({ accountId, userId, anchor, cycleStart: start }: FairUseCounter): string {
  return `${accountId}\n${anchor}\n${start}\n${userId}`
}

/** The counter that rated usage names; null where the event was held against none. */
export function storedCounter(
  accountId: string,
  userId: string | null,
  anchor: string | null,
  start: string | null,
): FairUseCounter | null {
  if (userId === null || anchor === null || start === null) return null
  return { accountId, userId, anchor, cycleStart: start }
}

/** `month` may be -1 for the December before. */
function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
}
