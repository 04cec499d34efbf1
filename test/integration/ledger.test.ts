/**
 * The transaction against a model: random histories with duplicates, conflicts, and corrections before and after their event,
 * cut into batches at random, with some batches delivered twice, must leave in Postgres the same state as the pure core in
 * memory, event by event.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountState, type Movement, post } from '../../src/core/account/state.ts'
import { creditTaken, isRecorded, type Outcome } from '../../src/core/rating/decision.ts'
import type { FairUseCounter } from '../../src/core/rating/fair-use.ts'
import type { UsageEvent } from '../../src/core/usage/event.ts'
import { readUsage } from '../../src/core/usage/read.ts'
import { createLedger, type Ledger } from '../../src/ledger/batch/record-batch.ts'
import { type HashedUsage, withContentHash } from '../../src/ledger/batch/usage-batch.ts'
import { upsertCounters } from '../../src/ledger/batch/write-counters.ts'
import { publishCatalog } from '../../src/ledger/catalogs/publish-catalog.ts'
import { lockAccounts } from '../../src/ledger/changes/lock-accounts.ts'
import { SettingsCache } from '../../src/ledger/changes/read-settings.ts'
import { updateAccounts } from '../../src/ledger/changes/write-accounts.ts'
import { inTransaction, type Pool } from '../../src/platform/postgres.ts'
import {
  CATALOG_FILES,
  callFields,
  correctionFields,
  type Fields,
  take,
  testAccount,
  testBook,
  testCatalog,
  usageFields,
} from '../support/catalog.ts'
import { adjust, apply, openTestLedger, publishAll, type TestLedger } from '../support/ledger.ts'
import type { GrowingBook } from '../support/next-book.ts'

const OPENING_MICROS = 5_000_000n
const LIMIT_MINUTES = 7

let testLedger: TestLedger
let pool: Pool
let ledger: Ledger

beforeAll(async () => {
  testLedger = await openTestLedger()
  ;({ pool, ledger } = testLedger)
})

afterAll(async () => {
  await testLedger?.close()
})

const eventId = fc.integer({ min: 1, max: 30 }).map((n) => `e${n}`)
const call = fc
  .record({
    event_id: eventId,
    user_id: fc.constantFrom('ann', 'bob'),
    occurred_at: fc.constantFrom('2026-02-10T00:00:00Z', '2026-02-20T00:00:00Z', '2026-03-20T12:00:00+01:00'),
    to: fc.constantFrom('+431234567', '+49301234', '+49900123', '+12125550100', '112', '+99912'),
    duration_seconds: fc.integer({ min: 0, max: 400 }),
  })
  .map(callFields)
const agent = fc
  .record({ event_id: eventId, duration_seconds: fc.integer({ min: 0, max: 400 }) })
  .map((fields) => usageFields({ type: 'voice_agent', agent_id: 'a', ...fields }))
const message = fc
  .record({ event_id: eventId, fragments: fc.integer({ min: 1, max: 9 }) })
  .map((fields) => usageFields({ type: 'message', channel: 'sms', direction: 'outbound', to: '+43123456', ...fields }))
const correction = fc.tuple(eventId, eventId).map(([id, corrects]) => correctionFields(id, corrects))
const history = fc.record({
  events: fc.array(fc.oneof({ weight: 4, arbitrary: call }, agent, message, { weight: 3, arbitrary: correction }), {
    minLength: 1,
    maxLength: 60,
  }),
  cuts: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 60 }),
  again: fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
})

describe('a batch recorded in Postgres', () => {
  it('leaves the same state as the core in memory, for any history cut in any way', async () => {
    let run = 0
    await fc.assert(
      fc.asyncProperty(history, async ({ events, cuts, again }) => {
        const accountId = `acme-${++run}`
        const account = testAccount({ accountId, fairUseMinutesPerUser: LIMIT_MINUTES })
        await apply(testLedger, [account])
        await adjust(testLedger, accountId, OPENING_MICROS)
        const own = events.map((fields) => ({ ...fields, account_id: accountId }))
        await deliver(own, cuts, again)
        expect(await inPostgres(accountId)).toEqual(inMemory(own, testBook([account])))
      }),
      { numRuns: 60 },
    )
  })

  it('is refused as a whole if a statement fails, and the connection stays usable', async () => {
    const account = testAccount({ accountId: 'overdrawn' })
    await apply(testLedger, [account])
    const lowest = -(2n ** 63n) + 1n
    await adjust(testLedger, 'overdrawn', lowest)
    const charged = readEvent(callFields({ account_id: 'overdrawn', event_id: 'too-much', to: '+49900123' }))
    await expect(record([charged])).rejects.toMatchObject({ faultCode: 'value_out_of_range' })
    // No event that was read is like this; it makes a statement fail.
    const read = readEvent(callFields({ account_id: 'overdrawn', event_id: 'nul', duration_seconds: 0 }))
    const nul = { ...read, userId: 'a\0b' }
    await expect(record([nul])).rejects.toMatchObject({ code: '22021' })
    // With a dead letter in the same batch too: the reported failure must be the one that says what to do.
    const ofUnknownAccount = readEvent(callFields({ account_id: 'nobody', event_id: 'nobodys' }))
    await expect(record([charged, ofUnknownAccount])).rejects.toMatchObject({ faultCode: 'value_out_of_range' })
    await expect(record([nul, ofUnknownAccount])).rejects.toMatchObject({ code: '22021' })
    const covered = readEvent(callFields({ account_id: 'overdrawn', event_id: 'free', duration_seconds: 0 }))
    await record([covered])
    expect((await inPostgres('overdrawn')).usage.map(({ eventId }) => eventId)).toEqual(['free'])
  })

  it('is rated by the catalog in force when the usage occurred, without a new ledger', async () => {
    const account = testAccount({ accountId: 'priced' })
    await apply(testLedger, [account])
    const sms = (event_id: string, occurred_at: string) =>
      readEvent(
        usageFields({
          type: 'message',
          channel: 'sms',
          direction: 'outbound',
          to: '+43123456',
          fragments: 1,
          event_id,
          occurred_at,
          account_id: 'priced',
        }),
      )
    await record([sms('before', '2026-02-20T10:00:00Z')])
    const files = { ...CATALOG_FILES, 'sms.csv': CATALOG_FILES['sms.csv']!.replace('0.07', '0.09') }
    const published = await publishCatalog(pool, {
      catalog: testCatalog({ 'sms.csv': files['sms.csv'] }),
      files: new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])),
      contentHash: 'dearer',
      author: 'test',
      comment: '',
      inForceFrom: '2026-03-01T00:00:00Z',
    })
    await record([sms('after', '2026-03-01T00:00:00Z'), sms('late', '2026-02-28T23:59:59.999999Z')])
    const { rows } = await pool.query(
      `select event_id, amount_micros, catalog_version from tollgate.rated_usage
        where account_id = 'priced' order by event_id`,
    )
    const version = 'version' in published ? published.version : null
    expect(rows).toEqual([
      { event_id: 'after', amount_micros: 90_000n, catalog_version: version },
      { event_id: 'before', amount_micros: 70_000n, catalog_version: 1 },
      { event_id: 'late', amount_micros: 70_000n, catalog_version: 1 },
    ])
  })

  it('takes an event for a duplicate if an older release hashed its content in another form', async () => {
    await apply(testLedger, [testAccount({ accountId: 'upgraded' })])
    const sent = (duration_seconds: number) =>
      readEvent(callFields({ account_id: 'upgraded', event_id: 'old', duration_seconds }))
    await record([sent(60)])
    expect(await record([sent(61)])).toEqual(new Map([['conflict', 1]]))
    await pool.query(`update tollgate.usage_identity set content_version = 0 where account_id = 'upgraded'`)
    expect(await record([sent(61)])).toEqual(new Map([['duplicate', 1]]))
  })

  it('fails as an invariant that is broken if a listed catalog version never loads', async () => {
    await apply(testLedger, [testAccount({ accountId: 'unpriced' })])
    const withoutFiles: Pool = Object.assign(Object.create(pool), { query: async () => ({ rows: [] }) })
    const lacking = createLedger({ pool: withoutFiles, publishing: publishAll, consumerGroup: 'test' })
    const usage = [asUsage(readEvent(callFields({ account_id: 'unpriced', event_id: 'unpriced' })))]
    await expect(lacking.recordBatch({ usage, refusedMessages: [], offsets: [] })).rejects.toMatchObject({
      faultCode: 'invariant_broken',
      message: expect.stringContaining('do not load'),
    })
    expect((await inPostgres('unpriced')).usage).toEqual([])
  })

  it('locks accounts in one order, so that batches over the same accounts never deadlock', async () => {
    const accounts = Array.from({ length: 20 }, (_, i) => testAccount({ accountId: `busy-${i}` }))
    await apply(testLedger, accounts)
    const batches = Array.from({ length: 16 }, (_, batch) =>
      accounts.map(({ accountId }) =>
        readEvent(callFields({ account_id: accountId, event_id: `b${batch}`, to: '+12125550100' })),
      ),
    )
    await Promise.all(batches.map((batch, i) => record(i % 2 === 0 ? batch : batch.toReversed())))
    for (const { accountId } of accounts) {
      const { balanceMicros, usage, sequences } = await inPostgres(accountId)
      expect(usage).toHaveLength(16)
      expect(sequences).toEqual(Array.from({ length: 16 }, (_, i) => BigInt(i + 1)))
      expect(balanceMicros).toBe(-usage.reduce((sum, { amountMicros }) => sum + amountMicros, 0n))
    }
  })
})

describe('cached settings', () => {
  it('that were found stay found although another batch clears the cache while the rest is read', async () => {
    const asked = ['cached', 'not-cached'].map((accountId) => ({ accountId, version: 1 }))
    await apply(
      testLedger,
      asked.map(({ accountId }) => testAccount({ accountId })),
    )
    const cache = new SettingsCache()
    const connection = await pool.connect()
    try {
      await cache.get(connection, asked.slice(0, 1))
      const reading = cache.get(connection, asked)
      cache.clear()
      expect([...(await reading).keys()]).toEqual(['cached', 'not-cached'])
      await expect(cache.get(connection, [{ accountId: 'cached', version: 2 }])).rejects.toMatchObject({
        faultCode: 'invariant_broken',
        message: 'account cached lacks settings version 2',
      })
    } finally {
      connection.release()
    }
  })
})

let nextOffset = 0n

/** Returns the counts by outcome. */
async function record(events: readonly UsageEvent[]): Promise<ReadonlyMap<Outcome, number>> {
  const { countByOutcome } = await ledger.recordBatch({ usage: events.map(asUsage), refusedMessages: [], offsets: [] })
  return countByOutcome
}

function asUsage(event: UsageEvent): HashedUsage {
  return withContentHash(event, {
    topic: 'test',
    partition: 0,
    offset: nextOffset++,
    key: null,
    value: null,
    headers: [],
  })
}

describe('a write is a bug', () => {
  it.each<[string, Partial<AccountState>]>([
    ['if its movements start at another sequence than the stored one', { lastSequence: 1n }],
    ['if its movements start at another balance than the stored one', { balanceMicros: 1n }],
  ])('%s', async (_what, changed) => {
    const accountId = `guarded-${Object.keys(changed)[0]}`
    await apply(testLedger, [testAccount({ accountId })])
    const writing = inTransaction(pool, async (connection) => {
      const stored = (await lockAccounts(connection, [accountId])).get(accountId)!
      const { account, posting } = post({ ...stored, ...changed }, 5n)
      const movement: Movement = { posting, origin: { kind: 'usage', eventId: 'e' }, occurredAtMicros: 0 }
      await updateAccounts(connection, [account], [movement])
    })
    await expect(writing).rejects.toMatchObject({ faultCode: 'invariant_broken' })
  })

  it('if a counter does not follow on its stored version', async () => {
    await apply(testLedger, [testAccount({ accountId: 'counted' })])
    const counter = { accountId: 'counted', userId: 'ann', anchor: '2026-01-15', cycleStart: '2026-02-15' }
    const store = (version: bigint) =>
      inTransaction(pool, (connection) => upsertCounters(connection, [{ counter, minutes: 3, version }]))
    await store(1n)
    await store(2n)
    await expect(store(2n)).rejects.toMatchObject({ faultCode: 'invariant_broken' })
    await expect(store(4n)).rejects.toMatchObject({ faultCode: 'invariant_broken' })
  })
})

async function deliver(events: readonly Fields[], cuts: readonly number[], again: readonly boolean[]): Promise<void> {
  for (let at = 0, batch = 0; at < events.length; batch++) {
    const size = cuts[batch % cuts.length]!
    const part = events.slice(at, at + size).flatMap((fields) => {
      const read = readUsage(fields)
      return 'event' in read ? [read.event] : []
    })
    await record(part)
    if (again[batch % again.length]) await record(part.filter(isSafeToRepeat))
    at += size
  }
}

/**
 * A refused correction leaves no identity, so when repeated later it may be decided differently. That is the rule, not a fault,
 * so the model does not repeat it, nor an event whose correction is in the same batch.
 */
function isSafeToRepeat(event: UsageEvent): boolean {
  return event.type !== 'correction' && !('to' in event && event.to === '+99912')
}

interface Left {
  readonly balanceMicros: bigint
  readonly usage: {
    eventId: string
    verdict: string
    amountMicros: bigint
    minutes: number
    correctedBy: string | null
  }[]
  readonly minutes: Record<string, number>
  readonly awaited: Record<string, string>
}

function inMemory(events: readonly Fields[], book: GrowingBook): Left & { sequences?: bigint[] } {
  let balanceMicros = OPENING_MICROS
  let sequence = 1n
  const usage: Left['usage'] = []
  const counters = new Map<string, FairUseCounter>()
  for (const fields of events) {
    const decided = take(book, fields)
    if (!isRecorded(decided)) continue
    if (decided.fairUse !== null) counters.set(decided.fairUse.key, decided.fairUse.counter)
    const taken = creditTaken(decided)
    balanceMicros -= taken
    if (taken !== 0n) sequence += 1n
    usage.push({
      eventId: String(fields['event_id']),
      verdict: `${decided.outcome} / ${decided.reason}`,
      amountMicros: decided.amountMicros,
      minutes: decided.coveredMinutes,
      correctedBy: null,
    })
  }
  for (const row of usage) {
    row.correctedBy = [...book.known].find(([key]) => key.endsWith(`\n${row.eventId}`))![1].correctedBy
  }
  return {
    balanceMicros,
    usage: usage.toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1)),
    minutes: Object.fromEntries(
      [...book.minutesUsed].map(([key, minutes]) => {
        const { userId, anchor, cycleStart } = counters.get(key)!
        return [`${userId}/${anchor}/${cycleStart}`, minutes]
      }),
    ),
    awaited: Object.fromEntries([...book.awaited].map(([key, by]) => [key.split('\n')[1]!, by])),
    sequences: Array.from({ length: Number(sequence) }, (_, i) => BigInt(i + 1)),
  }
}

async function inPostgres(accountId: string): Promise<Left & { sequences: bigint[] }> {
  const rowsOf = async (text: string) => (await pool.query(text, [accountId])).rows
  const [account] = await rowsOf('select balance_micros from tollgate.accounts where account_id = $1')
  const usage = await rowsOf(`
    select r.*, i.corrected_by from tollgate.rated_usage r join tollgate.usage_identity i using (account_id, event_id)
     where account_id = $1 order by event_id collate "C"`)
  const movements = await rowsOf('select sequence from tollgate.movements where account_id = $1 order by sequence')
  const counters = await rowsOf('select * from tollgate.fair_use_counters where account_id = $1')
  const awaited = await rowsOf('select * from tollgate.awaited_corrections where account_id = $1')
  return {
    balanceMicros: account.balance_micros,
    usage: usage.map((row) => ({
      eventId: row.event_id,
      verdict: `${row.outcome} / ${row.reason}`,
      amountMicros: row.amount_micros,
      minutes: row.covered_minutes,
      correctedBy: row.corrected_by,
    })),
    minutes: Object.fromEntries(
      counters.map((row) => [`${row.user_id}/${row.cycle_anchor}/${row.cycle_start}`, row.minutes]),
    ),
    awaited: Object.fromEntries(awaited.map((row) => [row.event_id, row.correction_id])),
    sequences: movements.map((row) => row.sequence),
  }
}

function readEvent(fields: Fields): UsageEvent {
  const read = readUsage(fields)
  if ('refusal' in read) throw new Error(read.refusal.detail)
  return read.event
}
