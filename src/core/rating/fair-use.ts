/**
 * Fair use: how many minutes of a package one user may use in one billing cycle. Each account, user, anchor and cycle
 * has its own counter. Covered minutes are counted with or without a limit.
 */

import type { Package } from '../catalog/catalog.ts'
import { formatDate, type InstantMicros, MICROS_PER_DAY, parseDate } from '../instant.ts'
import { Recent } from '../recent.ts'
import type { AccountSettings } from '../settings/settings.ts'
import type { UsageEvent } from '../usage/event.ts'

/** Identifies one counter. Another anchor means another counter, even if both cycles start on the same day. */
export interface FairUseCounter {
  readonly accountId: string
  readonly userId: string
  /** `2026-01-31`: the account's anchor when the event was decided. */
  readonly anchor: string
  /** `2026-02-28`, the first UTC day of the cycle. */
  readonly cycleStart: string
}

/** The minutes of a call: its duration rounded up to whole minutes. */
export function callMinutes(durationSeconds: number): number {
  return Math.ceil(durationSeconds / 60)
}

/** How many of a call's `minutes` the package covers: all if there is no limit (null), else at most `minutesLeft`. */
export function minutesCovered(minutes: number, minutesLeft: number | null): number {
  return minutesLeft === null || minutesLeft >= minutes ? minutes : minutesLeft
}

/** Returns the account's own limit if it has one, else the package's. Null means no limit. */
export function fairUseLimit(settings: AccountSettings, pack: Package): number | null {
  return settings.fairUseMinutesPerUser ?? pack.fairUseMinutesPerUser
}

/** Returns the first day of the billing cycle with `at`: the anchor's day of the month, or the month's last day. */
export function cycleStart(anchor: string, at: InstantMicros): string {
  const anchorDay = Number(anchor.slice(8, 10))
  const day = Math.floor(at / MICROS_PER_DAY)
  return cycleStarts.get(day * 32 + anchorDay, () => findCycleStart(anchorDay, at))
}

/** By UTC day and the anchor's day of month, because most calls of a batch fall on one day. */
const cycleStarts = new Recent<number, string>(10_000)

function findCycleStart(anchorDay: number, at: InstantMicros): string {
  const date = new Date(Math.floor(at / 1000))
  const year = date.getUTCFullYear()
  const month = date.getUTCMonth()
  const startDay = Math.min(anchorDay, daysInMonth(year, month))
  if (date.getUTCDate() >= startDay) return formatDate(Date.UTC(year, month, startDay) * 1000)
  return formatDate(Date.UTC(year, month - 1, Math.min(anchorDay, daysInMonth(year, month - 1))) * 1000)
}

/** Returns the first day of the next cycle, where `start` is the first day of a cycle. */
export function nextCycleStart(anchor: string, start: string): string {
  // A cycle has 28 to 31 days, so the 31st day after its first belongs to the next cycle.
  return cycleStart(anchor, parseDate(start)! + 31 * MICROS_PER_DAY)
}

/** Returns the counter of an outbound direct call by this user. */
export function counterOf(settings: AccountSettings, userId: string, at: InstantMicros): FairUseCounter {
  const anchor = settings.billingCycleAnchor
  return { accountId: settings.accountId, userId, anchor, cycleStart: cycleStart(anchor, at) }
}

/**
 * Returns the counter that rating the event may read, or null: only outbound direct calls of a user with packages can be
 * covered (`call.ts`). Its minutes must be known before the event is decided.
 */
export function counterToRead(event: UsageEvent, settings: AccountSettings): FairUseCounter | null {
  if (event.type !== 'call' || event.direction !== 'outbound' || event.leg !== 'direct') return null
  if (event.userId === null || settings.packages.length === 0) return null
  return counterOf(settings, event.userId, event.occurredAtMicros)
}

/** Returns the counter's key in maps. The user id comes last, because only it may contain the separator. */
export function counterKey({ accountId, userId, anchor, cycleStart: start }: FairUseCounter): string {
  return `${accountId}\n${anchor}\n${start}\n${userId}`
}

/** Returns the counter that rated usage names. Null if the event was not counted. */
export function storedCounter(
  accountId: string,
  userId: string | null,
  anchor: string | null,
  start: string | null,
): FairUseCounter | null {
  if (userId === null || anchor === null || start === null) return null
  return { accountId, userId, anchor, cycleStart: start }
}

/** `month` may be -1 for December of the previous year. */
function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
}
