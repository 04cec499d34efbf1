/** The commands of automatic top-up, manual payments and saved cards, run as by an operator. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { advanceTopUp } from '../../src/ledger/top-ups/advance-top-up.ts'
import { beginConfirming } from '../../src/ledger/top-ups/begin-confirming.ts'
import { claimTopUps } from '../../src/ledger/top-ups/claim-top-ups.ts'
import { recordPayment } from '../../src/ledger/top-ups/record-payment.ts'
import { sandboxDatabaseUrl } from '../../src/payments/providers/sandbox/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { createPool, type Pool } from '../../src/platform/postgres.ts'
import { until } from '../../testkit/until.ts'
import { readNow } from '../support/charges.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { type ResidentTollgate, startResidentTollgate } from '../support/resident-tollgate.ts'
import { type Ended, runTollgate } from '../support/tollgate.ts'

const NUMBER = '4000056655665556'
const LAST4 = NUMBER.slice(-4)
const NO_TEST_NUMBER = '4012888888881881'
const TEXT = 'I agree that my card is charged automatically.'

let installation: TestInstallation
let resident: ResidentTollgate
let sandbox: Pool
let directory: string
let consent: string[]

beforeAll(async () => {
  resident = startResidentTollgate()
  installation = await createInstallation()
  sandbox = createPool(sandboxDatabaseUrl(installation.config.database.url), createLog('silent'), 1)
  directory = await mkdtemp(join(tmpdir(), 'tollgate-'))
  const file = join(directory, 'terms.txt')
  await writeFile(file, `${TEXT}\n`)
  consent = ['--consent-by', 'J. Doe', '--consent-text', file, '--consent-text-version', '7']
})

afterAll(async () => {
  await resident?.close()
  await sandbox?.end()
  await installation.close()
  await rm(directory, { recursive: true })
})

const tollgate = (...args: string[]): Promise<Ended> => resident.run(installation.environment, ...args)
const settings = (accountId: string, ...args: string[]) => tollgate('top-up', 'settings', accountId, ...args)
const change = (accountId: string, ...args: string[]) => settings(accountId, ...args, '--actor', 'ann', '--json')
const now = (accountId: string, ...args: string[]) => tollgate('top-up', 'now', accountId, ...args, '--actor', 'ann')
const resume = (accountId: string, ...args: string[]) =>
  tollgate('top-up', 'resume', accountId, ...args, '--actor', 'ann', '--json')
const addCard = (accountId: string, ...args: string[]) =>
  tollgate('payment-method', 'add', accountId, '--expiry', '08/39', '--actor', 'ann', ...args)

/** Adds a card and returns its id. */
async function addedCard(accountId: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await addCard(accountId, '--number', NUMBER, '--json', ...args)
  if (exitCode !== 0) throw new Error(stderr)
  return JSON.parse(stdout).method_id
}

const ON = ['--on', '--threshold', '10', '--amount', '25', '--cap', '100']

async function turnOn(accountId: string): Promise<string> {
  const methodId = await addedCard(accountId)
  expect(await change(accountId, ...ON, ...consent)).toMatchObject({ exitCode: 0 })
  return methodId
}

async function pause(accountId: string, reason: string, code: string, methodId: string): Promise<void> {
  await installation.pool.query(
    `update tollgate.auto_top_up_memory
        set paused_since = now(), pause_reason = $2, pause_code = $3, pause_method_id = $4, declines_in_a_row = 3
      where account_id = $1`,
    [accountId, reason, code, methodId],
  )
}

async function consentsOf(accountId: string) {
  const { rows } = await installation.pool.query(
    `select person, attested_by, text, text_version, locale, threshold_micros, amount_micros, monthly_cap_micros,
            method_id, settings_version
       from tollgate.consents where account_id = $1 order by consent_id`,
    [accountId],
  )
  return rows
}

const failed = (stderr: string) => ({ exitCode: 1, stdout: '', stderr: `tollgate: ${stderr}\n` })
const CONSENT_NEEDED = failed(
  'this could charge more than before, so a consent is required: give --consent-by (who agreed) and --consent-text (a file with the text)',
)

/** All rows of all tables as text; bytes are in hex. */
async function contentsOf(pool: Pool): Promise<string> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname in ('tollgate', 'sandbox', 'public')`,
  )
  const texts = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await pool.query<{ row: string }>(`select row_to_json(t)::text as row from ${name} t`)
      return rows.map(({ row }) => row).join('\n')
    }),
  )
  return texts.join('\n')
}

describe('payment-method add', () => {
  it('saves the first card as the default, and shows no more of its number than brand and last four digits', async () => {
    const account = 'desert-courier'
    const added = await addCard(account, '--number', NUMBER.replaceAll(/(\d{4})(?=\d)/g, '$1 '))
    expect(added.exitCode).toBe(0)
    expect(added.stdout).toMatch(
      /^desert-courier: visa ending in 5556, expires 08\/39 saved at sandbox, the default \(.+\)\n$/,
    )
    expect(added.stderr).toContain('a sandbox card: no money moves')
    const second = await addCard(account, '--number', NUMBER, '--json')
    expect(JSON.parse(second.stdout)).toMatchObject({
      account_id: account,
      brand: 'visa',
      last4: LAST4,
      default: false,
    })

    const listed = await tollgate('payment-method', 'list', account)
    const [headings, ...rows] = listed.stdout.trimEnd().split('\n')
    expect(headings).toBe('method\tprovider\tcard\tends in\texpires\tdefault')
    expect(rows.map((row) => row.split('\t').slice(1))).toEqual([
      ['sandbox', 'visa', LAST4, '08/39', 'yes'],
      ['sandbox', 'visa', LAST4, '08/39', 'no'],
    ])
    const printed = [added, second, listed].flatMap(({ stdout, stderr }) => [stdout, stderr]).join('\n')
    const stored = (await Promise.all([installation.pool, sandbox].map(contentsOf))).join('\n')
    for (const text of [printed, stored]) {
      expect(text).toContain(LAST4)
      expect(text.replaceAll(/[\s-]/g, '')).not.toContain(NUMBER)
      expect(text).not.toContain(Buffer.from(NUMBER).toString('hex'))
    }
  })

  it.each([
    {
      name: 'a number that may be a real card',
      args: ['--number', NO_TEST_NUMBER],
      says: 'the sandbox accepts only test card numbers',
    },
    {
      name: 'a month that does not exist',
      args: ['--number', NUMBER, '--expiry', '13/39'],
      says: 'the expiry must be a month from 01 to 12',
    },
    { name: 'a card that has expired', args: ['--number', NUMBER, '--expiry', '08/20'], says: 'the card has expired' },
  ])('refuses $name, and does not repeat it', async ({ args, says }) => {
    const refused = await addCard('fjord-energi', ...args)
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' })
    expect(refused.stderr).toContain(says)
    expect(refused.stderr).not.toMatch(/\d{6}/)
    expect((await tollgate('payment-method', 'list', 'fjord-energi', '--json')).stdout).toBe('')
  })

  it('as the default needs a consent if automatic top-up is on, and without one stores nothing at the sandbox either', async () => {
    const account = 'saimaa-timber'
    const first = await turnOn(account)
    const count = async () => (await sandbox.query('select from sandbox.methods')).rowCount
    const before = await count()
    expect(await addCard(account, '--number', NUMBER, '--default')).toEqual(CONSENT_NEEDED)
    expect(await count()).toBe(before)
    expect(await addedCard(account)).not.toBe(first)
    const second = await addedCard(account, '--default', ...consent)
    expect((await consentsOf(account)).map(({ method_id }) => method_id)).toEqual([first, second])
    expect(JSON.parse((await settings(account, '--json')).stdout).method.method_id).toBe(second)
  })
})

describe('payment-method remove', () => {
  it('removes a card once, and says that automatic top-up, which charged it, is now off', async () => {
    const account = 'redwood-clinics'
    const methodId = await turnOn(account)
    const remove = () => tollgate('payment-method', 'remove', account, methodId, '--actor', 'bob')
    const removed = await remove()
    expect(removed).toMatchObject({
      exitCode: 0,
      stdout: `${account}: visa ending in ${LAST4} removed (${methodId})\n`,
    })
    expect(removed.stderr).toContain('automatic top-up charged this card and is now off')
    expect(JSON.parse((await settings(account, '--json')).stdout)).toMatchObject({
      settings: { on: false },
      method: null,
    })
    expect(await remove()).toEqual(
      failed(`account ${account} has no such card: see "tollgate payment-method list ${account}"`),
    )
    expect((await tollgate('payment-method', 'list', account, '--json')).stdout).toBe('')
    const by = 'select actor, removed_by from tollgate.payment_methods where method_id = $1'
    expect((await installation.pool.query(by, [methodId])).rows).toEqual([{ actor: 'ann', removed_by: 'bob' }])
  })
})

describe('top-up settings', () => {
  it('are shown as never set up until they are saved with a consent for exactly these figures', async () => {
    const account = 'tatra-tours'
    expect((await settings(account)).stdout).toContain('automatic: never set up\n')
    const methodId = await addedCard(account)
    expect(await change(account, ...ON)).toEqual(CONSENT_NEEDED)
    expect(JSON.parse((await settings(account, '--json')).stdout)).toMatchObject({ settings: null })

    const saved = await change(account, ...ON, ...consent)
    expect(saved).toMatchObject({ exitCode: 0, stderr: '' })
    expect(JSON.parse(saved.stdout)).toMatchObject({
      account_id: account,
      settings: { on: true, threshold: '10.000000', amount: '25.000000', monthly_cap: '100.000000' },
      charged_this_month: '0.000000',
      paused: null,
      waits: null,
      open_top_up: null,
      method: { method_id: methodId, last4: LAST4 },
    })
    expect(await consentsOf(account)).toEqual([
      {
        person: 'J. Doe',
        attested_by: 'ann',
        text: TEXT,
        text_version: '7',
        locale: 'en',
        threshold_micros: 10_000_000n,
        amount_micros: 25_000_000n,
        monthly_cap_micros: 100_000_000n,
        method_id: methodId,
        settings_version: JSON.parse(saved.stdout).settings_version,
      },
    ])
    expect((await settings(account)).stdout).toContain('threshold: charges while the balance is below 10.000000 EUR\n')
  })

  it('keep figures that are not given, and need a consent only for changes that could charge more', async () => {
    const account = 'vistula-parts'
    await turnOn(account)
    for (const [args, expected] of [
      [['--amount', '20'], { threshold: '10.000000', amount: '20.000000', monthly_cap: '100.000000' }],
      [['--threshold', '5'], { threshold: '5.000000', amount: '20.000000' }],
      [['--cap', '50'], { monthly_cap: '50.000000' }],
      [['--off'], { on: false, threshold: '5.000000', amount: '20.000000', monthly_cap: '50.000000' }],
    ] as const) {
      const { stdout } = await change(account, ...args)
      expect(JSON.parse(stdout).settings).toMatchObject(expected)
    }
    expect(await consentsOf(account)).toHaveLength(1)
    expect(await change(account, '--on')).toEqual(CONSENT_NEEDED)
    expect(await change(account, '--on', ...consent)).toMatchObject({ exitCode: 0 })
    for (const args of [
      ['--amount', '21'],
      ['--threshold', '6'],
      ['--cap', '51'],
      ['--cap', 'none'],
    ]) {
      expect(await change(account, ...args)).toEqual(CONSENT_NEEDED)
    }
    expect(JSON.parse((await change(account, '--cap', 'none', ...consent)).stdout).settings.monthly_cap).toBeNull()
  })

  it('changed in part by two commands at once lose nothing: the second is refused, and names who was faster', async () => {
    const account = 'canal-bikes'
    await turnOn(account)
    // Both start, read the settings together, and wait to save them. They wait for an account only 5 seconds: too short if one
    // of them starts much later.
    const [gate, holder] = [await installation.pool.connect(), await installation.pool.connect()]
    const untilBothWait = (on: string, events: readonly string[]) =>
      until(`both commands wait for ${on}`, async () => {
        const { rows } = await installation.pool.query<{ n: number }>(
          `select count(*)::integer as n from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and wait_event = any($1)`,
          [events],
        )
        return rows[0]!.n === 2
      })
    let ended: Ended[]
    try {
      await gate.query('begin; lock table tollgate.account_settings in access exclusive mode')
      await holder.query('begin')
      await holder.query('select from tollgate.accounts where account_id = $1 for update', [account])
      const inProcess = (...args: string[]) =>
        runTollgate(installation.environment, 'top-up', 'settings', account, ...args, '--actor', 'ann', '--json')
      const changes = Promise.all([inProcess('--amount', '20'), inProcess('--threshold', '5')])
      await untilBothWait('the settings', ['relation'])
      await gate.query('commit')
      await untilBothWait('the account', ['transactionid', 'tuple'])
      await holder.query('commit')
      ended = await changes
    } finally {
      // Closes them, so that no lock stays after a failure.
      for (const connection of [gate, holder]) connection.release(true)
    }
    const [first] = ended.filter(({ exitCode }) => exitCode === 0)
    const [second] = ended.filter(({ exitCode }) => exitCode === 1)
    expect(second!.stderr).toMatch(
      /^tollgate: automatic top-up of canal-bikes was changed in the meantime by ann at .+ then try again\n$/,
    )
    const { settings: saved } = JSON.parse(first!.stdout)
    expect(JSON.parse((await settings(account, '--json')).stdout).settings).toEqual(saved)
    expect([saved.amount, saved.threshold].toSorted()).toEqual(
      saved.amount === '20.000000' ? ['10.000000', '20.000000'] : ['25.000000', '5.000000'],
    )
  })

  it('saved below the threshold request a top-up at once', async () => {
    const account = 'summit-outfitters'
    await addedCard(account)
    const saved = await change(account, ...ON, ...consent)
    expect(saved.stderr).toBe('the balance is below the threshold: a top-up was requested\n')
    const { open_top_up: open } = JSON.parse(saved.stdout)
    expect(open).toMatchObject({ state: 'requested', reason: null })
    const listed = await tollgate('top-up', 'list', '--account', account, '--open', '--json')
    expect(JSON.parse(listed.stdout)).toMatchObject({
      top_up_id: open.top_up_id,
      account_id: account,
      trigger: 'automatic',
      state: 'requested',
      amount: '25.000000',
      currency: 'USD',
      actor: null,
    })
    expect(listed.stderr).toBe('1 top-up\n')
  })

  it('saved twice under one request id are saved once', async () => {
    const account = 'alpenblick-hotels'
    await turnOn(account)
    const off = () => change(account, '--off', '--request-id', 'off')
    const [first, again] = [await off(), await off()]
    expect(again).toMatchObject({
      exitCode: 0,
      stdout: first.stdout,
      stderr: 'it had already been saved under this request id\n',
    })
    expect(await change(account, '--threshold', '7', '--request-id', 'off')).toEqual(
      failed('the request id was already used for something else; nothing was changed'),
    )
  })

  it.each([
    {
      args: ['--on'],
      ended: failed('automatic top-up of bayside-insurance was never set up: give --threshold and --amount too'),
    },
    {
      args: ['--on', '--threshold', '0.001', '--amount', '4.99', '--cap', '1'],
      ended: {
        exitCode: 2,
        stdout: '',
        stderr: `tollgate: the threshold has more than 2 decimals
the amount is too low: at least 5.000000 USD
the cap is less than one top-up: at least 4.990000 USD, or none
`,
      },
    },
    {
      args: ['--on', '--threshold', '10000.01', '--amount', '5000.01'],
      ended: {
        exitCode: 2,
        stdout: '',
        stderr: `tollgate: the threshold is too high: at most 10000.000000 USD
the amount is too high: at most 5000.000000 USD
`,
      },
    },
  ])('$args are refused, and nothing is saved', async ({ args, ended }) => {
    expect(await change('bayside-insurance', ...args, ...consent)).toEqual(ended)
    expect(JSON.parse((await settings('bayside-insurance', '--json')).stdout)).toMatchObject({ settings: null })
  })
})

describe('top-up resume', () => {
  it('ends a pause with a consent, and says so if there is no pause', async () => {
    const account = 'globe-freight'
    await pause(account, 'declined', 'insufficient_funds', await turnOn(account))
    const { stdout } = await settings(account)
    expect(stdout).toContain('declined (insufficient_funds): the card was declined three times in a row')
    expect(await resume(account)).toEqual(CONSENT_NEEDED)
    const resumed = await resume(account, ...consent)
    expect(resumed).toMatchObject({ exitCode: 0, stderr: 'automatic top-up has resumed\n' })
    expect(JSON.parse(resumed.stdout)).toMatchObject({ paused: null, declines_in_a_row: 0 })
    expect(await consentsOf(account)).toHaveLength(2)
    const again = await resume(account, ...consent)
    expect(again).toMatchObject({ exitCode: 0, stderr: 'automatic top-up is not paused; nothing was changed\n' })
    expect(await consentsOf(account)).toHaveLength(2)
  })

  it('needs another card first if the card must not be charged again', async () => {
    const account = 'osteria-verde'
    await pause(account, 'card_stopped', 'lost_card', await turnOn(account))
    expect(await resume(account, ...consent)).toEqual(
      failed(
        `the card of ${account} must not be charged again: add another one with "tollgate payment-method add ${account} --default", then resume`,
      ),
    )
    await addedCard(account, '--default', ...consent)
    expect(JSON.parse((await settings(account, '--json')).stdout).paused).toMatchObject({ reason: 'card_stopped' })
    expect(JSON.parse((await resume(account, ...consent)).stdout).paused).toBeNull()
  })

  it.each([
    {
      account: 'lisboa-ceramics',
      says: 'automatic top-up of lisboa-ceramics was never set up: give --threshold and --amount too',
    },
    { account: 'nobody', says: 'there is no account nobody' },
  ])('is refused for $account', async ({ account, says }) => {
    expect(await resume(account, ...consent)).toEqual(failed(says))
  })
})

describe('top-up now', () => {
  it('requests one payment under one request id', async () => {
    const account = 'maple-realty'
    const methodId = await addedCard(account)
    const first = await now(account, '30.00', '--request-id', 'k', '--json')
    expect(first).toMatchObject({ exitCode: 0, stderr: '' })
    const answer = JSON.parse(first.stdout)
    expect(answer).toMatchObject({
      account_id: account,
      amount: '30.000000',
      currency: 'USD',
      request_id: 'k',
      repeated: false,
    })
    const again = await now(account, '30.00', '--request-id', 'k', '--json')
    expect(JSON.parse(again.stdout)).toEqual({ ...answer, repeated: true })
    expect(await now(account, '31.00', '--request-id', 'k')).toEqual(
      failed('the request id was already used for something else; nothing was changed'),
    )
    const made = await now(account, '5', '--method', methodId)
    expect(made.stderr).toMatch(
      /^request id [0-9a-f-]{36}; if this command is interrupted, run the same command again with /,
    )
    const { stdout } = await tollgate('top-up', 'list', '--account', account)
    const rows = stdout.trimEnd().split('\n').slice(1)
    expect(rows.map((row) => row.split('\t').slice(2, 7))).toEqual([
      ['manual', 'requested', '-', '5.000000', 'USD'],
      ['manual', 'requested', '-', '30.000000', 'USD'],
    ])
  })

  it.each([
    { account: 'nobody', args: ['5'], ended: failed('there is no account nobody') },
    {
      account: 'vltava-software',
      args: ['5'],
      ended: failed(
        'account vltava-software has no card: add one with "tollgate payment-method add vltava-software --default"',
      ),
    },
    {
      account: 'vltava-software',
      args: ['5', '--method', 'm-1'],
      ended: failed('account vltava-software has no such card: see "tollgate payment-method list vltava-software"'),
    },
    {
      account: 'vltava-software',
      args: ['5000.01'],
      ended: { exitCode: 2, stdout: '', stderr: 'tollgate: the amount is too high: at most 5000.000000 EUR\n' },
    },
  ])('$account $args is refused', async ({ account, args, ended }) => {
    expect(await now(account, ...args, '--request-id', 'r')).toEqual(ended)
  })
})

it('top-up show prints the attempts, their outcomes, and the movements of a payment and its refund', async () => {
  const accountId = 'harbor-dental'
  const methodId = await addedCard(accountId)
  const { top_up_id: topUpId } = JSON.parse((await now(accountId, '40', '--json')).stdout)
  const attempt = { attemptId: 'a-1', paymentId: 'p-1', methodId, provider: 'sandbox', amountMicros: 40_000_000n }
  const held = { accountId, topUpId, holder: 'test' }
  await claimTopUps(installation.pool, 'test', 100, 60_000)
  await advanceTopUp(installation, held, { kind: 'prepared', ...attempt }, 0)
  expect(await beginConfirming(installation, { ...held, callMs: 1 })).toMatchObject({ kind: 'confirm' })
  const facts = {
    paymentId: 'p-1',
    topUpId,
    accountId,
    providerMethodId: null,
    state: { kind: 'succeeded' },
    amountMicros: 40_000_000n,
    currency: 'USD',
    refundedMicros: 0n,
    disputedMicros: 0n,
    createdAtMicros: Date.now() * 1000,
  } as const
  await recordPayment(installation, 'sandbox', facts, readNow())
  await recordPayment(installation, 'sandbox', { ...facts, refundedMicros: 15_000_000n }, readNow())

  const shown = JSON.parse((await tollgate('top-up', 'show', topUpId, '--json')).stdout)
  expect(shown).toMatchObject({
    top_up_id: topUpId,
    account_id: accountId,
    trigger: 'manual',
    actor: 'ann',
    state: 'succeeded',
    next_look_at: null,
    attempts: [
      {
        attempt: 1,
        provider: 'sandbox',
        payment_id: 'p-1',
        amount: '40.000000',
        last4: LAST4,
        outcome: 'succeeded',
        code: null,
      },
    ],
    movements: [
      { kind: 'top_up', amount: '40.000000', reverses_sequence: null },
      { kind: 'refund', amount: '-15.000000' },
    ],
  })
  expect(shown.movements[1].reverses_sequence).toBe(shown.movements[0].sequence)
  const { stdout } = await tollgate('top-up', 'show', topUpId)
  expect(stdout).toContain('state:        succeeded\n')
  expect(stdout).toMatch(/\n1\t\S+\t\S+\t40\.000000\tvisa 5556\tsucceeded\t-\tsandbox p-1\n/)
  expect(await tollgate('top-up', 'show', 'nope')).toEqual(
    failed('there is no top-up nope: see "tollgate top-up list"'),
  )
})

it.each([
  ['top-up', 'settings'],
  ['payment-method', 'list'],
])('%s %s refuses an account that does not exist', async (...command) => {
  expect(await tollgate(...command, 'nobody')).toEqual(failed('there is no account nobody'))
})

describe('accounts close', () => {
  it('closes an account once, turns automatic top-up off, and says who closed it', async () => {
    const account = 'paper-lantern'
    await turnOn(account)
    expect(await tollgate('accounts', 'close', account)).toMatchObject({ exitCode: 2 })
    const closed = await tollgate('accounts', 'close', account, '--actor', 'olga')
    expect(closed).toMatchObject({ exitCode: 0, stderr: '' })
    expect(closed.stdout).toMatch(/^paper-lantern: closed since \d{4}-.+Z\n$/)
    const again = await tollgate('accounts', 'close', account, '--actor', 'bob')
    expect(again).toEqual({ exitCode: 0, stdout: closed.stdout, stderr: 'it had already been closed\n' })
    const { rows } = await installation.pool.query(
      `select a.closed_by, s.actor, s.auto_top_up_is_on
         from tollgate.accounts a
         join tollgate.account_settings s on s.account_id = a.account_id and s.version = a.settings_version
        where a.account_id = $1`,
      [account],
    )
    expect(rows).toEqual([{ closed_by: 'olga', actor: 'olga', auto_top_up_is_on: false }])
    expect(await now(account, '50')).toMatchObject({ exitCode: 1, stdout: '' })
    expect(await tollgate('accounts', 'close', 'nobody', '--actor', 'olga')).toEqual(
      failed('there is no account nobody'),
    )
  })
})
