/**
 * Believable call traffic from a seed: what a telephony platform would send in a working day, its faults included.
 * Pure: no clock and no randomness but the seed's, so that the same arguments give the same stream.
 *
 * Time is simulated. It walks through the office hours of one day and slows towards their end without reaching it, so
 * that however long the demo runs no event lies a day ahead of its start, where intake would refuse it.
 */
import type { AccountSettings } from '../src/core/account/settings.ts'
import { type InstantMicros, MICROS_PER_DAY, MICROS_PER_SECOND } from '../src/core/instant.ts'
import {
  CALLING_PLANS,
  type CallingPlan,
  type CallingRegion,
  EMERGENCY_NUMBERS,
  HOME_COUNTRIES,
  INVALID_NUMBERS,
  numberLike,
  numberOf,
  SPECIAL_NUMBERS,
  WITHOUT_RATE,
} from './numbers.ts'
import { createRandom, type Random } from './random.ts'

/** Exactly the fields of `schemas/events/usage.calls.v1.avsc`. */
export interface CallUsageRecord {
  readonly event_id: string
  readonly account_id: string
  readonly occurred_at: InstantMicros
  readonly user_id: string | null
  readonly interaction_id: string | null
  readonly direction: string
  readonly leg: string | null
  readonly from: string | null
  readonly to: string
  readonly duration_seconds: number
}

/** What is wrong with an event that can be decoded. A `duplicate` is harmless; the others end as dead letters. */
export type EventFault = 'duplicate' | 'conflict' | 'unknown_account' | 'invalid_number' | 'invalid_event' | 'no_rate'

/** What is wrong with bytes that cannot. */
export type JunkFault = 'empty' | 'short' | 'not_avro' | 'unknown_schema'

/** What an event without fault is meant to be; whether a package call still fits the fair-use limit is not foreseen. */
export type CallClass =
  | 'unanswered'
  | 'inbound'
  | 'forwarded'
  | 'in_package'
  | 'no_package'
  | 'outside_package'
  | 'caller_region'
  | 'caller_withheld'
  | 'special'
  | 'emergency'

export type TrafficItem =
  | { readonly kind: 'event'; readonly event: CallUsageRecord; readonly fault: EventFault | null }
  | { readonly kind: 'junk'; readonly accountKey: string; readonly value: Buffer | null; readonly fault: JunkFault }

/** Running tally. `items` = `events` + `duplicates` + `deadLetters`. */
export interface Produced {
  items: number
  /** New events that leave a decision: free, covered or charged. */
  events: number
  duplicates: number
  /** Everything that must come back as a dead letter: `conflicts`, `junk` and `unratable`. */
  deadLetters: number
  conflicts: number
  junk: number
  unratable: number
  byFault: Record<EventFault | JunkFault, number>
  byClass: Record<CallClass, number>
}

export type TrafficAccount = Pick<AccountSettings, 'accountId' | 'currency' | 'packages'>

export interface Traffic {
  readonly produced: Readonly<Produced>
  next(): TrafficItem
}

export interface TrafficOptions {
  readonly seed: number
  /** The earlier in the list, the busier. */
  readonly accounts: readonly TrafficAccount[]
  /** When the demo starts; no event occurs before it or 24 hours after it. */
  readonly startMicros: InstantMicros
}

const SHARES = {
  duplicate: 0.01,
  conflict: 0.001,
  junk: 0.003,
  unratable: 0.002,
  unanswered: 0.08,
  inbound: 0.25,
  /** Of answered inbound calls. */
  forwardedOn: 0.14,
  late: 0.02,
  longCall: 0.004,
}

/** Of answered outbound calls; the rest stay inside the package. */
const OUTBOUND_MIX: readonly (readonly [CallClass, number])[] = [
  ['outside_package', 0.09],
  ['caller_region', 0.04],
  ['caller_withheld', 0.02],
  ['special', 0.015],
  ['emergency', 0.002],
]

const OFFICE_OPENS_HOUR = 7
const OFFICE_CLOSES_HOUR = 19
const HOUR_MICROS = 3600 * MICROS_PER_SECOND
/** A day begun later than this is not worth walking through: the next one is taken. */
const SHORTEST_DAY_MICROS = 3 * HOUR_MICROS
/** Of what is left of the day, each item takes one part in so many. */
const DAY_PARTS = 60_000
const RECENT_EVENTS = 512
const MEDIAN_CALL_SECONDS = 90
const LONGEST_CALL_SECONDS = 7200

interface Caller {
  readonly accountId: string
  readonly region: CallingRegion
  readonly plan: CallingPlan | null
  readonly ownNumbers: readonly string[]
  /** Numbers of the other region, which a package does not accept as callers. */
  readonly foreignNumbers: readonly string[]
  readonly userCount: number
}

export function createTraffic(options: TrafficOptions): Traffic {
  const { seed, startMicros } = options
  if (options.accounts.length === 0) throw new Error('demo traffic needs at least one account')
  const random = createRandom(seed)
  const day = officeDay(startMicros)
  const callers = options.accounts.map((account, index) => callerOf(random, account, index, startMicros))
  const popularity = cumulative(callers.map((_, index) => 1 / (index + 1)))
  const produced = emptyTally()
  const recent: CallUsageRecord[] = []
  let recentAt = 0
  let sequence = 0
  let nowMicros = day.opensMicros
  /** The second leg of a forwarded call follows its first at once. */
  let forwardedLeg: CallUsageRecord | null = null

  const aCaller = () => callers[indexIn(popularity, random.fraction())]!
  const nextId = () => `demo-${(seed >>> 0).toString(36)}-${(++sequence).toString().padStart(8, '0')}`

  function next(): TrafficItem {
    nowMicros += Math.floor(((day.closesMicros - nowMicros) / DAY_PARTS) * random.exponential())
    // The largest step is some thirty times the mean: the day never closes, but an assertion is cheaper than trust.
    if (nowMicros >= day.closesMicros) throw new Error('simulated time left the working day')
    produced.items++
    if (forwardedLeg !== null) {
      const leg = forwardedLeg
      forwardedLeg = null
      return sound(leg, 'forwarded')
    }
    const lot = random.fraction()
    let below = SHARES.junk
    if (lot < below) return junk()
    below += SHARES.unratable
    if (lot < below) return unratable()
    if (recent.length > 0) {
      below += SHARES.duplicate
      if (lot < below) return faulty({ ...random.pick(recent) }, 'duplicate')
      below += SHARES.conflict
      if (lot < below) return faulty(changed(random.pick(recent)), 'conflict')
    }
    return call()
  }

  function call(): TrafficItem {
    const caller = aCaller()
    const isUnanswered = random.chance(SHARES.unanswered)
    if (random.chance(SHARES.inbound)) {
      const event = inbound(caller, isUnanswered ? 0 : durationSeconds(random))
      if (!isUnanswered && random.chance(SHARES.forwardedOn)) forwardedLeg = forwarded(caller, event)
      return sound(event, isUnanswered ? 'unanswered' : 'inbound')
    }
    const callClass = outboundClass(random, caller)
    const event = outbound(caller, callClass, isUnanswered ? 0 : durationSeconds(random))
    return sound(event, isUnanswered ? 'unanswered' : callClass)
  }

  function inbound(caller: Caller, duration: number): CallUsageRecord {
    const withheld = random.chance(0.05)
    return {
      ...facts(caller),
      // Who picked up; nobody did when the call was not answered.
      user_id: duration === 0 ? null : userOf(random, caller),
      direction: 'inbound',
      leg: null,
      from: withheld ? random.pick([null, 'anonymous']) : numberOf(random, random.pick(HOME_COUNTRIES[caller.region])),
      to: random.pick(caller.ownNumbers),
      duration_seconds: duration,
    }
  }

  function forwarded(caller: Caller, first: CallUsageRecord): CallUsageRecord {
    return {
      ...facts(caller),
      occurred_at: first.occurred_at,
      interaction_id: first.event_id,
      direction: 'outbound',
      leg: 'forwarded',
      // The redirected leg shows who called, even where that is no number.
      from: first.from,
      to: numberOf(random, random.pick(HOME_COUNTRIES[caller.region])),
      duration_seconds: first.duration_seconds,
    }
  }

  function outbound(caller: Caller, callClass: CallClass, duration: number): CallUsageRecord {
    const { region, plan } = caller
    const anywhere = CALLING_PLANS.get(region === 'EU' ? 'eu-us-world' : 'us-unlimited')!
    const inside = plan?.inside ?? anywhere.inside
    let to: string
    if (callClass === 'special') to = numberLike(random, random.pick(SPECIAL_NUMBERS[region]))
    else if (callClass === 'emergency') to = random.pick(EMERGENCY_NUMBERS[region])
    else if (callClass === 'outside_package') to = numberOf(random, random.pick(plan!.outside))
    else to = numberOf(random, random.pick(inside))
    let from: string | null = random.pick(caller.ownNumbers)
    if (callClass === 'caller_region') from = random.pick(caller.foreignNumbers)
    if (callClass === 'caller_withheld') from = null
    return {
      ...facts(caller),
      user_id: userOf(random, caller),
      direction: 'outbound',
      // Both forms mean direct; readers must take either.
      leg: random.chance(0.5) ? 'direct' : null,
      from,
      to,
      duration_seconds: isDear(to) ? Math.min(duration, 300) : duration,
    }
  }

  function unratable(): TrafficItem {
    const caller = aCaller()
    // Answered, since a call of no duration is free before any price or package is looked at.
    const event = outbound(caller, caller.plan === null ? 'no_package' : 'in_package', durationSeconds(random))
    switch (random.whole(5)) {
      case 0:
        return faulty({ ...event, account_id: `closed-${random.whole(9) + 1}` }, 'unknown_account')
      case 1:
        return faulty({ ...event, to: numberLike(random, random.pick(INVALID_NUMBERS)) }, 'invalid_number')
      case 2:
        return faulty({ ...event, from: 'unavailable' }, 'invalid_number')
      case 3:
        return faulty({ ...event, user_id: null }, 'invalid_event')
      default:
        return faulty({ ...event, to: numberLike(random, random.pick(WITHOUT_RATE)) }, 'no_rate')
    }
  }

  function junk(): TrafficItem {
    const { accountId: accountKey } = aCaller()
    const fault = random.pick(['empty', 'short', 'not_avro', 'unknown_schema'] as const)
    produced.junk++
    produced.deadLetters++
    produced.byFault[fault]++
    return { kind: 'junk', accountKey, value: junkBytes(random, fault), fault }
  }

  function facts(caller: Caller) {
    const lateMicros = random.chance(SHARES.late) ? random.whole(30 * 60) * MICROS_PER_SECOND : 0
    return {
      event_id: nextId(),
      account_id: caller.accountId,
      occurred_at: Math.max(day.opensMicros, nowMicros - lateMicros),
      user_id: null,
      interaction_id: null,
    }
  }

  function sound(event: CallUsageRecord, callClass: CallClass): TrafficItem {
    produced.events++
    produced.byClass[callClass]++
    recent[recentAt++ % RECENT_EVENTS] = event
    return { kind: 'event', event, fault: null }
  }

  function faulty(event: CallUsageRecord, fault: EventFault): TrafficItem {
    produced.byFault[fault]++
    if (fault === 'duplicate') produced.duplicates++
    else {
      produced.deadLetters++
      if (fault === 'conflict') produced.conflicts++
      else produced.unratable++
    }
    return { kind: 'event', event, fault }
  }

  return { produced, next }
}

/** The office hours at or after `startMicros` in UTC, all of them less than 24 hours ahead of it. */
function officeDay(startMicros: InstantMicros): { opensMicros: InstantMicros; closesMicros: InstantMicros } {
  const midnightMicros = startMicros - (startMicros % MICROS_PER_DAY)
  const closesToday = midnightMicros + OFFICE_CLOSES_HOUR * HOUR_MICROS
  const isToday = closesToday - startMicros >= SHORTEST_DAY_MICROS
  const dayMicros = isToday ? midnightMicros : midnightMicros + MICROS_PER_DAY
  return {
    opensMicros: Math.max(startMicros, dayMicros + OFFICE_OPENS_HOUR * HOUR_MICROS),
    closesMicros: Math.min(dayMicros + OFFICE_CLOSES_HOUR * HOUR_MICROS, startMicros + MICROS_PER_DAY - HOUR_MICROS),
  }
}

function callerOf(random: Random, account: TrafficAccount, index: number, atMicros: InstantMicros): Caller {
  const packageId = account.packages.findLast((period) => period.fromMicros <= atMicros)?.id
  const plan = packageId === undefined ? null : (CALLING_PLANS.get(packageId) ?? null)
  const region = plan?.region ?? (account.currency === 'EUR' ? 'EU' : 'US')
  const foreign = region === 'EU' ? 'US' : 'EU'
  const numbers = (from: CallingRegion, count: number) =>
    Array.from({ length: count }, () => numberOf(random, random.pick(HOME_COUNTRIES[from])))
  return {
    accountId: account.accountId,
    region,
    plan,
    ownNumbers: numbers(region, 5),
    foreignNumbers: numbers(foreign, 2),
    // A busier account has more users, or all of its users would be heavy ones.
    userCount: 10 + random.whole(20) + Math.round(120 / (index + 1)),
  }
}

function outboundClass(random: Random, caller: Caller): CallClass {
  const lot = random.fraction()
  let below = 0
  for (const [callClass, share] of OUTBOUND_MIX) {
    below += share
    if (lot >= below) continue
    // Without a package neither destination nor caller makes a difference.
    const isOfEveryAccount = callClass === 'special' || callClass === 'emergency'
    return caller.plan === null && !isOfEveryAccount ? 'no_package' : callClass
  }
  return caller.plan === null ? 'no_package' : 'in_package'
}

/** A few people make most of the calls, so that some reach their fair-use limit while others never will. */
function userOf(random: Random, caller: Caller): string {
  const rank = Math.floor(caller.userCount * random.fraction() ** 2)
  return `user-${rank + 1}`
}

/** Log-normal, with a thin tail of long conference calls. */
function durationSeconds(random: Random): number {
  if (random.chance(SHARES.longCall)) return 1800 + random.whole(LONGEST_CALL_SECONDS - 1800 + 1)
  const seconds = Math.round(MEDIAN_CALL_SECONDS * Math.exp(0.95 * random.normal()))
  return Math.min(LONGEST_CALL_SECONDS, Math.max(1, seconds))
}

/** Nobody talks for an hour over a satellite; one such call would dwarf everything else an account spends. */
function isDear(to: string): boolean {
  return !to.startsWith('+') || /^\+(870|881|1900|49900|3389)/.test(to)
}

function changed(event: CallUsageRecord): CallUsageRecord {
  return { ...event, duration_seconds: event.duration_seconds + 60 }
}

function junkBytes(random: Random, fault: JunkFault): Buffer | null {
  switch (fault) {
    case 'empty':
      return random.chance(0.5) ? null : Buffer.alloc(0)
    case 'short':
      // Less than the magic byte and the schema's id.
      return Buffer.alloc(1 + random.whole(4))
    case 'not_avro':
      return Buffer.from(`{"event_id":"demo-${random.whole(1e9)}","duration":"${random.whole(600)}s"}`)
    case 'unknown_schema': {
      const bytes = Buffer.alloc(24)
      for (let i = 5; i < bytes.length; i++) bytes[i] = random.whole(256)
      bytes.writeUInt32BE(0x7fff_0000 + random.whole(0x1_0000), 1)
      return bytes
    }
  }
}

function cumulative(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let sum = 0
  return weights.map((weight) => {
    sum += weight / total
    return sum
  })
}

function indexIn(bounds: readonly number[], fraction: number): number {
  const index = bounds.findIndex((bound) => fraction < bound)
  // The last bound may fall short of 1 by a rounding error.
  return index === -1 ? bounds.length - 1 : index
}

function emptyTally(): Produced {
  return {
    items: 0,
    events: 0,
    duplicates: 0,
    deadLetters: 0,
    conflicts: 0,
    junk: 0,
    unratable: 0,
    byFault: {
      duplicate: 0,
      conflict: 0,
      unknown_account: 0,
      invalid_number: 0,
      invalid_event: 0,
      no_rate: 0,
      empty: 0,
      short: 0,
      not_avro: 0,
      unknown_schema: 0,
    },
    byClass: {
      unanswered: 0,
      inbound: 0,
      forwarded: 0,
      in_package: 0,
      no_package: 0,
      outside_package: 0,
      caller_region: 0,
      caller_withheld: 0,
      special: 0,
      emergency: 0,
    },
  }
}
