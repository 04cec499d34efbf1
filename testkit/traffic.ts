/**
 * Generates realistic traffic from a seed: what a telephony platform would send on a working day, including faults. Pure: it
 * uses no clock and no randomness but the seed's, so the same arguments give the same stream.
 *
 * The topics are read concurrently, so a correction may be decided before or after the event that it corrects. The outcomes
 * that the tally counts are the same either way: only valid events are corrected, and everything else that depends on an
 * earlier item follows it on the same topic under the same key.
 *
 * Time is simulated. It moves through the office hours of one day, and slows down towards their end without reaching it. So
 * however long the demo runs, no event is a day ahead of its start, which intake would refuse.
 */
import { type InstantMicros, MICROS_PER_DAY, MICROS_PER_SECOND } from '../src/core/instant.ts'
import { type Caller, callerOf, type TrafficAccount, userOf } from './callers.ts'
import {
  CALLING_PLANS,
  EMERGENCY_NUMBERS,
  HOME_COUNTRIES,
  INVALID_NUMBERS,
  MULTIMEDIA_COUNTRIES,
  numberLike,
  numberOf,
  SPECIAL_NUMBERS,
  WITHOUT_RATE,
} from './numbers.ts'
import { createRandom, type Random } from './random.ts'
import {
  type CallUsageRecord,
  type MessageUsageRecord,
  type UsageOnTopic,
  type UsageTopic,
  withOtherContent,
} from './records.ts'
import { type CallClass, type EventFault, emptyTally, type JunkFault, type Produced, type UsageClass } from './tally.ts'

export type TrafficItem =
  | (UsageOnTopic & { readonly kind: 'event'; readonly fault: EventFault | null })
  | {
      readonly kind: 'junk'
      readonly topic: UsageTopic
      readonly accountKey: string
      readonly value: Buffer | null
      readonly fault: JunkFault
    }

export interface Traffic {
  readonly produced: Readonly<Produced>
  next(): TrafficItem
}

export interface TrafficOptions {
  readonly seed: number
  /** Accounts that are earlier in the list are busier. */
  readonly accounts: readonly TrafficAccount[]
  /** When the demo starts. No event occurs before it, nor 24 hours or more after it. */
  readonly startMicros: InstantMicros
  /** An account's share of the traffic, as a weight by its index; by default 1 / (index + 1). */
  readonly weight?: (index: number) => number
  /** `calls`: only traffic of that topic; by default all kinds of usage. */
  readonly kinds?: 'calls' | 'all'
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
  /** Of messages; most of them are texts. */
  received: 0.3,
  multimedia: 0.06,
  whatsapp: 0.24,
  /** Of agent sessions: the caller hung up at once. */
  noUsage: 0.04,
  /** Of corrections: sent before the event that they correct. */
  correctionFirst: 0.15,
  /** Of corrections: of an event that was corrected before. */
  correctedTwice: 0.04,
  /** Of corrections: of analyses and voice agents, which some accounts are invoiced for; chance would rarely pick them. */
  correctedAnalysis: 0.2,
}

/** Shares of new usage. The rest are calls, some of which add a forwarded leg. */
const KIND_MIX: readonly (readonly [Exclude<UsageTopic, 'usage.calls.v1'>, number])[] = [
  ['usage.toll-free.v1', 0.06],
  ['usage.messages.v1', 0.163],
  ['usage.conversation-intelligence.v1', 0.031],
  ['usage.voice-agents.v1', 0.021],
  ['usage.other.v1', 0.021],
  ['usage.corrections.v1', 0.0105],
]

/** SKUs that every tariff has, each with the maximum quantity of one event. */
const SKUS: readonly (readonly [string, number])[] = [
  ['number-lookup', 20],
  ['number-verification', 1],
  ['fax-page', 12],
  ['recording-storage-gb', 5],
]

/** Shares of answered outbound calls. The rest are inside the package. */
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
/** If less than this is left of the day, the next day is used. */
const MIN_DAY_MICROS = 3 * HOUR_MICROS
/** On average each item advances time by this fraction of what is left of the day: one part in ... */
const DAY_PARTS = 60_000
const RECENT_EVENTS = 512
const MEDIAN_CALL_SECONDS = 90
const MAX_CALL_SECONDS = 7200
/** The probability that the next item is an event whose correction was already sent. */
const AWAITED_NEXT = 0.2

/** A valid event and its intended class. */
type Sound = UsageOnTopic & { readonly usageClass: UsageClass }

/** Makes a stream of traffic. Longer than other functions, as its parts share the random numbers and state of one stream. */
export function createTraffic(options: TrafficOptions): Traffic {
  const { seed, startMicros } = options
  if (options.accounts.length === 0) throw new Error('demo traffic needs at least one account')
  const random = createRandom(seed)
  const day = officeDay(startMicros)
  const callers = options.accounts.map((account, index) => callerOf(random, account, index, startMicros))
  const { weight = (index) => 1 / (index + 1) } = options
  const popularity = cumulative(callers.map((_, index) => weight(index)))
  const produced = emptyTally()
  const recent: UsageOnTopic[] = []
  let recentAt = 0
  /** Event ids; they are unique in this stream, across accounts. */
  const corrected = new Set<string>()
  let sequence = 0
  let nowMicros = day.opensMicros
  /** The second leg of a forwarded call, which follows its first at once. */
  let forwardedLeg: CallUsageRecord | null = null
  /** Events whose corrections were already sent. */
  const awaited: Sound[] = []
  /** The last answered call, for conversation intelligence to analyse. */
  let lastAnsweredCall: CallUsageRecord | null = null

  const aCaller = () => callers[indexIn(popularity, random.fraction())]!
  const nextId = () => `demo-${(seed >>> 0).toString(36)}-${(++sequence).toString().padStart(8, '0')}`

  function next(): TrafficItem {
    nowMicros += Math.floor(((day.closesMicros - nowMicros) / DAY_PARTS) * random.exponential())
    // The largest step is about thirty times the mean, so the day never ends; this asserts it.
    if (nowMicros >= day.closesMicros) throw new Error('simulated time left the working day')
    produced.items++
    const item = nextItem()
    produced.byTopic[item.topic]++
    return item
  }

  function nextItem(): TrafficItem {
    if (forwardedLeg !== null) {
      const leg = forwardedLeg
      forwardedLeg = null
      return sound({ topic: 'usage.calls.v1', event: leg, usageClass: 'forwarded' })
    }
    if (awaited.length > 0 && random.chance(AWAITED_NEXT)) return sound(awaited.shift()!)
    const lot = random.fraction()
    let below = SHARES.junk
    if (lot < below) return junk()
    below += SHARES.unratable
    if (lot < below) return unratable()
    if (recent.length > 0) {
      below += SHARES.duplicate
      if (lot < below) return faulty(random.pick(recent), 'duplicate')
      below += SHARES.conflict
      if (lot < below) return faulty(withOtherContent(random.pick(recent)), 'conflict')
    }
    return options.kinds === 'calls' ? sound(call()) : ofAnyKind()
  }

  function ofAnyKind(): TrafficItem {
    const lot = random.fraction()
    let below = 0
    for (const [topic, share] of KIND_MIX) {
      below += share
      if (lot >= below) continue
      if (topic === 'usage.toll-free.v1') return sound(tollFree(aCaller()))
      if (topic === 'usage.messages.v1') return sound(message(aCaller()))
      if (topic === 'usage.voice-agents.v1') return sound(voiceAgent(aCaller()))
      if (topic === 'usage.other.v1') return sound(other(aCaller()))
      if (topic === 'usage.corrections.v1') return correction()
      return sound(lastAnsweredCall === null ? call() : conversationIntelligence(lastAnsweredCall))
    }
    return sound(call())
  }

  function call(): Sound {
    const caller = aCaller()
    const isUnanswered = random.chance(SHARES.unanswered)
    const duration = () => (isUnanswered ? 0 : durationSeconds(random))
    let event: CallUsageRecord
    let usageClass: UsageClass
    if (random.chance(SHARES.inbound)) {
      usageClass = 'inbound'
      event = inbound(caller, duration())
      if (!isUnanswered && random.chance(SHARES.forwardedOn)) forwardedLeg = forwarded(caller, event)
    } else {
      const callClass = outboundClass(random, caller)
      usageClass = callClass
      event = outbound(caller, callClass, duration())
    }
    if (isUnanswered) usageClass = 'unanswered'
    else lastAnsweredCall = event
    return { topic: 'usage.calls.v1', event, usageClass }
  }

  function tollFree(caller: Caller): Sound {
    const isUnanswered = random.chance(SHARES.unanswered)
    const event = {
      ...facts(caller),
      from: random.chance(0.05) ? null : numberOf(random, random.pick(HOME_COUNTRIES[caller.region])),
      to: caller.tollFreeNumber,
      duration_seconds: isUnanswered ? 0 : durationSeconds(random),
    }
    return { topic: 'usage.toll-free.v1', event, usageClass: isUnanswered ? 'unanswered' : 'toll_free' }
  }

  function message(caller: Caller): Sound {
    const lot = random.fraction()
    const channel = lot < SHARES.multimedia ? 'mms' : lot < SHARES.multimedia + SHARES.whatsapp ? 'whatsapp' : 'sms'
    // Only long texts are split into parts.
    const fragments = channel === 'sms' ? random.pick([1, 1, 1, 2, 2, 3]) : 1
    if (random.chance(SHARES.received)) {
      const event: MessageUsageRecord = {
        ...facts(caller),
        channel,
        direction: 'inbound',
        from: random.chance(0.1) ? 'PARCELBOX' : numberOf(random, random.pick(HOME_COUNTRIES[caller.region])),
        to: caller.textNumber,
        fragments,
      }
      return { topic: 'usage.messages.v1', event, usageClass: 'message_received' }
    }
    const countries = channel === 'mms' ? MULTIMEDIA_COUNTRIES[caller.region] : HOME_COUNTRIES[caller.region]
    const event: MessageUsageRecord = {
      ...facts(caller),
      user_id: userOf(random, caller),
      channel,
      direction: 'outbound',
      from: caller.textNumber,
      to: numberOf(random, random.pick(countries)),
      fragments,
    }
    return { topic: 'usage.messages.v1', event, usageClass: 'message_sent' }
  }

  /** The analysis of a call that was just sent. */
  function conversationIntelligence(talk: CallUsageRecord): Sound {
    const { account_id, user_id, interaction_id, event_id, duration_seconds } = talk
    return {
      topic: 'usage.conversation-intelligence.v1',
      event: {
        event_id: nextId(),
        account_id,
        occurred_at: nowMicros,
        user_id,
        interaction_id: interaction_id ?? event_id,
        duration_seconds,
      },
      usageClass: 'conversation_intelligence',
    }
  }

  function voiceAgent(caller: Caller): Sound {
    const isUnused = random.chance(SHARES.noUsage)
    const event = {
      ...facts(caller),
      agent_id: random.pick(['reception', 'bookings', 'after-hours']),
      duration_seconds: isUnused ? 0 : durationSeconds(random),
    }
    return { topic: 'usage.voice-agents.v1', event, usageClass: isUnused ? 'no_usage' : 'voice_agent' }
  }

  function other(caller: Caller): Sound {
    const [sku, most] = random.pick(SKUS)
    const event = { ...facts(caller), sku, quantity: 1 + random.whole(most) }
    return { topic: 'usage.other.v1', event, usageClass: 'other' }
  }

  function correction(): TrafficItem {
    if (random.chance(SHARES.correctionFirst)) {
      const caller = aCaller()
      const callClass = caller.plan === null ? 'no_package' : 'in_package'
      const event = outbound(caller, callClass, durationSeconds(random))
      const awaitedCall: Sound = { topic: 'usage.calls.v1', event, usageClass: callClass }
      const ahead = random.chance(0.5) ? awaitedCall : message(caller)
      awaited.push(ahead)
      return sound(correctionOf(ahead))
    }
    const isSecond = random.chance(SHARES.correctedTwice)
    const start = random.whole(recent.length + 1)
    const candidates = [...recent.slice(start), ...recent.slice(0, start)]
    if (isSecond) {
      const first = candidates.find(({ topic }) => topic === 'usage.corrections.v1')
      if (first?.topic === 'usage.corrections.v1') {
        // The first correction precedes it on the same topic, so this one is too late, whenever the event itself comes.
        const event = { ...first.event, event_id: nextId(), occurred_at: nowMicros }
        return faulty({ topic: first.topic, event }, 'already_corrected')
      }
    }
    const correctable = candidates.filter(
      ({ topic, event }) => topic !== 'usage.corrections.v1' && !corrected.has(event.event_id),
    )
    const isInvoiceKind = ({ topic }: UsageOnTopic) =>
      topic === 'usage.conversation-intelligence.v1' || topic === 'usage.voice-agents.v1'
    const preferred = random.chance(SHARES.correctedAnalysis) ? correctable.find(isInvoiceKind) : undefined
    const taken = preferred ?? correctable[0]
    return sound(taken === undefined ? call() : correctionOf(taken))
  }

  function correctionOf({ event }: UsageOnTopic): Sound {
    corrected.add(event.event_id)
    return {
      topic: 'usage.corrections.v1',
      event: {
        event_id: nextId(),
        account_id: event.account_id,
        occurred_at: nowMicros,
        user_id: null,
        interaction_id: null,
        corrects: event.event_id,
      },
      usageClass: 'correction',
    }
  }

  function inbound(caller: Caller, duration: number): CallUsageRecord {
    const withheld = random.chance(0.05)
    return {
      ...facts(caller),
      // The user who answered; null for an unanswered call.
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
      // A forwarded leg shows the original caller, even if that is not a number.
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
      // Both mean direct; readers must accept either.
      leg: random.chance(0.5) ? 'direct' : null,
      from,
      to,
      duration_seconds: isExpensive(to) ? Math.min(duration, 300) : duration,
    }
  }

  function unratable(): TrafficItem {
    const caller = aCaller()
    const lot = random.whole(options.kinds === 'calls' ? 5 : 10)
    if (lot >= 5) return unratableOfOtherKind(caller, lot)
    // Answered: an unanswered call is free before any price or package is checked.
    const event = outbound(caller, caller.plan === null ? 'no_package' : 'in_package', durationSeconds(random))
    const refused = (change: Partial<CallUsageRecord>, fault: EventFault) =>
      faulty({ topic: 'usage.calls.v1', event: { ...event, ...change } }, fault)
    switch (lot) {
      case 0:
        return refused({ account_id: `closed-${random.whole(9) + 1}` }, 'unknown_account')
      case 1:
        return refused({ to: numberLike(random, random.pick(INVALID_NUMBERS)) }, 'invalid_number')
      case 2:
        return refused({ from: 'unavailable' }, 'invalid_number')
      case 3:
        return refused({ user_id: null }, 'invalid_event')
      default:
        return refused({ to: numberLike(random, random.pick(WITHOUT_RATE)) }, 'no_rate')
    }
  }

  function unratableOfOtherKind(caller: Caller, lot: number): TrafficItem {
    const common = facts(caller)
    const text = { channel: 'sms', direction: 'outbound', from: caller.textNumber, to: caller.textNumber, fragments: 1 }
    switch (lot) {
      case 5: {
        // An ordinary number, which no toll-free deck has.
        const event = { ...common, from: null, to: caller.textNumber, duration_seconds: durationSeconds(random) }
        return faulty({ topic: 'usage.toll-free.v1', event }, 'no_rate')
      }
      case 6:
        return faulty({ topic: 'usage.messages.v1', event: { ...common, ...text, channel: 'telex' } }, 'invalid_event')
      case 7: {
        const to = numberLike(random, random.pick(INVALID_NUMBERS))
        return faulty({ topic: 'usage.messages.v1', event: { ...common, ...text, to } }, 'invalid_number')
      }
      case 8:
        return faulty({ topic: 'usage.other.v1', event: { ...common, sku: 'pager-rental', quantity: 1 } }, 'no_rate')
      default: {
        const event = { ...common, corrects: common.event_id }
        return faulty({ topic: 'usage.corrections.v1', event }, 'invalid_event')
      }
    }
  }

  function junk(): TrafficItem {
    const { accountId: accountKey } = aCaller()
    const fault = random.pick(['empty', 'short', 'not_avro', 'unknown_schema'] as const)
    produced.junk++
    produced.deadLetters++
    produced.byFault[fault]++
    return { kind: 'junk', topic: 'usage.calls.v1', accountKey, value: junkBytes(random, fault), fault }
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

  function sound({ usageClass, ...usage }: Sound): TrafficItem {
    produced.events++
    produced.byClass[usageClass]++
    const leaving = recentAt++ % RECENT_EVENTS
    // Only recent events are corrected, so older corrections can be forgotten.
    if (recent[leaving] !== undefined) corrected.delete(recent[leaving].event.event_id)
    recent[leaving] = usage
    return { kind: 'event', ...usage, fault: null }
  }

  function faulty(usage: UsageOnTopic, fault: EventFault): TrafficItem {
    produced.byFault[fault]++
    if (fault === 'duplicate') produced.duplicates++
    else {
      produced.deadLetters++
      if (fault === 'conflict') produced.conflicts++
      else produced.unratable++
    }
    return { kind: 'event', ...usage, fault }
  }

  return { produced, next }
}

/** The office hours in UTC from `startMicros` on, all within 24 hours of it. */
function officeDay(startMicros: InstantMicros): { opensMicros: InstantMicros; closesMicros: InstantMicros } {
  const midnightMicros = startMicros - (startMicros % MICROS_PER_DAY)
  const closesToday = midnightMicros + OFFICE_CLOSES_HOUR * HOUR_MICROS
  const isToday = closesToday - startMicros >= MIN_DAY_MICROS
  const dayMicros = isToday ? midnightMicros : midnightMicros + MICROS_PER_DAY
  return {
    opensMicros: Math.max(startMicros, dayMicros + OFFICE_OPENS_HOUR * HOUR_MICROS),
    closesMicros: Math.min(dayMicros + OFFICE_CLOSES_HOUR * HOUR_MICROS, startMicros + MICROS_PER_DAY - HOUR_MICROS),
  }
}

function outboundClass(random: Random, caller: Caller): CallClass {
  const lot = random.fraction()
  let below = 0
  for (const [callClass, share] of OUTBOUND_MIX) {
    below += share
    if (lot >= below) continue
    // Without a package, destination and caller make no difference.
    const isOfEveryAccount = callClass === 'special' || callClass === 'emergency'
    return caller.plan === null && !isOfEveryAccount ? 'no_package' : callClass
  }
  return caller.plan === null ? 'no_package' : 'in_package'
}

/** A log-normal duration, with a thin tail of long conference calls. */
function durationSeconds(random: Random): number {
  if (random.chance(SHARES.longCall)) return 1800 + random.whole(MAX_CALL_SECONDS - 1800 + 1)
  const seconds = Math.round(MEDIAN_CALL_SECONDS * Math.exp(0.95 * random.normal()))
  return Math.min(MAX_CALL_SECONDS, Math.max(1, seconds))
}

/** Whether a call is expensive, as over a satellite. Such calls are kept short: one long call would dwarf all other spending. */
function isExpensive(to: string): boolean {
  return !to.startsWith('+') || /^\+(870|881|1900|49900|3389)/.test(to)
}

function junkBytes(random: Random, fault: JunkFault): Buffer | null {
  switch (fault) {
    case 'empty':
      return random.chance(0.5) ? null : Buffer.alloc(0)
    case 'short':
      // Shorter than the magic byte and the schema id.
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

/** The index of the first bound above the fraction. */
function indexIn(bounds: readonly number[], fraction: number): number {
  let low = 0
  // The last bound may fall short of 1 by a rounding error.
  let high = bounds.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (fraction < bounds[middle]!) high = middle
    else low = middle + 1
  }
  return low
}
