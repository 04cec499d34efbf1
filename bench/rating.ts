/**
 * Measures how fast the pure core rates on one CPU core, with an outbound deck of 200,000 prefixes: complete decisions, from
 * the event to what the next one must know, by kind and mixed. Prefix look-up, event content and reading of JSON lines are measured separately. The
 * figures are medians of three runs after a warm-up.
 */
import { performance } from 'node:perf_hooks'
import { createDecider, type Decider } from '../src/core/batch/decider.ts'
import { newBook } from '../src/core/book/book.ts'
import type { CallRate, Catalog, Deck, MessageRate } from '../src/core/catalog/catalog.ts'
import { buildPrefixTable } from '../src/core/catalog/prefix-table.ts'
import type { Outcome } from '../src/core/rating/decision.ts'
import { findRate } from '../src/core/rating/deck.ts'
import type { AccountSettings } from '../src/core/settings/settings.ts'
import { contentOf } from '../src/core/usage/content.ts'
import type { CallEvent, CorrectionEvent, UsageEvent, UsageFacts } from '../src/core/usage/event.ts'
import { readUsageJson } from '../src/core/usage/read.ts'

const PREFIX_COUNT = 200_000
const EVENT_COUNT = 200_000
const LOOKUP_COUNT = 2_000_000
const RUNS = 3
const STARTED_AT_MICROS = Date.UTC(2026, 1, 1) * 1000

export interface BenchFigure {
  readonly name: string
  readonly value: number
  readonly unit: string
}

/** An event with its content, as the command and the ledger pass it to the core. */
interface ReadyEvent {
  readonly event: UsageEvent
  readonly content: string
}

interface Kind {
  readonly name: string
  /** The `index`th event of a run; `to` is a number of the deck, in the package's countries or outside them. */
  readonly make: (index: number, to: string) => UsageEvent
  readonly isCovered?: true
  readonly outcome: Outcome
  /** How many of 20 mixed events are of this kind. */
  readonly share: number
}

const KINDS: readonly Kind[] = [
  { name: 'call covered', make: callOf, isCovered: true, outcome: 'covered', share: 8 },
  { name: 'call charged', make: callOf, outcome: 'charged', share: 5 },
  {
    name: 'toll_free',
    make: (i, to) => ({ ...factsOf(i), type: 'toll_free', from: '+4930123456', to, durationSeconds: durationOf(i) }),
    outcome: 'charged',
    share: 1,
  },
  {
    name: 'message',
    make: (i, to) => ({
      ...factsOf(i),
      type: 'message',
      channel: 'sms',
      direction: 'outbound',
      from: 'Acme',
      to,
      fragments: 1 + (i % 5),
    }),
    outcome: 'charged',
    share: 3,
  },
  {
    name: 'conversation_intelligence',
    make: (i) => ({ ...factsOf(i), type: 'conversation_intelligence', durationSeconds: durationOf(i) }),
    outcome: 'charged',
    share: 1,
  },
  {
    name: 'voice_agent',
    make: (i) => ({ ...factsOf(i), type: 'voice_agent', agentId: `agent-${i % 20}`, durationSeconds: durationOf(i) }),
    outcome: 'charged',
    share: 1,
  },
  {
    name: 'other',
    make: (i) => ({ ...factsOf(i), type: 'other', sku: 'recording-gb', quantity: 1 + (i % 100) }),
    outcome: 'charged',
    share: 1,
  },
]

export function benchRating(): BenchFigure[] {
  const random = pseudoRandom(1)
  const prefixes = [...distinctPrefixes(PREFIX_COUNT, random)]
  const rows = prefixes.map(callRateOf)
  const buildSeconds = median(() => buildPrefixTable(rows))
  const deck: Deck<CallRate> = { file: 'outbound.csv', rates: buildPrefixTable(rows) }
  const catalog = catalogOf(deck, prefixes)
  const covered = numbersBelow(
    prefixes.filter((prefix) => prefix.startsWith('+4')),
    random,
  )
  const outside = numbersBelow(
    prefixes.filter((prefix) => !prefix.startsWith('+4')),
    random,
  )
  const eventsOf = (kind: Kind): UsageEvent[] =>
    (kind.isCovered ? covered : outside).map((to, index) => kind.make(index, to))

  const lookupSeconds = median(() => {
    let found = 0
    for (let i = 0; i < LOOKUP_COUNT; i++) {
      if (findRate(deck, outside[i % EVENT_COUNT]!, STARTED_AT_MICROS) !== null) found++
    }
    if (found !== LOOKUP_COUNT) throw new Error('a number of the benchmark has no rate')
  })
  const byKind = KINDS.map((kind) => {
    const events = eventsOf(kind).map(ready)
    return figure(kind.name, () => decideAll(events, createDecider(newBook(catalog, [ACCOUNT])), kind.outcome))
  })
  const calls = eventsOf(KINDS[0]!)
  const corrections = calls.map(
    ({ eventId }, index): CorrectionEvent => ({
      ...factsOf(index),
      type: 'correction',
      eventId: `correction-${index}`,
      corrects: eventId,
    }),
  )
  const [readyCalls, readyCorrections] = [calls.map(ready), corrections.map(ready)]
  byKind.push(
    figure('correction', () => {
      const decider = createDecider(newBook(catalog, [ACCOUNT]))
      decideAll(readyCalls, decider, 'covered')
      return decideAll(readyCorrections, decider, 'reversed')
    }),
  )
  const weightedKinds = KINDS.flatMap((kind) => Array.from({ length: kind.share }, () => kind))
  const mixed = covered.map((to, index) => {
    // 7 and 20 are coprime: every 20 events contain each share, in a fixed order.
    const kind = weightedKinds[(index * 7) % weightedKinds.length]!
    return kind.make(index, kind.isCovered ? to : outside[index]!)
  })
  const readyMixed = mixed.map(ready)
  const lines = mixed.map(jsonOf)
  return [
    { name: 'build the deck', value: buildSeconds * 1000, unit: 'ms' },
    { name: 'look up a prefix', value: (lookupSeconds / LOOKUP_COUNT) * 1e9, unit: 'ns' },
    ...byKind,
    figure('mixed', () => decideAll(readyMixed, createDecider(newBook(catalog, [ACCOUNT])))),
    figure('write the content, mixed', () => seconds(() => mixed.forEach(contentOf))),
    figure('read a line of JSON, mixed', () =>
      seconds(() => {
        for (const line of lines) if ('refusal' in readUsageJson(line)) throw new Error(`refused: ${line}`)
      }),
    ),
  ]
}

function ready(event: UsageEvent): ReadyEvent {
  return { event, content: contentOf(event) }
}

/** Returns how long it takes to decide the events one after the other, in seconds. */
function decideAll(events: readonly ReadyEvent[], decider: Decider, outcome?: Outcome): number {
  return seconds(() => {
    for (const { event, content } of events) {
      const decided = decider.decide(event, content)
      if (outcome !== undefined && decided.outcome !== outcome) throw new Error(`${event.eventId}: ${decided.outcome}`)
    }
  })
}

function figure(name: string, secondsOfARun: () => number): BenchFigure {
  return { name, value: EVENT_COUNT / medianOf(secondsOfARun), unit: 'events/s' }
}

function median(run: () => void): number {
  return medianOf(() => seconds(run))
}

/** The first run is a warm-up and does not count. */
function medianOf(secondsOfARun: () => number): number {
  secondsOfARun()
  return Array.from({ length: RUNS }, secondsOfARun).sort((a, b) => a - b)[Math.floor(RUNS / 2)]!
}

function seconds(run: () => void): number {
  const started = performance.now()
  run()
  return (performance.now() - started) / 1000
}

/** Prefixes of 2 to 9 digits. Most are long, as in a deck that distinguishes networks. */
function distinctPrefixes(count: number, random: () => number): Set<string> {
  const prefixes = new Set<string>()
  while (prefixes.size < count) {
    const length = 2 + Math.floor(8 * Math.sqrt(random()))
    let prefix = `+${1 + Math.floor(random() * 9)}`
    while (prefix.length <= length) prefix += Math.floor(random() * 10)
    prefixes.add(prefix)
  }
  return prefixes
}

/** One full number per event, each with one of the prefixes. */
function numbersBelow(prefixes: readonly string[], random: () => number): string[] {
  return Array.from({ length: EVENT_COUNT }, () => {
    const prefix = prefixes[Math.floor(random() * prefixes.length)]!
    const line = String(Math.floor(random() * 1e8)).padStart(8, '0')
    return prefix + line.slice(0, 14 - prefix.length)
  })
}

function callRateOf(prefix: string, index: number): CallRate {
  return {
    prefix,
    destination: `Destination ${prefix}`,
    pricePerMinuteMicros: BigInt(1_000 + (index % 500_000)),
    connectionFeeMicros: index % 5 === 0 ? 50_000n : 0n,
    increments: { firstSeconds: 60, nextSeconds: index % 2 === 0 ? 60 : 1 },
    effectiveFromMicros: Number.NEGATIVE_INFINITY,
    effectiveToMicros: Number.POSITIVE_INFINITY,
  }
}

function messageRateOf(prefix: string, index: number): MessageRate {
  return {
    prefix,
    destination: `Destination ${prefix}`,
    pricePerUnitMicros: BigInt(1_000 + (index % 100_000)),
    effectiveFromMicros: Number.NEGATIVE_INFINITY,
    effectiveToMicros: Number.POSITIVE_INFINITY,
  }
}

/** The package covers calls from and to numbers that start with +4, so that both the counter and the deck are used. */
function catalogOf(outbound: Deck<CallRate>, prefixes: readonly string[]): Catalog {
  const countries = new Set(['DE'])
  const plan = Array.from({ length: 9 }, (_, i) => ({
    prefix: `+${i + 1}`,
    country: i + 1 === 4 ? 'DE' : 'ZZ',
    type: 'fixed' as const,
  }))
  const minutePrice = { pricePerMinuteMicros: 12_500n, increments: { firstSeconds: 60, nextSeconds: 60 } }
  return {
    rounding: { scale: 4, mode: 'half_up' },
    emergencyNumbers: new Set(['112']),
    numbering: buildPrefixTable(plan),
    regions: new Map([['EU', countries]]),
    packages: new Map([['eu', { id: 'eu', name: null, region: 'EU', countries, fairUseMinutesPerUser: 1_000_000 }]]),
    tariffs: new Map([
      [
        'eur',
        {
          id: 'eur',
          currency: 'EUR',
          outbound,
          tollFree: outbound,
          messages: new Map([['sms', { file: 'sms.csv', rates: buildPrefixTable(prefixes.map(messageRateOf)) }]]),
          conversationIntelligence: minutePrice,
          voiceAgent: minutePrice,
          other: new Map([['recording-gb', 23_456n]]),
        },
      ],
    ]),
  }
}

const ACCOUNT: AccountSettings = {
  accountId: 'acme',
  currency: 'EUR',
  tariff: 'eur',
  packages: [{ id: 'eu', fromMicros: 0 }],
  billingCycleAnchor: '2026-01-31',
  fairUseMinutesPerUser: null,
  conversationIntelligence: 'credit',
  voiceAgent: 'credit',
  contacts: [],
  lowAlertLevelMicros: null,
  customAlertLevelMicros: null,
  autoTopUp: null,
}

function factsOf(index: number): UsageFacts {
  const eventId = `event-${index}`
  return {
    eventId,
    accountId: 'acme',
    occurredAtMicros: STARTED_AT_MICROS + index * 1_000_000,
    userId: `user-${index % 500}`,
    interactionId: eventId,
  }
}

function callOf(index: number, to: string): CallEvent {
  return {
    ...factsOf(index),
    type: 'call',
    direction: 'outbound',
    leg: 'direct',
    from: '+4930123456',
    to,
    durationSeconds: durationOf(index),
  }
}

function durationOf(index: number): number {
  return 1 + ((index * 7919) % 600)
}

function jsonOf(event: UsageEvent): string {
  return JSON.stringify(event, (key, value) =>
    key === 'occurredAtMicros' ? new Date(value / 1000).toISOString() : value,
  ).replaceAll(/"(\w+)":/g, (_, name: string) => `"${FIELD_OF[name] ?? name}":`)
}

const FIELD_OF: Readonly<Record<string, string>> = {
  eventId: 'event_id',
  accountId: 'account_id',
  occurredAtMicros: 'occurred_at',
  userId: 'user_id',
  interactionId: 'interaction_id',
  durationSeconds: 'duration_seconds',
  agentId: 'agent_id',
}

/** The same numbers on every machine, so that figures can be compared. */
function pseudoRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
