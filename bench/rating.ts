/**
 * How fast the pure core rates on one core, against decks of 200,000 prefixes: whole decisions by kind of usage, from the
 * event to the book, and the look-up of a prefix alone. Medians of three runs after one that warms up.
 */
import { performance } from 'node:perf_hooks'
import type { Book } from '../src/core/account/book.ts'
import { decideUsage, evolve } from '../src/core/account/decide.ts'
import type { CallRate, Catalog, Deck, MessageRate } from '../src/core/catalog/catalog.ts'
import { buildPrefixTable } from '../src/core/catalog/prefix-table.ts'
import { findRate } from '../src/core/rating/deck.ts'
import { contentOf } from '../src/core/usage/content.ts'
import type { CallEvent, UsageEvent } from '../src/core/usage/event.ts'
import { readUsageJson } from '../src/core/usage/read.ts'

const PREFIX_COUNT = 200_000
const CALL_COUNT = 200_000
const LOOKUP_COUNT = 2_000_000
const RUNS = 3
const STARTED_AT_MICROS = Date.UTC(2026, 1, 1) * 1000

export interface BenchFigure {
  readonly name: string
  readonly value: number
  readonly unit: string
}

export function benchRating(): BenchFigure[] {
  const random = pseudoRandom(1)
  const prefixes = [...distinctPrefixes(PREFIX_COUNT, random)]
  const buildStarted = performance.now()
  const deck = deckOf(prefixes)
  const buildMillis = performance.now() - buildStarted
  const numbers = Array.from({ length: CALL_COUNT }, () => {
    const prefix = prefixes[Math.floor(random() * prefixes.length)]!
    return (
      prefix +
      String(Math.floor(random() * 1e8))
        .padStart(8, '0')
        .slice(0, 14 - prefix.length)
    )
  })
  const calls = numbers.map((to, i) => callOf(i, to, random))
  const lines = calls.map(jsonOf)
  const catalog = catalogOf(deck)

  const lookupSeconds = median(() => {
    let found = 0
    for (let i = 0; i < LOOKUP_COUNT; i++) {
      if (findRate(deck, numbers[i % CALL_COUNT]!, STARTED_AT_MICROS) !== null) found++
    }
    if (found !== LOOKUP_COUNT) throw new Error('a number of the benchmark has no rate')
  })
  const byKind = eventsByKind(calls).map(([kind, events]) => {
    const seconds = median(() => {
      const book = bookOf(catalog)
      for (const event of events) decide(event, book)
    })
    return { name: `decide and record: ${kind}`, value: events.length / seconds, unit: 'events/s' }
  })
  const lineSeconds = median(() => {
    const book = bookOf(catalog)
    for (const line of lines) {
      const read = readUsageJson(line)
      if ('refusal' in read) throw new Error(read.refusal.detail)
      decide(read.event as CallEvent, book)
    }
  })
  return [
    { name: 'build the deck', value: buildMillis, unit: 'ms' },
    { name: 'look up a prefix', value: (lookupSeconds / LOOKUP_COUNT) * 1e9, unit: 'ns' },
    ...byKind,
    { name: 'calls, from a line of JSON', value: CALL_COUNT / lineSeconds, unit: 'events/s' },
  ]
}

function decide(event: UsageEvent, book: Book): void {
  const content = contentOf(event)
  evolve(book, event, content, decideUsage(event, content, book))
}

/** The calls as they are, and as many events of each other kind made from them; each correction follows its event. */
function eventsByKind(calls: readonly CallEvent[]): [kind: string, events: UsageEvent[]][] {
  const facts = calls.map(({ eventId, accountId, occurredAtMicros, userId, interactionId }) => {
    return { eventId, accountId, occurredAtMicros, userId, interactionId }
  })
  const others = facts.map((fact): UsageEvent => ({ type: 'other', ...fact, sku: 'lookup', quantity: 3 }))
  return [
    ['calls', [...calls]],
    ['covered calls', calls.map((call) => ({ ...call, to: '+4930123456', durationSeconds: 1 }))],
    [
      'toll-free',
      calls.map(({ to, durationSeconds }, i) => ({ type: 'toll_free', ...facts[i]!, from: null, to, durationSeconds })),
    ],
    [
      'messages',
      calls.map(({ to }, i) => ({
        type: 'message',
        ...facts[i]!,
        channel: 'sms',
        direction: 'outbound',
        from: null,
        to,
        fragments: 2,
      })),
    ],
    [
      'Conversation Intelligence',
      calls.map(({ durationSeconds }, i) => ({ type: 'conversation_intelligence', ...facts[i]!, durationSeconds })),
    ],
    [
      'Voice Agents',
      calls.map(({ durationSeconds }, i) => ({ type: 'voice_agent', ...facts[i]!, agentId: 'a', durationSeconds })),
    ],
    ['other', others],
    [
      'other, each corrected',
      others.slice(0, CALL_COUNT / 2).flatMap((event): UsageEvent[] => {
        const eventId = `k-${event.eventId}`
        return [event, { type: 'correction', ...facts[0]!, eventId, interactionId: eventId, corrects: event.eventId }]
      }),
    ],
  ]
}

function median(run: () => void): number {
  run()
  const seconds = Array.from({ length: RUNS }, () => {
    const started = performance.now()
    run()
    return (performance.now() - started) / 1000
  })
  return seconds.sort((a, b) => a - b)[Math.floor(RUNS / 2)]!
}

/** Prefixes of 2 to 9 digits; most are long, as in a deck that tells networks apart. */
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

function deckOf(prefixes: readonly string[]): Deck<CallRate> {
  const rows = prefixes.map(
    (prefix, i): CallRate => ({
      prefix,
      destination: `Destination ${prefix}`,
      pricePerMinuteMicros: BigInt(1_000 + (i % 500_000)),
      connectionFeeMicros: i % 5 === 0 ? 50_000n : 0n,
      increments: { firstSeconds: 60, nextSeconds: i % 2 === 0 ? 60 : 1 },
      effectiveFromMicros: Number.NEGATIVE_INFINITY,
      effectiveToMicros: Number.POSITIVE_INFINITY,
    }),
  )
  return { file: 'outbound.csv', rates: buildPrefixTable(rows) }
}

/** The package reaches numbers that start with +4, for callers of the same: both the counter and the deck have work. */
function catalogOf(outbound: Deck<CallRate>): Catalog {
  const minute = { pricePerMinuteMicros: 20_000n, increments: { firstSeconds: 60, nextSeconds: 60 } }
  const messageRates = outbound.rates.rows
    .flat()
    .map((row) => ({ ...row, pricePerUnitMicros: row.pricePerMinuteMicros }))
  const messages = { file: 'sms.csv', rates: buildPrefixTable<MessageRate>(messageRates) }
  const countries = new Set(['DE'])
  return {
    rounding: { scale: 4, mode: 'half_up' },
    emergencyNumbers: new Set(['112']),
    numbering: buildPrefixTable([{ prefix: '+4', country: 'DE', type: 'fixed' as const }]),
    regions: new Map([['EU', countries]]),
    packages: new Map([['eu', { id: 'eu', region: 'EU', countries, fairUseMinutesPerUser: 3000 }]]),
    tariffs: new Map([
      [
        'eur',
        {
          id: 'eur',
          currency: 'EUR',
          outbound,
          tollFree: outbound,
          messages: new Map([['sms', messages]]),
          conversationIntelligence: minute,
          voiceAgent: minute,
          other: new Map([['lookup', 4_000n]]),
        },
      ],
    ]),
  }
}

function bookOf(catalog: Catalog): Book {
  return {
    accounts: new Map([
      [
        'acme',
        {
          accountId: 'acme',
          currency: 'EUR',
          tariff: 'eur',
          packages: [{ id: 'eu', fromMicros: 0 }],
          billingCycleAnchor: '2026-01-31',
          fairUseMinutesPerUser: null,
          conversationIntelligence: 'credit',
          voiceAgent: 'credit',
          contacts: [],
        },
      ],
    ]),
    catalogs: [{ version: 1, inForceFromMicros: Number.NEGATIVE_INFINITY, catalog }],
    known: new Map(),
    awaited: new Map(),
    minutesUsed: new Map(),
  }
}

function callOf(index: number, to: string, random: () => number): CallEvent {
  const eventId = `call-${index}`
  return {
    type: 'call',
    eventId,
    accountId: 'acme',
    occurredAtMicros: STARTED_AT_MICROS + index * 1_000_000,
    userId: `user-${index % 500}`,
    interactionId: eventId,
    direction: 'outbound',
    leg: 'direct',
    from: '+4930123456',
    to,
    durationSeconds: 1 + Math.floor(random() * 600),
  }
}

function jsonOf(call: CallEvent): string {
  return JSON.stringify({
    type: call.type,
    event_id: call.eventId,
    account_id: call.accountId,
    occurred_at: new Date(call.occurredAtMicros / 1000).toISOString(),
    user_id: call.userId,
    direction: call.direction,
    from: call.from,
    to: call.to,
    duration_seconds: call.durationSeconds,
  })
}

/** The same numbers on every machine, so that figures can be compared. */
function pseudoRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
