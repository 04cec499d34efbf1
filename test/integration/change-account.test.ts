/** The writer of accounts outside of usage batches: repeated requests, refusals, and applying accounts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAccountsFile } from '../../src/catalog/accounts-file.ts'
import { postCredit } from '../../src/core/changes/account-change.ts'
import { type Adjustment, adjustCredit } from '../../src/ledger/accounts/adjust-credit.ts'
import { applyAccounts } from '../../src/ledger/accounts/apply-accounts.ts'
import { setAlertLevels } from '../../src/ledger/accounts/set-alert-levels.ts'
import { CatalogStore } from '../../src/ledger/catalogs/catalogs.ts'
import { shareCatalogUse } from '../../src/ledger/catalogs/lock-catalog-use.ts'
import { changeAccount } from '../../src/ledger/changes/change-account.ts'
import { deleteOldRequestKeys, REQUEST_KEYS_KEPT_DAYS } from '../../src/ledger/changes/request-keys.ts'
import { raiseEpoch } from '../../src/ledger/epochs/raise-epoch.ts'
import { inTransaction, type Pool } from '../../src/platform/postgres.ts'
import { verifyAccounts } from '../../src/verify/accounts.ts'
import { createPace } from '../../src/verify/pace.ts'
import { until } from '../../testkit/until.ts'
import { testAccount } from '../support/catalog.ts'
import { brokenChains } from '../support/chains.ts'
import { adjust, apply, openTestLedger, postPayments, publishAll, type TestLedger } from '../support/ledger.ts'
import { readPack } from '../support/packed.ts'

let testLedger: TestLedger
let pool: Pool

beforeAll(async () => {
  testLedger = await openTestLedger()
  ;({ pool } = testLedger)
})

afterAll(async () => {
  const faults: unknown[] = []
  await verifyAccounts(pool, createPace(1_000_000), (fault) => faults.push(fault))
  const broken = await brokenChains(pool)
  await testLedger.close()
  expect({ faults, broken }).toEqual({ faults: [], broken: [] })
})

async function open(...accountIds: string[]): Promise<void> {
  const applied = await apply(
    testLedger,
    accountIds.map((accountId) => testAccount({ accountId })),
  )
  expect(applied).toMatchObject({ applied: { created: accountIds } })
}

const credit = (accountId: string, changed: Partial<Adjustment> = {}): Adjustment => {
  return { accountId, amountMicros: 5_000_000n, actor: 'ann', reason: 'goodwill', ...changed }
}

async function rowsOf(text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
  return (await pool.query(text, values)).rows
}

const movementsOf = (accountId: string) =>
  rowsOf('select * from tollgate.movements where account_id = $1 order by sequence', accountId)

const countPacks = async () => (await rowsOf('select count(*)::int as packs from tollgate.outbox_packs'))[0]!.packs

interface Announced {
  readonly topic: string
  readonly cause: string
  readonly value: Record<string, unknown>
}

/** The messages in the outbox about an account, by lane. */
async function announced(accountId: string): Promise<Announced[]> {
  const packs = await rowsOf('select messages from tollgate.outbox_packs order by lane, pack_id')
  const messages = (await Promise.all(packs.map((pack) => readPack(pack.messages as Buffer)))).flat()
  return messages
    .filter(({ key }) => String(key) === accountId)
    .map(({ topic, value, headers }) => {
      return { topic, cause: String(headers.ce_cause), value: JSON.parse(String(value)) }
    })
}

describe('a request with a key', () => {
  it('is executed once: repeated, it gets the first answer, and nothing is written', async () => {
    await open('repeated')
    const first = await adjustCredit(testLedger, credit('repeated'), 'k')
    expect(first).toEqual({
      isRepeat: false,
      answer: {
        balanceBeforeMicros: 0n,
        balanceMicros: 5_000_000n,
        currency: 'EUR',
        sequence: 1n,
        recordedAt: expect.any(String),
      },
    })
    await adjust(testLedger, 'repeated', -1_000_000n)
    const packs = await countPacks()
    expect(await adjustCredit(testLedger, credit('repeated'), 'k')).toEqual({ ...first, isRepeat: true })
    expect(await movementsOf('repeated')).toHaveLength(2)
    expect(await countPacks()).toBe(packs)
  })

  it.each<[string, Partial<Adjustment>]>([
    ['amount', { amountMicros: 5_000_001n }],
    ['sign', { amountMicros: -5_000_000n }],
    ['actor', { actor: 'ben' }],
    ['reason', { reason: 'other' }],
  ])('is refused with another %s, and nothing is written', async (what, changed) => {
    const accountId = `reused-${what}`
    await open(accountId)
    await adjustCredit(testLedger, credit(accountId), 'k')
    expect(await adjustCredit(testLedger, credit(accountId, changed), 'k')).toEqual({ refused: 'request_key_reused' })
    expect(await movementsOf(accountId)).toHaveLength(1)
  })

  it('may have the same key as a request of another account', async () => {
    await open('own-1', 'own-2')
    for (const accountId of ['own-1', 'own-2']) {
      expect(await adjustCredit(testLedger, credit(accountId), 'k')).toMatchObject({ isRepeat: false })
    }
  })

  it('is executed once when it is sent many times at once', async () => {
    await open('at-once')
    const all = await Promise.all(Array.from({ length: 8 }, () => adjustCredit(testLedger, credit('at-once'), 'k')))
    const answers = all.map((each) => ('answer' in each ? each.answer : each))
    expect(answers[0]).toMatchObject({ balanceMicros: 5_000_000n, currency: 'EUR', sequence: 1n })
    expect(answers).toEqual(all.map(() => answers[0]))
    expect(all.filter((each) => 'isRepeat' in each && !each.isRepeat)).toHaveLength(1)
    expect(await movementsOf('at-once')).toHaveLength(1)
  })

  it('is refused by the database if the key is not 1 to 200 printable ASCII characters', async () => {
    await open('keys')
    for (const key of ['', 'x'.repeat(201), 'é', 'a\nb']) {
      await expect(adjustCredit(testLedger, credit('keys'), key)).rejects.toMatchObject({ code: '23514' })
    }
    expect(await movementsOf('keys')).toEqual([])
    expect(await adjustCredit(testLedger, credit('keys'), ' ~'.repeat(100))).toHaveProperty('answer')
  })

  it('is deleted after 30 days, page by page, and no sooner', async () => {
    await open('old')
    const keys = ['1', '2', '3', '4', '5']
    for (const key of keys) await adjustCredit(testLedger, credit('old'), key)
    const age = `update tollgate.request_keys set recorded_at = now() - make_interval(days => $1, mins => $2)
                  where account_id = 'old' and key = any ($3)`
    await pool.query(age, [REQUEST_KEYS_KEPT_DAYS, 1, ['1', '2', '3']])
    await pool.query(age, [REQUEST_KEYS_KEPT_DAYS, -1, ['4']])
    const pages = [await deleteOldRequestKeys(pool, 2), await deleteOldRequestKeys(pool, 2)]
    expect(pages).toMatchObject([
      { count: 2, hasMore: true },
      { count: 1, hasMore: false },
    ])
    expect(pages[0]!.overdueSeconds).toBeGreaterThanOrEqual(60)
    expect(await rowsOf(`select key from tollgate.request_keys where account_id = 'old' order by key`)).toEqual([
      { key: '4' },
      { key: '5' },
    ])
    expect(await adjustCredit(testLedger, credit('old'), '1')).toMatchObject({ isRepeat: false })
    expect(await adjustCredit(testLedger, credit('old'), '4')).toMatchObject({ isRepeat: true })
  })
})

describe('a refusal', () => {
  it('of an unknown account is a value, and the request may be tried again', async () => {
    expect(await adjustCredit(testLedger, credit('not-yet'), 'k')).toEqual({ refused: 'unknown_account' })
    expect(await setAlertLevels(testLedger, 'not-yet', { actor: 'test', lowMicros: 1n })).toEqual({
      refused: 'unknown_account',
    })
    await open('not-yet')
    expect(await adjustCredit(testLedger, credit('not-yet'), 'k')).toMatchObject({ isRepeat: false })
  })

  it('rolls back what was written before it, and its key', async () => {
    await open('hesitant')
    await pool.query('create table public.notes (note text)')
    const attempt = (isAllowed: boolean) =>
      changeAccount<{ micros: bigint }, { reason: 'limit'; micros: bigint }>(
        testLedger,
        'hesitant',
        async ({ connection, account, settings, clock: { nowMicros } }) => {
          await connection.query(`insert into public.notes values ('written')`)
          if (!isAllowed) return { refused: { reason: 'limit', micros: 1n } }
          const origin = { kind: 'adjustment', actor: 'ann', reason: 'test' } as const
          const entry = { amountMicros: 1n, origin, occurredAtMicros: nowMicros }
          return { change: postCredit(account, settings, [entry], nowMicros), answer: { micros: 1n } }
        },
        { kind: 'adjustment', key: 'k', content: null },
      )
    expect(await attempt(false)).toEqual({ refused: { reason: 'limit', micros: 1n } })
    expect(await rowsOf('select from public.notes')).toHaveLength(0)
    expect(await attempt(true)).toEqual({ answer: { micros: 1n }, isRepeat: false })
    expect(await attempt(false)).toEqual({ answer: { micros: 1n }, isRepeat: true })
    expect(await rowsOf('select from public.notes')).toHaveLength(1)
  })

  it('of another account than the locked one is a fault, and nothing is written', async () => {
    await open('locked')
    await open('not-locked')
    const deciding = changeAccount(testLedger, 'locked', ({ account, settings, clock: { nowMicros } }) => {
      const origin = { kind: 'adjustment', actor: 'ann', reason: 'test' } as const
      const entry = { amountMicros: 1n, origin, occurredAtMicros: nowMicros }
      return { change: postCredit({ ...account, accountId: 'not-locked' }, settings, [entry], nowMicros), answer: null }
    })
    await expect(deciding).rejects.toMatchObject({ faultCode: 'invariant_broken' })
    expect(await rowsOf(`select from tollgate.movements where account_id in ('locked', 'not-locked')`)).toEqual([])
  })
})

describe('top-ups, refunds and disputes', () => {
  it('are movements with their top-up and what they reverse, and are the cause of what follows', async () => {
    await open('paying')
    await postPayments(testLedger, 'paying')
    const named = { top_up_id: 'top-up-of-paying', event_id: null }
    expect(await movementsOf('paying')).toMatchObject([
      { ...named, kind: 'top_up', amount_micros: 50_000_000n, reverses_sequence: null },
      { ...named, kind: 'refund', amount_micros: -20_000_000n, reverses_sequence: 1n },
      { ...named, kind: 'refund', amount_micros: 20_000_000n, reverses_sequence: 1n },
      { ...named, kind: 'dispute', amount_micros: -50_000_000n, reverses_sequence: 1n },
    ])
    const all = (await announced('paying')).filter(({ cause }) => cause !== 'account_created')
    const of = (topic: string) => all.filter((message) => message.topic === topic)
    expect(of('credit.balance-changed.v1').map(({ value }) => value.cause)).toEqual([
      'top_up',
      'refund',
      'refund',
      'dispute',
    ])
    expect(of('credit.service-status.v1').map(({ cause, value }) => [cause, value.status])).toEqual([
      ['top_up', 'active'],
      ['dispute', 'blocked'],
    ])
    expect(
      of('credit.movements.v1').map(({ value }) => [value.kind, value.top_up_id, value.reverses_sequence]),
    ).toEqual([
      ['top_up', 'top-up-of-paying', null],
      ['refund', 'top-up-of-paying', 1],
      ['refund', 'top-up-of-paying', 1],
      ['dispute', 'top-up-of-paying', 1],
    ])
  })

  it('are announced as movements only if that topic is enabled', async () => {
    await open('quiet')
    const publishing = { ...publishAll, recordTopics: new Set<never>() }
    await postPayments({ pool, publishing }, 'quiet')
    const topics = new Set((await announced('quiet')).map(({ topic }) => topic))
    expect(topics).toEqual(new Set(['credit.balance-changed.v1', 'credit.service-status.v1', 'credit.alerts.v1']))
  })
})

describe('applying accounts', () => {
  const settingsOf = async (accountId: string) =>
    (
      await rowsOf(
        `select s.* from tollgate.accounts a
           join tollgate.account_settings s on s.account_id = a.account_id and s.version = a.settings_version
          where a.account_id = $1`,
        accountId,
      )
    )[0]!

  const fromFile = (text: string) => parseAccountsFile(Buffer.from(text), 'accounts.yaml').accounts!

  it('keeps what the file leaves out, such as alert levels, and removes what is null in it', async () => {
    const contacts = [{ id: 'ann', email: 'ann@acme.example', locale: 'en-US', role: 'admin' }] as const
    const kept = { fairUseMinutesPerUser: 7, conversationIntelligence: 'included', contacts } as const
    await apply(testLedger, [testAccount({ accountId: 'kept', ...kept })])
    await setAlertLevels(testLedger, 'kept', { actor: 'test', lowMicros: 5_000_000n, customMicros: 25_000_000n })
    const before = await settingsOf('kept')
    const short = `accounts: [{ id: kept, currency: EUR, tariff: standard-eur, billing_cycle_anchor: 2026-01-31 }]`
    expect(await apply(testLedger, fromFile(short))).toMatchObject({
      applied: { changed: [{ accountId: 'kept', fields: ['billingCycleAnchor'] }] },
    })
    const after = await settingsOf('kept')
    const { version, recorded_at } = after
    expect(after).toEqual({ ...before, billing_cycle_anchor: '2026-01-31', version, recorded_at })
    expect(version).toBe(3)
    expect(await apply(testLedger, fromFile(short))).toMatchObject({ applied: { unchanged: ['kept'] } })
    const withNull = short.replace(' }]', ', fair_use_minutes_per_user: null }]')
    expect(await apply(testLedger, fromFile(withNull))).toMatchObject({
      applied: { changed: [{ fields: ['fairUseMinutesPerUser'] }] },
    })
    expect(await settingsOf('kept')).toMatchObject({
      fair_use_minutes_per_user: null,
      low_alert_level_micros: 5_000_000n,
    })
  })

  it('gives a new account defaults for what the file leaves out', async () => {
    await apply(
      testLedger,
      fromFile('accounts: [{ id: plain, currency: USD, tariff: bare-usd, billing_cycle_anchor: 2026-01-31 }]'),
    )
    expect(await settingsOf('plain')).toMatchObject({
      packages: [],
      fair_use_minutes_per_user: null,
      conversation_intelligence: 'credit',
      voice_agent: 'credit',
      contacts: [],
    })
  })

  it('creates each account once when overlapping files are applied concurrently, in any order', async () => {
    for (let round = 0; round < 10; round++) {
      const ids = Array.from({ length: 6 }, (_, i) => `shared-${round}-${i}`)
      const files = [ids, ids.toReversed(), ids.slice(3), ids.slice(0, 3).toReversed()]
      const results = await Promise.all(
        files.map((file) =>
          apply(
            testLedger,
            file.map((accountId) => testAccount({ accountId })),
          ),
        ),
      )
      const created = results.flatMap((result) =>
        'applied' in result ? result.applied.created : [JSON.stringify(result)],
      )
      expect(created.toSorted()).toEqual(ids)
      const unchanged = results.flatMap((result) =>
        'applied' in result ? result.applied.unchanged : [JSON.stringify(result)],
      )
      expect(unchanged).toHaveLength(files.flat().length - ids.length)
      for (const accountId of ids) {
        expect((await announced(accountId)).map(({ cause }) => cause)).toEqual(['account_created'])
      }
    }
  })

  it.each([
    ['commit', { changed: [{ accountId: 'slow-commit', fields: ['tariff'] }] }],
    ['rollback', { created: ['slow-rollback'] }],
  ])('waits for a concurrent creation of the account, and depends on its %s', async (end, expected) => {
    const accountId = `slow-${end}`
    const creating = await pool.connect()
    try {
      await creating.query('begin')
      await creating.query(
        `insert into tollgate.accounts (account_id, currency, settings_version, status) values ($1, 'EUR', 1, 'blocked')`,
        [accountId],
      )
      await creating.query(
        `insert into tollgate.account_settings (account_id, version, tariff, packages, billing_cycle_anchor,
           conversation_intelligence, voice_agent, contacts)
         values ($1, 1, 'another', '[{"id": "eu-100", "from": "2020-01-01T00:00:00.000000Z"}]', '2026-01-15', 'credit', 'invoice', '[]')`,
        [accountId],
      )
      const applying = apply(testLedger, [testAccount({ accountId })])
      await until('it waits', async () => {
        const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
        return (await rowsOf(waiting)).length > 0
      })
      await creating.query(end)
      expect(await applying).toMatchObject({ applied: expected })
    } finally {
      await creating.query('rollback')
      creating.release()
    }
  })

  it('does not wait for another file that is being applied', async () => {
    await inTransaction(pool, async (connection) => {
      await shareCatalogUse(connection)
      await open('beside')
    })
  })

  it('parses a catalog once per process, and again after a restore', async () => {
    let loads = 0
    class CountingStore extends CatalogStore {
      override load(...args: Parameters<CatalogStore['load']>) {
        loads++
        return super.load(...args)
      }
    }
    const store = new CountingStore()
    for (const accountId of ['parsed-1', 'parsed-2']) {
      expect(await applyAccounts(testLedger, store, [testAccount({ accountId })], 'test')).toHaveProperty('applied')
    }
    expect(loads).toBe(1)
    await inTransaction(pool, (connection) => raiseEpoch(connection, publishAll, 'test'))
    await applyAccounts(testLedger, store, [testAccount({ accountId: 'parsed-3' })], 'test')
    expect(loads).toBe(2)
  })
})

it('a raised epoch republishes balance and status of every account, and moves no credit', async () => {
  await open('restated')
  await adjust(testLedger, 'restated', 3_000_000n)
  const before = await movementsOf('restated')
  const epoch = await inTransaction(pool, (connection) => raiseEpoch(connection, publishAll, 'test'))
  const republished = (await announced('restated')).filter(({ cause }) => cause === 'restore')
  expect(republished.map(({ topic }) => topic)).toEqual(['credit.balance-changed.v1', 'credit.service-status.v1'])
  expect(republished.map(({ value }) => value)).toMatchObject([
    { epoch, version: 2, balance_after: '3.000000', first_sequence: 2, last_sequence: 1 },
    { epoch, version: 3, status: 'active' },
  ])
  expect(await movementsOf('restated')).toEqual(before)
})
