import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CALLING_PLANS } from '../../demo/numbers.ts'
import { OPENING_CREDIT } from '../../demo/opening-credit.ts'
import { type CallClass, createTraffic, type TrafficItem } from '../../demo/traffic.ts'
import { checkAccountsAgainstCatalog, parseAccountsFile } from '../../src/catalog/accounts-file.ts'
import { loadCatalog } from '../../src/catalog/load.ts'
import { formatInstant, MICROS_PER_DAY, parseInstant } from '../../src/core/instant.ts'
import { parseMoney } from '../../src/core/money.ts'
import { rate } from '../../src/core/rating/rate.ts'
import type { CallEvent } from '../../src/core/usage/event.ts'
import { numberFacts } from '../../src/core/usage/number.ts'
import { readUsage } from '../../src/core/usage/read.ts'

const SEED = 20_261
const ITEMS = 50_000
const startMicros = parseInstant('2026-11-23T09:30:00Z')!
const parsedAccounts = parseAccountsFile(readFileSync('demo/accounts.yaml'), 'accounts.yaml')
const accounts = parsedAccounts.accounts ?? []
const { catalog, faults } = loadCatalog('demo/catalog')

function run(seed: number, count: number, at = startMicros) {
  const traffic = createTraffic({ seed, accounts, startMicros: at })
  const items: TrafficItem[] = []
  for (let i = 0; i < count; i++) items.push(traffic.next())
  return { items, produced: traffic.produced }
}

const { items, produced } = run(SEED, ITEMS)
const sound = items.flatMap((item) => (item.kind === 'event' && item.fault === null ? [item.event] : []))

function readCall(record: object): CallEvent {
  const { occurred_at, ...fields } = record as { occurred_at: number }
  const result = readUsage({ ...fields, occurred_at: formatInstant(occurred_at) }, 'call')
  if ('refusal' in result) throw new Error(JSON.stringify({ record, ...result }))
  return result.event as CallEvent
}

describe('demo catalog and accounts', () => {
  it('load without an error, and warn of nothing but premium prices', () => {
    expect(faults.filter((fault) => fault.severity === 'error')).toEqual([])
    const unexpected = faults.filter(({ reason }) => {
      const prefix = /^prefix (\+\d+) at .* is more than 10 times/.exec(reason)?.[1]
      return prefix === undefined || numberFacts(catalog!, prefix).type !== 'premium'
    })
    expect(unexpected).toEqual([])
    expect(parsedAccounts.faults).toEqual([])
    expect(checkAccountsAgainstCatalog(accounts, catalog!, 'accounts.yaml')).toEqual([])
  })

  it('give every account an opening credit, and none to anybody else', () => {
    expect([...OPENING_CREDIT.keys()].sort()).toEqual(accounts.map((account) => account.accountId).sort())
    for (const amount of OPENING_CREDIT.values()) expect(parseMoney(amount)).toBeGreaterThanOrEqual(0n)
  })

  it('have a calling plan for every package', () => {
    expect([...CALLING_PLANS.keys()].sort()).toEqual([...catalog!.packages.keys()].sort())
  })
})

describe('demo traffic', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(run(SEED, 5000).items).toEqual(items.slice(0, 5000))
    expect(run(SEED + 1, 100).items).not.toEqual(items.slice(0, 100))
  })

  it('keeps each share within its bounds', () => {
    const { byClass, byFault } = produced
    const outboundDirect = produced.events - byClass.inbound - byClass.forwarded - byClass.unanswered
    const shares: readonly (readonly [string, number, number, number])[] = [
      ['duplicates', produced.duplicates / ITEMS, 0.008, 0.012],
      ['conflicts', produced.conflicts / ITEMS, 0.0005, 0.0016],
      ['junk', produced.junk / ITEMS, 0.002, 0.004],
      ['unratable', produced.unratable / ITEMS, 0.0012, 0.0028],
      ['unanswered', byClass.unanswered / produced.events, 0.07, 0.09],
      ['inbound', byClass.inbound / produced.events, 0.2, 0.26],
      ['forwarded', byClass.forwarded / produced.events, 0.02, 0.045],
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

  it('tallies every item once', () => {
    expect(produced.items).toBe(ITEMS)
    expect(produced.events + produced.duplicates + produced.deadLetters).toBe(ITEMS)
    expect(produced.conflicts + produced.junk + produced.unratable).toBe(produced.deadLetters)
    expect(Object.values(produced.byClass).reduce((sum, count) => sum + count)).toBe(produced.events)
    expect(sound.length).toBe(produced.events)
  })

  it('has exactly the fields of the schema', () => {
    const schema = JSON.parse(readFileSync('schemas/events/usage.calls.v1.avsc', 'utf8'))
    const names = schema.fields.map((field: { name: string }) => field.name).sort()
    for (const item of items) {
      if (item.kind === 'event') expect(Object.keys(item.event).sort()).toEqual(names)
    }
  })

  it('names every event once, and repeats only what it has sent', () => {
    const bySent = new Map<string, object>()
    for (const item of items) {
      if (item.kind === 'junk') continue
      const { event, fault } = item
      const key = `${event.account_id} ${event.event_id}`
      const before = bySent.get(key)
      if (fault === 'duplicate') expect(event).toEqual(before)
      else if (fault === 'conflict') expect(event).toEqual({ ...before, duration_seconds: expect.any(Number) })
      else expect(before).toBeUndefined()
      if (fault === 'conflict') expect(event).not.toEqual(before)
      if (fault === null) bySent.set(key, event)
    }
  })

  it('has calls of believable length', () => {
    const seconds = sound.map((event) => event.duration_seconds).filter((duration) => duration > 0)
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
  const settingsById = new Map(accounts.map((account) => [account.accountId, account]))
  const used = new Map<string, number>()
  const spentMicros = new Map<string, bigint>()
  const reasons = new Map<string, number>()
  const wrong: object[] = []

  const EXPECTED: Readonly<Record<CallClass, readonly string[]>> = {
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
  }

  // The class of each event is known only from the tally's growth, so the stream is made again item by item.
  const traffic = createTraffic({ seed: SEED, accounts, startMicros })
  for (let i = 0; i < ITEMS; i++) {
    const before = { ...traffic.produced.byClass }
    const item = traffic.next()
    if (item.kind === 'junk') continue
    if (item.fault === 'no_rate' || item.fault === null) {
      const event = readCall(item.event)
      const settings = settingsById.get(event.accountId)!
      const tariff = catalog!.tariffs.get(settings.tariff)!
      const decision = rate(event, { catalog: catalog!, tariff, settings, minutesUsed: (key) => used.get(key) ?? 0 })
      if (item.fault === 'no_rate') {
        if (decision.reason !== 'no_rate') wrong.push({ event, decision })
        continue
      }
      const callClass = Object.entries(traffic.produced.byClass).find(
        ([name, count]) => count > before[name as CallClass],
      )![0] as CallClass
      if (!EXPECTED[callClass].includes(decision.reason)) wrong.push({ callClass, event, decision })
      reasons.set(decision.reason, (reasons.get(decision.reason) ?? 0) + 1)
      if (decision.fairUse !== null) {
        const key = decision.fairUse.counter
        used.set(key, (used.get(key) ?? 0) + decision.coveredMinutes)
      }
      spentMicros.set(event.accountId, (spentMicros.get(event.accountId) ?? 0n) + decision.amountMicros)
    }
  }

  it('decides every event as its class foresees', () => {
    expect(wrong.slice(0, 3)).toEqual([])
  })

  it('reaches fair-use limits', () => {
    expect(reasons.get('fair_use_exceeded')).toBeGreaterThan(100)
  })

  it('exhausts the small credits and leaves the others comfortable', () => {
    for (const [id, credit] of OPENING_CREDIT) {
      const creditMicros = parseMoney(credit)!
      const isSmall = creditMicros <= 5_000_000n
      expect({ id, isExhausted: (spentMicros.get(id) ?? 0n) > creditMicros }).toEqual({ id, isExhausted: isSmall })
    }
  })
})
