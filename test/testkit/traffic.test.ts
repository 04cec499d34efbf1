import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkAccountsAgainstCatalog, parseAccountsFile } from '../../src/catalog/accounts-file.ts'
import { loadCatalog } from '../../src/catalog/load.ts'
import { createDecider, type Decider } from '../../src/core/batch/decider.ts'
import { newBook } from '../../src/core/book/book.ts'
import { formatInstant, MICROS_PER_DAY, parseInstant } from '../../src/core/instant.ts'
import { parseMoney } from '../../src/core/money.ts'
import { creditTaken, isRecorded } from '../../src/core/rating/decision.ts'
import { applySettings } from '../../src/core/settings/settings.ts'
import { contentOf } from '../../src/core/usage/content.ts'
import type { UsageType } from '../../src/core/usage/event.ts'
import { readUsageRecord } from '../../src/core/usage/read.ts'
import { CALLING_PLANS } from '../../testkit/numbers.ts'
import { OPENING_CREDIT } from '../../testkit/opening-credit.ts'
import type { UsageTopic } from '../../testkit/records.ts'
import type { UsageClass } from '../../testkit/tally.ts'
import { createTraffic, type TrafficItem } from '../../testkit/traffic.ts'

const SEED = 20_261
const ITEMS = 50_000
const startMicros = parseInstant('2026-11-23T09:30:00Z')!
const parsedAccounts = parseAccountsFile(readFileSync('demo/accounts.yaml'), 'accounts.yaml')
const accounts = (parsedAccounts.accounts ?? []).map((wanted) => applySettings(wanted))
const { catalog, faults } = loadCatalog('demo/catalog')

function run(seed: number, count: number, at = startMicros, kinds: 'calls' | 'all' = 'all') {
  const traffic = createTraffic({ seed, accounts, startMicros: at, kinds })
  const items: TrafficItem[] = []
  for (let i = 0; i < count; i++) items.push(traffic.next())
  return { items, produced: traffic.produced }
}

const { items, produced } = run(SEED, ITEMS)
const sound = items.flatMap((item) => (item.kind === 'event' && item.fault === null ? [item] : []))

const TYPES: Readonly<Record<UsageTopic, UsageType>> = {
  'usage.calls.v1': 'call',
  'usage.toll-free.v1': 'toll_free',
  'usage.messages.v1': 'message',
  'usage.conversation-intelligence.v1': 'conversation_intelligence',
  'usage.voice-agents.v1': 'voice_agent',
  'usage.other.v1': 'other',
  'usage.corrections.v1': 'correction',
}

/** What the core makes of an item, with everything decided before it known. */
function decideItem(item: TrafficItem & { kind: 'event' }, decider: Decider) {
  const read = readUsageRecord(item.event, TYPES[item.topic])
  if ('refusal' in read) return { outcome: 'rejected', reason: read.refusal.reason, takenMicros: 0n, leaves: false }
  const decided = decider.decide(read.event, contentOf(read.event))
  const { outcome, reason } = decided
  return { outcome, reason, takenMicros: creditTaken(decided), leaves: isRecorded(decided) }
}

describe('demo catalog and accounts', () => {
  it('load without errors or warnings', () => {
    expect(faults).toEqual([])
    expect(parsedAccounts.faults).toEqual([])
    expect(checkAccountsAgainstCatalog(accounts, catalog!, 'accounts.yaml')).toEqual([])
  })

  it('give every account an opening credit, and none to other accounts', () => {
    expect([...OPENING_CREDIT.keys()].sort()).toEqual(accounts.map((account) => account.accountId).sort())
    for (const amount of OPENING_CREDIT.values()) expect(parseMoney(amount)).toBeGreaterThanOrEqual(0n)
  })

  it('have a calling plan for every package', () => {
    expect([...CALLING_PLANS.keys()].sort()).toEqual([...catalog!.packages.keys()].sort())
  })
})

describe('demo traffic', () => {
  it('depends only on the seed', () => {
    expect(run(SEED, 5000).items).toEqual(items.slice(0, 5000))
    expect(run(SEED + 1, 100).items).not.toEqual(items.slice(0, 100))
  })

  it('keeps each share within its bounds', () => {
    const { byClass, byFault, byTopic } = produced
    const outboundDirect =
      byClass.in_package +
      byClass.no_package +
      byClass.outside_package +
      byClass.caller_region +
      byClass.caller_withheld +
      byClass.special +
      byClass.emergency
    const calls = byTopic['usage.calls.v1']
    const messages = byClass.message_sent + byClass.message_received
    const corrections = byTopic['usage.corrections.v1']
    const shares: readonly (readonly [string, number, number, number])[] = [
      ['duplicates', produced.duplicates / ITEMS, 0.008, 0.012],
      ['conflicts', produced.conflicts / ITEMS, 0.0005, 0.0016],
      ['junk', produced.junk / ITEMS, 0.002, 0.004],
      ['unratable', produced.unratable / ITEMS, 0.0015, 0.0035],
      ['calls', calls / ITEMS, 0.68, 0.72],
      ['toll-free', byTopic['usage.toll-free.v1'] / ITEMS, 0.053, 0.067],
      ['messages', byTopic['usage.messages.v1'] / ITEMS, 0.15, 0.17],
      ['conversation intelligence', byTopic['usage.conversation-intelligence.v1'] / ITEMS, 0.026, 0.034],
      ['voice agents', byTopic['usage.voice-agents.v1'] / ITEMS, 0.016, 0.024],
      ['other', byTopic['usage.other.v1'] / ITEMS, 0.016, 0.024],
      ['corrections', corrections / ITEMS, 0.008, 0.013],
      ['corrected twice', byFault.already_corrected / corrections, 0.01, 0.08],
      ['messages received', byClass.message_received / messages, 0.26, 0.34],
      ['unanswered', byClass.unanswered / (calls + byClass.toll_free), 0.07, 0.09],
      ['inbound', byClass.inbound / calls, 0.2, 0.26],
      ['forwarded', byClass.forwarded / calls, 0.02, 0.045],
      ['in package', byClass.in_package / outboundDirect, 0.6, 0.85],
      ['no package', byClass.no_package / outboundDirect, 0.03, 0.2],
      ['outside package', byClass.outside_package / outboundDirect, 0.05, 0.11],
      ['caller region', byClass.caller_region / outboundDirect, 0.02, 0.05],
      ['caller withheld', byClass.caller_withheld / outboundDirect, 0.01, 0.03],
      ['special', byClass.special / outboundDirect, 0.01, 0.02],
      ['emergency', byClass.emergency / outboundDirect, 0.001, 0.004],
    ]
    const outside = shares.filter(([, share, least, most]) => share < least || share > most)
    expect(outside).toEqual([])
    for (const count of Object.values(byFault)) expect(count).toBeGreaterThan(0)
  })

  it('counts every item once', () => {
    expect(produced.items).toBe(ITEMS)
    expect(produced.events + produced.duplicates + produced.deadLetters).toBe(ITEMS)
    expect(produced.conflicts + produced.junk + produced.unratable).toBe(produced.deadLetters)
    expect(Object.values(produced.byClass).reduce((sum, count) => sum + count)).toBe(produced.events)
    expect(sound.length).toBe(produced.events)
  })

  it('has exactly the fields of its topic’s schema', () => {
    const names = new Map(
      Object.keys(TYPES).map((topic) => {
        const schema = JSON.parse(readFileSync(`schemas/events/${topic}.avsc`, 'utf8'))
        return [topic, schema.fields.map((field: { name: string }) => field.name).sort()]
      }),
    )
    for (const item of items) {
      if (item.kind === 'event') expect(Object.keys(item.event).sort()).toEqual(names.get(item.topic))
    }
  })

  it('uses every event id once, and repeats only what it has sent on the same topic', () => {
    const bySent = new Map<string, TrafficItem & { kind: 'event' }>()
    for (const item of items) {
      if (item.kind === 'junk') continue
      const { topic, event, fault } = item
      const key = `${event.account_id} ${event.event_id}`
      const before = bySent.get(key)
      if (fault === 'duplicate' || fault === 'conflict') {
        expect(before?.topic).toBe(topic)
        const was = Object.entries(before!.event)
        const differing = was.filter(([name, value]) => (event as unknown as Record<string, unknown>)[name] !== value)
        expect(differing.length).toBe(fault === 'duplicate' ? 0 : 1)
      } else expect(before).toBeUndefined()
      if (fault === null) bySent.set(key, item)
    }
  })

  it('consists of calls when only they are requested', () => {
    const calls = run(SEED, 20_000, startMicros, 'calls')
    expect(calls.items.every(({ topic }) => topic === 'usage.calls.v1')).toBe(true)
    expect(calls.produced.byTopic['usage.calls.v1']).toBe(20_000)
    expect(calls.produced.byClass.correction).toBe(0)
  })

  it('has calls of realistic length', () => {
    const calls = sound.flatMap((item) => (item.topic === 'usage.calls.v1' ? [item.event] : []))
    const seconds = calls.map((event) => event.duration_seconds).filter((duration) => duration > 0)
    const sorted = seconds.toSorted((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length / 2)]).toBeGreaterThan(75)
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(105)
    expect(sorted.at(-1)).toBeGreaterThan(3600)
    expect(sorted.at(-1)).toBeLessThanOrEqual(7200)
  })

  it.each([
    '2026-11-23T00:00:00Z',
    '2026-11-23T09:30:00Z',
    '2026-11-23T16:00:00Z',
    '2026-11-23T16:00:01Z',
    '2026-11-23T18:59:59Z',
    '2026-11-23T23:59:59Z',
  ])('started at %s stays within office hours and a day of its start', (text) => {
    const at = parseInstant(text)!
    for (const item of run(SEED, 20_000, at).items) {
      if (item.kind === 'junk') continue
      const { occurred_at } = item.event
      if (occurred_at < at || occurred_at >= at + MICROS_PER_DAY || !Number.isSafeInteger(occurred_at)) {
        expect.unreachable(`${formatInstant(occurred_at)} for a start at ${text}`)
      }
      const hour = new Date(occurred_at / 1000).getUTCHours()
      if (hour < 7 || hour >= 19) expect.unreachable(`${formatInstant(occurred_at)} is outside office hours`)
    }
  })
})

describe('demo traffic rated with the demo catalog', () => {
  const decider = createDecider(newBook(catalog!, accounts))
  const awaited = new Set<string>()
  const spentMicros = new Map<string, bigint>()
  const reasons = new Map<string, number>()
  const wrong: object[] = []
  let [correctedFirst, correctedLater] = [0, 0]

  const EXPECTED: Readonly<Record<UsageClass, readonly string[]>> = {
    unanswered: ['not_answered'],
    inbound: ['inbound_standard'],
    forwarded: ['forwarded_leg'],
    in_package: ['in_package', 'fair_use_exceeded'],
    no_package: ['no_package'],
    outside_package: ['outside_package_countries'],
    caller_region: ['caller_region_mismatch'],
    caller_withheld: ['caller_region_mismatch'],
    special: ['special_number'],
    emergency: ['emergency'],
    toll_free: ['toll_free_inbound'],
    message_sent: ['message'],
    message_received: ['message', 'inbound_message'],
    conversation_intelligence: ['conversation_intelligence', 'billed_on_invoice', 'included_in_plan'],
    voice_agent: ['voice_agent', 'billed_on_invoice', 'included_in_plan'],
    no_usage: ['no_usage'],
    other: ['other_usage'],
    correction: ['correction', 'invoice_correction', 'awaiting_event'],
  }
  const REFUSALS: Readonly<Record<string, string>> = { duplicate: 'already_rated', conflict: 'content_differs' }

  // The class of each event is known only from the tally's growth, so the stream is made again item by item.
  const traffic = createTraffic({ seed: SEED, accounts, startMicros })
  for (let i = 0; i < ITEMS; i++) {
    const before = { ...traffic.produced.byClass }
    const item = traffic.next()
    if (item.kind === 'junk') continue
    const isAwaited = awaited.delete(`${item.event.account_id}\n${item.event.event_id}`)
    const decided = decideItem(item, decider)
    if (decided.outcome === 'pending' && 'corrects' in item.event) {
      awaited.add(`${item.event.account_id}\n${item.event.corrects}`)
    }
    if (item.fault !== null) {
      const expected = REFUSALS[item.fault] ?? item.fault
      if (decided.leaves || decided.reason !== expected) wrong.push({ item, decided })
      continue
    }
    const usageClass = Object.entries(traffic.produced.byClass).find(
      ([name, count]) => count > before[name as UsageClass],
    )![0] as UsageClass
    const expected = isAwaited ? ['corrected'] : EXPECTED[usageClass]
    if (!decided.leaves || !expected.includes(decided.reason)) wrong.push({ usageClass, item, decided })
    if (decided.outcome === 'voided') correctedFirst++
    if (decided.outcome === 'reversed') correctedLater++
    reasons.set(decided.reason, (reasons.get(decided.reason) ?? 0) + 1)
    const { account_id } = item.event
    spentMicros.set(account_id, (spentMicros.get(account_id) ?? 0n) + decided.takenMicros)
  }

  it('decides every event as its class says', () => {
    expect(wrong.slice(0, 3)).toEqual([])
  })

  it('corrects most events after they arrived and some before, including invoiced ones', () => {
    expect(correctedFirst).toBeGreaterThan(20)
    expect(correctedLater).toBeGreaterThan(3 * correctedFirst)
    expect(reasons.get('invoice_correction')).toBeGreaterThan(0)
  })

  it.each([
    ['corrections first', (topic: UsageTopic) => (topic === 'usage.corrections.v1' ? 0 : 1)],
    ['corrections last', (topic: UsageTopic) => (topic === 'usage.corrections.v1' ? 1 : 0)],
    ['topic after topic', (topic: UsageTopic) => Object.keys(TYPES).indexOf(topic)],
    ['topic after topic, from the last', (topic: UsageTopic) => -Object.keys(TYPES).indexOf(topic)],
  ])('comes to the same tally with %s', (_, rank) => {
    const inAnotherOrder = items.toSorted((a, b) => rank(a.topic) - rank(b.topic))
    const another = createDecider(newBook(catalog!, accounts))
    const tally = { events: 0, duplicates: 0, deadLetters: 0 }
    for (const item of inAnotherOrder) {
      const decided = item.kind === 'junk' ? null : decideItem(item, another)
      if (decided?.leaves) tally.events++
      else if (decided?.outcome === 'duplicate') tally.duplicates++
      else tally.deadLetters++
    }
    const { events, duplicates, deadLetters } = produced
    expect(tally).toEqual({ events, duplicates, deadLetters })
  })

  it('reaches fair-use limits', () => {
    expect(reasons.get('fair_use_exceeded')).toBeGreaterThan(100)
  })

  it('exhausts small credits and leaves the others with plenty', () => {
    for (const [id, credit] of OPENING_CREDIT) {
      const creditMicros = parseMoney(credit)!
      const isSmall = creditMicros <= 5_000_000n
      expect({ id, isExhausted: (spentMicros.get(id) ?? 0n) > creditMicros }).toEqual({ id, isExhausted: isSmall })
    }
  })
})
