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

/** A counter as one text, the key it is held under in memory. */
export function counterKey(counter: FairUseCounter): string {
  return JSON.stringify([counter.accountId, counter.userId, counter.anchor, counter.cycleStart])
}

/** The key of a counter as rated usage stores it; null where the event was held against none. */
export function storedCounterKey(
  accountId: string,
  userId: string | null,
  anchor: string | null,
  start: string | null,
): string | null {
  if (userId === null || anchor === null || start === null) return null
  return counterKey({ accountId, userId, anchor, cycleStart: start })
}

export function counterFromKey(key: string): FairUseCounter {
  return counters.get(key, () => {
    const [accountId, userId, anchor, start] = JSON.parse(key) as [string, string, string, string]
    return { accountId, userId, anchor, cycleStart: start }
  })
}

/** A batch asks for each of its counters several times. */
const counters = new Recent<string, FairUseCounter>(10_000)

/** `month` may be -1 for the December before. */
function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
}
