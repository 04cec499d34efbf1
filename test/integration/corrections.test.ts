/**
 * Corrections that wait for their event: they expire into the dead letters after a while, are replayed, listed, and monitored.
 */

import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readUsage } from '../../src/core/usage/read.ts'
import type { Ledger } from '../../src/ledger/batch/record-batch.ts'
import { withContentHash } from '../../src/ledger/batch/usage-batch.ts'
import {
  type CorrectionMetrics,
  correctionMetrics,
  createExpiry,
  expireAwaitedCorrections,
} from '../../src/ledger/corrections/expire-awaited-corrections.ts'
import { countAwaitedCorrections } from '../../src/ledger/corrections/list-awaited-corrections.ts'
import type { Logger } from '../../src/platform/log.ts'
import { Registry } from '../../src/platform/metrics.ts'
import type { Pool } from '../../src/platform/postgres.ts'
import { correctionFields, type Fields, testAccount, usageFields } from '../support/catalog.ts'
import { apply, openTestLedger, type TestLedger } from '../support/ledger.ts'
import { readPack } from '../support/packed.ts'
import { type Ended, runTollgate } from '../support/tollgate.ts'

const DAYS = 90
const OVERDUE = { days: DAYS, asOf: 'now' }

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

/** 0.07 EUR each. */
const sms = (accountId: string, eventId: string): Fields =>
  usageFields({
    type: 'message',
    channel: 'sms',
    direction: 'outbound',
    to: '+43123456',
    fragments: 1,
    event_id: eventId,
    account_id: accountId,
  })
const correction = (accountId: string, eventId: string, corrects: string): Fields =>
  correctionFields(eventId, corrects, { account_id: accountId })

async function openAccounts(...accountIds: string[]): Promise<void> {
  const applied = await apply(
    testLedger,
    accountIds.map((accountId) => testAccount({ accountId })),
  )
  expect(applied).toHaveProperty('applied')
}

/** A repeated name, a value that is not text, and a null value. */
const HEADERS = [
  { name: 'traceparent', value: Buffer.from('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01') },
  { name: 'hop', value: Buffer.from('one') },
  { name: 'hop', value: Buffer.from([0xff, 0x00]) },
  { name: 'empty', value: null },
]

let nextOffset = 0n

async function record(...events: readonly Fields[]): Promise<Record<string, number>> {
  const usage = events.map((fields) => {
    const read = readUsage(fields)
    if ('refusal' in read) throw new Error(read.refusal.detail)
    const key = Buffer.from(String(fields.account_id))
    const message = { key, value: Buffer.from(JSON.stringify(fields)), headers: HEADERS }
    return withContentHash(read.event, { topic: 'test', partition: 0, offset: nextOffset++, ...message })
  })
  const { countByOutcome } = await ledger.recordBatch({ usage, refusedMessages: [], offsets: [] })
  return Object.fromEntries(countByOutcome)
}

/** Backdates the waiting corrections of an account by some days. */
async function backdate(accountId: string, days: number): Promise<void> {
  await pool.query(
    `update tollgate.awaited_corrections set recorded_at = recorded_at - make_interval(days => $2::integer)
      where account_id = $1 and expired_at is null`,
    [accountId, days],
  )
}

async function awaited(accountId: string): Promise<string[]> {
  const { rows } = await pool.query(
    `select correction_id || ' for ' || event_id || case when expired_at is null then '' else ', expired' end as text
       from tollgate.awaited_corrections where account_id = $1 order by event_id`,
    [accountId],
  )
  return rows.map(({ text }) => text)
}

async function decided(accountId: string): Promise<string[]> {
  const { rows } = await pool.query(
    `select event_id || ': ' || outcome || ' / ' || reason as text
       from tollgate.rated_usage where account_id = $1 order by recorded_at, event_id`,
    [accountId],
  )
  return rows.map(({ text }) => text)
}

interface LetterRow {
  readonly offset: bigint
  readonly reason: string
  readonly detail: string
  readonly event_id: string
  readonly key: Buffer
  readonly original: Buffer
  readonly headers: unknown
}

async function deadLetters(accountId: string): Promise<LetterRow[]> {
  const { rows } = await pool.query<LetterRow>(
    `select "offset", reason, detail, event_id, key, original, headers
       from tollgate.dead_letters where account_id = $1 order by "offset"`,
    [accountId],
  )
  return rows
}

/** The dead letters of an account in the outbox, which is not emptied here. */
async function announced(accountId: string): Promise<{ key: string; value: Record<string, unknown> }[]> {
  const { rows } = await pool.query<{ messages: Buffer }>(
    `select messages from tollgate.outbox_packs where lane = 'record' order by pack_id`,
  )
  const packed = (await Promise.all(rows.map(({ messages }) => readPack(messages)))).flat()
  return packed
    .filter(({ topic }) => topic === 'usage.dead-letter.v1')
    .map(({ key, value }) => ({ key: String(key), value: JSON.parse(String(value)) }))
    .filter(({ value }) => value.account_id === accountId)
}

async function identities(accountId: string): Promise<string[]> {
  const { rows } = await pool.query(
    'select event_id from tollgate.usage_identity where account_id = $1 order by event_id',
    [accountId],
  )
  return rows.map(({ event_id }) => event_id)
}

async function balanceMicros(accountId: string): Promise<bigint> {
  const { rows } = await pool.query('select balance_micros from tollgate.accounts where account_id = $1', [accountId])
  return rows[0].balance_micros
}

/** Runs the job as often as it needs to expire what is overdue, and once more. All usage is recorded. */
async function runExpiry(log: Logger, metrics: CorrectionMetrics): Promise<void> {
  const run = createExpiry({
    writer: testLedger,
    days: DAYS,
    readArrived: async () => ({ at: 'now', ranges: [] }),
    findUnrecorded: async () => null,
    log,
    metrics,
  })
  for (let runs = 0; runs < 3; runs++) await run()
}

async function expire(accountId: string): Promise<void> {
  await backdate(accountId, DAYS + 1)
  expect(await expireAwaitedCorrections(testLedger, OVERDUE)).toBe(1)
}

/** Passes the bytes of an account's newest dead letter to the ledger, at a new position. */
async function replay(accountId: string): Promise<Record<string, number>> {
  const letter = (await deadLetters(accountId)).at(-1)!
  return record(JSON.parse(String(letter.original)))
}

describe('a waiting correction', () => {
  it('expires once it has waited longer than allowed, and not before', async () => {
    await openAccounts('patient', 'late')
    await record(correction('patient', 'c1', 'e1'), correction('late', 'c1', 'e1'))
    await backdate('patient', DAYS - 1)
    await backdate('late', DAYS + 1)
    const named: unknown[] = []
    expect(await expireAwaitedCorrections(testLedger, OVERDUE, (expired) => named.push(...expired))).toBe(1)
    expect(named).toMatchObject([{ accountId: 'late', eventId: 'e1', correctionId: 'c1' }])
    expect(await expireAwaitedCorrections(testLedger, OVERDUE)).toBe(0)
    expect(await awaited('patient')).toEqual(['c1 for e1'])
    expect(await awaited('late')).toEqual(['c1 for e1, expired'])
  })

  it('voids its event while it waits, and no longer once expired', async () => {
    await openAccounts('in-time', 'too-late')
    await record(correction('in-time', 'c1', 'e1'), correction('too-late', 'c1', 'e1'))
    await backdate('too-late', DAYS + 1)
    await expireAwaitedCorrections(testLedger, OVERDUE)
    expect(await record(sms('in-time', 'e1'), sms('too-late', 'e1'))).toEqual({ voided: 1, charged: 1 })
    expect(await awaited('in-time')).toEqual([])
    expect(await awaited('too-late')).toEqual(['c1 for e1, expired'])
    // Another one corrects the event, now that it is there, so the expired one is too late.
    expect(await record(correction('too-late', 'c2', 'e1'))).toEqual({ reversed: 1 })
    expect(await record(correction('too-late', 'c1', 'e1'))).toEqual({ rejected: 1 })
    expect(await decided('too-late')).toEqual([
      'c1: pending / awaiting_event',
      'e1: charged / message',
      'c2: reversed / correction',
    ])
  })

  it('makes room for a new correction of the same event once expired, and not before', async () => {
    await openAccounts('renewed')
    await record(correction('renewed', 'c1', 'e1'))
    expect(await record(correction('renewed', 'c2', 'e1'))).toEqual({ rejected: 1 })
    await backdate('renewed', DAYS + 1)
    await expireAwaitedCorrections(testLedger, OVERDUE)
    expect(await record(correction('renewed', 'c3', 'e1'))).toEqual({ pending: 1 })
    expect(await awaited('renewed')).toEqual(['c3 for e1'])
    expect(await expireAwaitedCorrections(testLedger, OVERDUE)).toBe(0)
    expect(await record(sms('renewed', 'e1'))).toEqual({ voided: 1 })
    expect(await awaited('renewed')).toEqual([])
  })

  it('expires once, for any page size and any number of processes', async () => {
    const accountIds = Array.from({ length: 7 }, (_, i) => `paged-${i}`)
    await openAccounts(...accountIds)
    for (const accountId of accountIds) {
      await record(...['e1', 'e2', 'e3'].map((eventId) => correction(accountId, `c-${eventId}`, eventId)))
      await backdate(accountId, DAYS + 1)
    }
    const counts = await Promise.all(
      [2, 3, 21].map((page) => expireAwaitedCorrections(testLedger, OVERDUE, () => {}, page)),
    )
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(21)
    for (const accountId of accountIds) {
      expect((await deadLetters(accountId)).map(({ event_id }) => event_id)).toEqual(['c-e1', 'c-e2', 'c-e3'])
      expect((await announced(accountId)).map(({ value }) => value.event_id).toSorted()).toEqual([
        'c-e1',
        'c-e2',
        'c-e3',
      ])
    }
  })

  it('either voids its event or expires, never both or neither, if both happen at once', async () => {
    const accountIds = Array.from({ length: 30 }, (_, i) => `race-${i}`)
    await openAccounts(...accountIds)
    await record(...accountIds.map((accountId) => correction(accountId, 'c1', 'e1')))
    for (const accountId of accountIds) await backdate(accountId, DAYS + 1)
    const arrivals = accountIds.toReversed().map((accountId) => sms(accountId, 'e1'))
    const expired: string[] = []
    await Promise.all([
      ...Array.from({ length: 6 }, (_, i) => record(...arrivals.slice(i * 5, i * 5 + 5))),
      expireAwaitedCorrections(
        testLedger,
        OVERDUE,
        (page) => expired.push(...page.map(({ accountId }) => accountId)),
        4,
      ),
    ])
    const voided: string[] = []
    for (const accountId of accountIds) {
      if ((await decided(accountId)).includes('e1: voided / corrected')) voided.push(accountId)
      const isVoided = voided.includes(accountId)
      expect(await awaited(accountId)).toEqual(isVoided ? [] : ['c1 for e1, expired'])
      expect(await deadLetters(accountId)).toHaveLength(isVoided ? 0 : 1)
      expect(await identities(accountId)).toEqual(isVoided ? ['c1', 'e1'] : ['e1'])
    }
    expect([...voided, ...expired].toSorted()).toEqual(accountIds.toSorted())
  })

  it('is monitored: how many wait, how long the oldest has waited, and each expiry in the log', async () => {
    await pool.query('delete from tollgate.awaited_corrections')
    expect(await countAwaitedCorrections(pool)).toEqual({ waiting: 0, oldestAgeSeconds: 0 })
    await openAccounts('watched')
    await record(correction('watched', 'c1', 'e1'))
    await backdate('watched', DAYS + 1)
    await record(correction('watched', 'c2', 'e2'), correction('watched', 'c3', 'e3'))
    await pool.query(
      `update tollgate.awaited_corrections set recorded_at = recorded_at - interval '1 hour' where event_id = 'e2'`,
    )
    const lines: Record<string, unknown>[] = []
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) })
    const registry = new Registry()
    const metrics = correctionMetrics(registry)
    await runExpiry(log, metrics)
    const [letter] = await deadLetters('watched')
    const ids = { account_id: 'watched', event_id: 'e1', correction_id: 'c1' }
    expect(lines).toMatchObject([{ ...ids, reason: 'too_late', dead_letter: `test/0/${letter!.offset}` }])
    const value = async (name: string) => (await registry.getSingleMetric(name)!.get()).values[0]!.value
    expect(await value('tollgate_awaited_corrections')).toBe(2)
    expect(await value('tollgate_awaited_corrections_expired_total')).toBe(1)
    expect((await metrics.deadLettersTotal.get()).values).toEqual([{ labels: { reason: 'too_late' }, value: 1 }])
    const oldestSeconds = await value('tollgate_awaited_corrections_oldest_seconds')
    expect(oldestSeconds).toBeGreaterThanOrEqual(3600)
    expect(oldestSeconds).toBeLessThan(3700)
  })
})

describe('an expired correction', () => {
  it('is recorded unchanged in the dead letters, announced once, and leaves no identity', async () => {
    await openAccounts('rejected')
    await record(correction('rejected', 'c1', 'e1'))
    const offset = nextOffset - 1n
    await expire('rejected')
    expect(await expireAwaitedCorrections(testLedger, OVERDUE)).toBe(0)
    const detail = 'its event e1 did not arrive within 90 days'
    const value = Buffer.from(JSON.stringify(correction('rejected', 'c1', 'e1')))
    expect(await deadLetters('rejected')).toEqual([
      {
        offset,
        reason: 'too_late',
        detail,
        event_id: 'c1',
        key: Buffer.from('rejected'),
        original: value,
        headers: HEADERS.map((header) => ({ name: header.name, value: header.value?.toString('base64') ?? null })),
      },
    ])
    const position = { topic: 'test', partition: 0, offset: Number(offset), reason: 'too_late', detail, event_id: 'c1' }
    const letter = { ...position, account_id: 'rejected', key: Buffer.from('rejected'), value, headers: HEADERS }
    expect(await announced('rejected')).toEqual([
      { key: 'rejected', value: { ...JSON.parse(JSON.stringify(letter)), failed_at: expect.any(Number) } },
    ])
    expect(await identities('rejected')).toEqual([])
    expect(await decided('rejected')).toEqual(['c1: pending / awaiting_event'])
  })

  it('is recorded once, even if it expires again from the same position', async () => {
    await openAccounts('rewound')
    await record(correction('rewound', 'c1', 'e1'))
    await expire('rewound')
    nextOffset -= 1n
    expect(await record(correction('rewound', 'c1', 'e1'))).toEqual({ pending: 1 })
    await expire('rewound')
    expect(await deadLetters('rewound')).toHaveLength(1)
    expect(await announced('rewound')).toHaveLength(1)
  })

  it('is noted as new only if it was not stored, also beside one of the same position on an earlier topic', async () => {
    await openAccounts('earlier-topic', 'created-again')
    await record(correction('earlier-topic', 'c1', 'e1'))
    await expire('earlier-topic')
    // The topic is created again: another message has this position. The first one arrives again, and both expire.
    nextOffset -= 1n
    await record(correction('created-again', 'c1', 'e1'))
    nextOffset -= 1n
    await record(correction('earlier-topic', 'c1', 'e1'))
    await backdate('created-again', DAYS + 1)
    await backdate('earlier-topic', DAYS + 1)
    const fresh: (string | null)[] = []
    const expired = await expireAwaitedCorrections(testLedger, OVERDUE, (_expired, noted) => {
      fresh.push(...noted.map(({ accountId }) => accountId))
    })
    expect({ expired, fresh }).toEqual({ expired: 2, fresh: ['created-again'] })
    expect(await announced('earlier-topic')).toHaveLength(1)
    expect(await announced('created-again')).toHaveLength(1)
  })

  it('waits again after a replay, and voids its event', async () => {
    await openAccounts('put-back')
    await record(correction('put-back', 'c1', 'e1'))
    await expire('put-back')
    expect(await replay('put-back')).toEqual({ pending: 1 })
    expect(await awaited('put-back')).toEqual(['c1 for e1'])
    expect(await expireAwaitedCorrections(testLedger, OVERDUE)).toBe(0)
    expect(await replay('put-back')).toEqual({ duplicate: 1 })
    expect(await record(sms('put-back', 'e1'))).toEqual({ voided: 1 })
    expect(await awaited('put-back')).toEqual([])
    expect(await decided('put-back')).toEqual([
      'c1: pending / awaiting_event',
      'c1: pending / awaiting_event',
      'e1: voided / corrected',
    ])
    await explains('put-back', 'e1', 'Correction c1 came before the event, so it was voided')
  })

  it('expires again, from its latest position, if its event still does not come', async () => {
    await openAccounts('hopeless')
    await record(correction('hopeless', 'c1', 'e1'))
    await expire('hopeless')
    await replay('hopeless')
    const offset = nextOffset - 1n
    await expire('hopeless')
    const letters = await deadLetters('hopeless')
    expect(letters).toHaveLength(2)
    expect(letters[1]!.offset).toBe(offset)
    expect(await announced('hopeless')).toHaveLength(2)
    expect(await identities('hopeless')).toEqual([])
  })

  it('corrects its event if it is replayed after that came', async () => {
    await openAccounts('mended')
    await record(correction('mended', 'c1', 'e1'))
    await expire('mended')
    expect(await record(sms('mended', 'e1'))).toEqual({ charged: 1 })
    expect(await balanceMicros('mended')).toBe(-70_000n)
    await explains('mended', 'e1', 'Movement 1 took 0.070000 EUR')
    await explains('mended', 'c1', 'Event e1 was not known yet', 'rejected / too_late, its event e1 did not arrive')
    expect(await replay('mended')).toEqual({ reversed: 1 })
    expect(await balanceMicros('mended')).toBe(0n)
    expect(await replay('mended')).toEqual({ duplicate: 1 })
    expect(await record(correction('mended', 'c2', 'e1'))).toEqual({ rejected: 1 })
    expect(await decided('mended')).toEqual([
      'c1: pending / awaiting_event',
      'e1: charged / message',
      'c1: reversed / correction',
    ])
    await explains('mended', 'c1', 'Event e1 was charged / message')
    await explains('mended', 'e1', 'Correction c1, recorded ')
  })

  it('frees its id for other usage, which can be corrected as usual', async () => {
    await openAccounts('reused')
    await record(correction('reused', 'x', 'e1'))
    await expire('reused')
    expect(await record(sms('reused', 'x'))).toEqual({ charged: 1 })
    // The row of the wait is now read last: the result must not depend on the order. As a replica, triggers do not fire.
    await pool.query(`begin; set local session_replication_role = replica;
      with moved as (delete from tollgate.rated_usage where account_id = 'reused' and outcome = 'pending' returning *)
      insert into tollgate.rated_usage select * from moved; commit`)
    expect(await record(correction('reused', 'c2', 'x'))).toEqual({ reversed: 1 })
    expect(await balanceMicros('reused')).toBe(0n)
    await explains('reused', 'x', 'Correction c2, recorded ')
    await explains('reused', 'c2', 'Event x was charged / message')
  })

  it('only expires, with a warning, if its message was not kept', async () => {
    await openAccounts('ancient')
    await record(correction('ancient', 'c1', 'e1'))
    await pool.query(
      `update tollgate.awaited_corrections
          set topic = null, partition = null, "offset" = null, value_hash = null, key = null, original = null, headers = null
        where account_id = 'ancient'`,
    )
    await backdate('ancient', DAYS + 1)
    const lines: Record<string, unknown>[] = []
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) })
    await runExpiry(log, correctionMetrics(new Registry()))
    expect(lines).toMatchObject([{ account_id: 'ancient', correction_id: 'c1', reason: 'too_late' }])
    expect(lines[0]!.msg).toContain('without a dead letter')
    expect(await awaited('ancient')).toEqual(['c1 for e1, expired'])
    expect(await deadLetters('ancient')).toEqual([])
    expect(await announced('ancient')).toEqual([])
    expect(await identities('ancient')).toEqual(['c1'])
  })
})

async function explains(accountId: string, eventId: string, ...sentences: string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await tollgate('explain', accountId, eventId)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  for (const sentence of [...sentences, 'Recomputed: the same']) expect(stdout).toContain(sentence)
}

describe('tollgate corrections list', () => {
  it('shows waiting corrections, oldest first, or expired ones', async () => {
    await pool.query('delete from tollgate.awaited_corrections')
    await openAccounts('listed-1', 'listed-2')
    await record(correction('listed-1', 'c1', 'e1'))
    await backdate('listed-1', DAYS + 1)
    await expireAwaitedCorrections(testLedger, OVERDUE)
    await record(correction('listed-1', 'c2', 'e2'), correction('listed-2', 'c3', 'e3'))
    await backdate('listed-2', 3)

    const { exitCode, stdout, stderr } = await tollgate('corrections', 'list')
    expect(exitCode).toBe(0)
    const [headings, ...rows] = stdout.trimEnd().split('\n')
    expect(headings).toBe('account\tawaited event\tcorrection\tsince\texpired at')
    expect(rows.map((row) => row.split('\t').toSpliced(3, 1).join(' '))).toEqual([
      'listed-2 e3 c3 -',
      'listed-1 e2 c2 -',
    ])
    expect(stderr).toBe('2 corrections waiting\n')

    const ids = async (...args: string[]) => {
      const listed = await tollgate('corrections', 'list', '--json', ...args)
      return listed.stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).correction_id]))
    }
    expect(await ids()).toEqual(['c3', 'c2'])
    expect(await ids('--account', 'listed-1')).toEqual(['c2'])
    expect(await ids('--older-than', '2d')).toEqual(['c3'])
    expect(await ids('--older-than', '4d')).toEqual([])
    expect(await ids('--expired')).toEqual(['c1'])
    const [expired] = (await tollgate('corrections', 'list', '--expired', '--json')).stdout.split('\n')
    expect(JSON.parse(expired!)).toEqual({
      account_id: 'listed-1',
      awaited_event_id: 'e1',
      correction_id: 'c1',
      recorded_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      expired_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    })
  })

  it('refuses an invalid span', async () => {
    expect(await tollgate('corrections', 'list', '--older-than', 'long')).toMatchObject({ exitCode: 2, stdout: '' })
  })
})

function tollgate(...args: string[]): Promise<Ended> {
  return runTollgate({ TOLLGATE_DATABASE_URL: testLedger.database.url }, ...args)
}
