/** The sandbox provider on a real database: the contract of providers, its test cards, its faults and its commands. */
import { execFile, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MICROS_PER_SECOND } from '../../src/core/instant.ts'
import type { PaymentFacts } from '../../src/payments/providers/provider.ts'
import { TEST_NUMBERS } from '../../src/payments/providers/sandbox/cards.ts'
import { sandboxDatabaseUrl } from '../../src/payments/providers/sandbox/database.ts'
import type { FaultKind, OrderedFault } from '../../src/payments/providers/sandbox/faults.ts'
import {
  createSandboxProvider,
  type SandboxProvider,
  type SandboxProviderOptions,
} from '../../src/payments/providers/sandbox/provider.ts'
import { createLog } from '../../src/platform/log.ts'
import { until } from '../../testkit/until.ts'
import { componentEnvironment } from '../support/components.ts'
import { onServer } from '../support/on-server.ts'
import {
  type CardKind,
  describeProvider,
  factsIn,
  listAll,
  type ProviderUnderTest,
  paymentFor,
} from '../support/provider-contract.ts'
import { runTollgate } from '../support/tollgate.ts'

const CONFIRM = join(import.meta.dirname, '../support/confirm-sandbox.ts')
const log = createLog('error')

let ledgerUrl: string
let databaseUrl: string
let provider: SandboxProvider
let books: pg.Client
const opened: SandboxProvider[] = []

function open(options: Partial<SandboxProviderOptions> = {}): SandboxProvider {
  const one = createSandboxProvider({ databaseUrl, log, deadlineMs: 20_000, ...options })
  opened.push(one)
  return one
}

beforeAll(async () => {
  const server = (await componentEnvironment(['postgres'])).TOLLGATE_DATABASE_URL!
  ledgerUrl = new URL(`/test_${randomBytes(6).toString('hex')}`, server).href
  databaseUrl = sandboxDatabaseUrl(ledgerUrl)
  provider = open({ pagePayments: 7 })
  await provider.desk.listFaults()
  books = new pg.Client({ connectionString: databaseUrl })
  await books.connect()
})

afterAll(async () => {
  await books?.end()
  for (const one of opened) await one.close()
  const { pathname } = new URL(databaseUrl)
  await onServer(new URL('/postgres', databaseUrl).href, `drop database if exists "${pathname.slice(1)}" with (force)`)
})

async function addCard(number: string, accountId = `acme-${randomUUID()}`, isApproved = false) {
  const card = { accountId, number, expiryMonth: 12, expiryYear: 2034, isApproved }
  const added = await provider.desk.addTestCard(card)
  if (added.kind !== 'added') throw new Error(`refused: ${added.detail}`)
  return { accountId, customerId: added.customerId, providerMethodId: added.method.providerMethodId }
}

async function timesCharged(paymentId: string): Promise<number> {
  const { rows } = await books.query(
    `select count(*)::integer as times from sandbox.transfers
      where payment_id = $1 and kind = 'charge' and done_at is not null`,
    [paymentId],
  )
  return rows[0].times
}

const EXPIRY = { expiryMonth: 12, expiryYear: 2034 }

const NUMBER_OF: Readonly<Record<CardKind, string>> = {
  succeeds: '4242424242424242',
  insufficient_funds: '4000000000009995',
  lost_card: '4000000000009987',
  needs_approval: '4000002760003184',
}

describe('the sandbox, like any provider:', () => {
  let test: ProviderUnderTest

  beforeAll(() => {
    const { desk } = provider
    test = {
      provider,
      other: open(),
      addCard: (accountId, kind) => addCard(NUMBER_OF[kind], accountId),
      approve: async (paymentId) => void (await desk.approve(paymentId)),
      decline: async (paymentId) => void (await desk.decline(paymentId, null)),
      refund: async (paymentId, amountMicros) => void (await desk.refund(paymentId, amountMicros)),
      dispute: async (paymentId) => void (await desk.dispute(paymentId)),
      win: async (paymentId) => void (await desk.win(paymentId)),
      enterCard: async (id) => void (await desk.fillSetup(id, { number: NUMBER_OF.succeeds, ...EXPIRY })),
      cancelSetup: async (id) => void (await desk.cancelSetup(id)),
      timesCharged,
    }
  })

  describeProvider(() => test)
})

/** Prepares and confirms a payment with a test card. */
async function charge(number: string, { isApproved = false, isOffSession = true, by = provider } = {}) {
  const card = await addCard(number, undefined, isApproved)
  const payment = paymentFor(card.accountId, card, { isOffSession })
  const { paymentId } = await factsIn(by.prepare(payment))
  const facts = await factsIn(by.confirm(paymentId, payment.attemptId))
  return { ...payment, paymentId, facts }
}

function summaryOf({ state }: PaymentFacts): string {
  return state.kind === 'declined' ? `${state.decline.code}: ${state.decline.advice}` : state.kind
}

describe('test cards', () => {
  const declines: Readonly<Record<string, string>> = {
    '4000000000000002': 'generic_decline: retry_later',
    '4000000000000341': 'generic_decline: retry_later',
    '4000000000009995': 'insufficient_funds: retry_later',
    '4000000000009987': 'lost_card: stop',
    '4000000000009979': 'stolen_card: stop',
    '4000000000000069': 'expired_card: ask_customer',
    '4000000000000127': 'incorrect_cvc: ask_customer',
    '4000000000000119': 'processing_error: retry_later',
    '4000000000006975': 'card_velocity_exceeded: retry_later',
    '4100000000000019': 'fraudulent: stop',
    '4000000000004954': 'fraudulent: stop',
    '4000008400001280': 'generic_decline: retry_later',
  }
  const approvals = [
    '4000002500003155',
    '4000002760003184',
    '4000000000003220',
    '4000000000003063',
    '4000008260003178',
    '4000008400001629',
  ]
  const debits = TEST_NUMBERS.filter(({ brand }) => brand === 'sepa_debit').map(({ number }) => number)
  const expected = (number: string) => {
    if (approvals.includes(number)) return 'needs_action'
    return debits.includes(number) ? 'processing' : (declines[number] ?? 'succeeded')
  }

  it.each(TEST_NUMBERS.map(({ number }) => [number, expected(number)] as const))(
    '%s, charged off-session: %s',
    async (number, outcome) => {
      expect(summaryOf((await charge(number)).facts)).toBe(outcome)
    },
  )

  it('are accepted until they expire, and no other number is', async () => {
    const card = { accountId: 'acme', expiryMonth: 12, expiryYear: 2034 }
    for (const number of ['4111111111111111', '4242424242424241', '4242', '', 'DE89370400440532013000']) {
      expect(await provider.desk.addTestCard({ ...card, number })).toEqual({
        kind: 'refused',
        code: 'not_a_test_card',
        detail: 'the sandbox accepts only test card numbers',
      })
    }
    const visa = { ...card, number: '4242 4242 4242 4242' }
    expect(await provider.desk.addTestCard({ ...visa, expiryYear: 2020 })).toMatchObject({ code: 'expired' })
    expect(await provider.desk.addTestCard({ ...visa, expiryMonth: 13 })).toMatchObject({ code: 'expiry_invalid' })
    expect(await provider.desk.addTestCard(visa)).toMatchObject({ kind: 'added', method: { last4: '4242' } })
  })

  it('are stored without their number: only with brand, last four digits, expiry and behaviour', async () => {
    const numbers = TEST_NUMBERS.slice(0, 5).map(({ number }) => number)
    for (const number of numbers) await addCard(number)
    const { rows } = await books.query('select to_jsonb(m)::text as stored from sandbox.methods m')
    expect(rows.length).toBeGreaterThanOrEqual(numbers.length)
    const stored = rows.map((row) => row.stored).join()
    for (const number of numbers) {
      expect(stored).toContain(`"last4": "${number.slice(-4)}"`)
      expect(stored).not.toContain(number)
      expect(stored).not.toContain(number.slice(0, 6))
    }
  })

  it('4000002500003155 needs approval once, and never again off-session after that', async () => {
    const card = await addCard('4000002500003155')
    const confirm = async (isOffSession: boolean) => {
      const payment = paymentFor(card.accountId, card, { isOffSession })
      const { paymentId } = await factsIn(provider.prepare(payment))
      return factsIn(provider.confirm(paymentId, payment.attemptId))
    }
    const first = await confirm(true)
    expect(summaryOf(first)).toBe('needs_action')
    await provider.desk.approve(first.paymentId)
    expect(summaryOf(await confirm(true))).toBe('succeeded')
    expect(summaryOf(await confirm(false))).toBe('needs_action')
  })

  it.each([
    ['4000002500003155', true, true, 'succeeded'],
    ['4000002500003155', true, false, 'needs_action'],
    ['4000003800000446', false, true, 'succeeded'],
    ['4000003800000446', false, false, 'needs_action'],
    ['4000002760003184', true, true, 'needs_action'],
    ['4000008260003178', true, true, 'insufficient_funds: retry_later'],
  ])('%s, approved when added: %s, off-session: %s: %s', async (number, isApproved, isOffSession, outcome) => {
    expect(summaryOf((await charge(number, { isApproved, isOffSession })).facts)).toBe(outcome)
  })

  it.each([
    ['4000008260003178', 'insufficient_funds: retry_later'],
    ['4000008400001629', 'generic_decline: retry_later'],
    ['4000002760003184', 'succeeded'],
  ])('%s, once approved: %s', async (number, outcome) => {
    const { paymentId } = await charge(number)
    await provider.desk.approve(paymentId)
    expect(summaryOf(await factsIn(provider.readPayment(paymentId)))).toBe(outcome)
  })
})

describe('delayed outcomes:', () => {
  let timed: SandboxProvider

  let nowMicros = Date.parse('2030-01-01T00:00:00Z') * 1000

  beforeAll(() => {
    timed = open({ now: () => nowMicros })
  })
  // Whatever a test left pending happens before the next test.
  beforeEach(async () => {
    pass(3600)
    await listAll(timed, null)
  })
  const pass = (seconds: number) => {
    nowMicros += seconds * MICROS_PER_SECOND
  }

  it.each([
    ['AT611904300234573201', 30, 'succeeded'],
    ['AT321904300235473204', 180, 'succeeded'],
    ['AT861904300235473202', 30, 'generic_decline: retry_later'],
    ['AT051904300235473205', 180, 'generic_decline: retry_later'],
    ['AT981904300002222227', 30, 'insufficient_funds: retry_later'],
    ['AT591904300235473203', 30, 'succeeded'],
  ])('%s is processed for %s seconds, then %s', async (number, seconds, outcome) => {
    const { paymentId } = await charge(number, { by: timed })
    pass(seconds - 1)
    expect(summaryOf(await factsIn(timed.readPayment(paymentId)))).toBe('processing')
    expect(summaryOf(await factsIn(timed.cancel(paymentId)))).toBe('processing')
    expect(await timesCharged(paymentId)).toBe(0)
    pass(1)
    expect(summaryOf(await factsIn(timed.readPayment(paymentId)))).toBe(outcome)
    expect(await timesCharged(paymentId)).toBe(outcome === 'succeeded' ? 1 : 0)
  })

  it('a change is in the list once it is due, even if nobody reads the payment', async () => {
    const { paymentId } = await charge('AT611904300234573201', { by: timed })
    const { cursor } = await listAll(timed, null)
    expect((await listAll(timed, cursor)).facts).toEqual([])
    pass(30)
    expect((await listAll(timed, cursor)).facts.map((one) => [one.paymentId, summaryOf(one)])).toEqual([
      [paymentId, 'succeeded'],
    ])
  })

  it('a refund of 4000000000007726 counts once it is made, 30 seconds later', async () => {
    const { paymentId } = await charge('4000000000007726', { by: timed })
    await timed.desk.refund(paymentId, 10_000_000n)
    expect((await factsIn(timed.readPayment(paymentId))).refundedMicros).toBe(0n)
    await expect(timed.desk.refund(paymentId, 20_000_000n)).rejects.toThrow('exceeds what is left')
    pass(30)
    expect((await factsIn(timed.readPayment(paymentId))).refundedMicros).toBe(10_000_000n)
  })

  it('a refund of 4000000000005126 counts at once, and fails 30 seconds later', async () => {
    const { paymentId } = await charge('4000000000005126', { by: timed })
    await timed.desk.refund(paymentId, null)
    expect((await factsIn(timed.readPayment(paymentId))).refundedMicros).toBe(25_000_000n)
    pass(30)
    expect((await factsIn(timed.readPayment(paymentId))).refundedMicros).toBe(0n)
  })

  it('4000000000000259 is disputed right after its charge, and the money returns when the dispute is won', async () => {
    const { paymentId, facts } = await charge('4000000000000259', { by: timed })
    expect(facts).toMatchObject({ state: { kind: 'succeeded' }, disputedMicros: 0n })
    const seen = (await listAll(timed, null)).facts.filter((one) => one.paymentId === paymentId)
    expect(seen.at(-1)).toMatchObject({ state: { kind: 'succeeded' }, disputedMicros: 25_000_000n })
    await timed.desk.win(paymentId)
    expect(await factsIn(timed.readPayment(paymentId))).toMatchObject({ disputedMicros: 0n })
    await expect(timed.desk.dispute(paymentId)).rejects.toThrow('already been disputed')
  })

  it('4000000000001976 has an inquiry, which moves nothing until it becomes a dispute', async () => {
    const { paymentId } = await charge('4000000000001976', { by: timed })
    pass(60)
    expect(await factsIn(timed.readPayment(paymentId))).toMatchObject({ disputedMicros: 0n })
    await timed.desk.dispute(paymentId)
    expect(await factsIn(timed.readPayment(paymentId))).toMatchObject({ disputedMicros: 25_000_000n })
  })

  it('a clock that is set back moves no change behind a cursor', async () => {
    await charge('4242424242424242', { by: timed })
    const { cursor } = await listAll(timed, null)
    pass(-86_400)
    const { paymentId } = await charge('4242424242424242', { by: timed })
    expect((await listAll(timed, timed.rewind(cursor, 0))).facts.map((one) => one.paymentId)).toContain(paymentId)
  })
})

describe('the list of changes, with concurrent writers', () => {
  it('misses no change of any payment', async () => {
    const writers = Array.from({ length: 4 }, () => open())
    const start = (await listAll(provider, null)).cursor
    const card = await addCard('4242424242424242')
    const latest = new Map<string, PaymentFacts>()
    let isWriting = true
    const follow = async () => {
      for (let cursor = start; ; ) {
        const isLastLook = !isWriting
        const found = await listAll(provider, cursor)
        for (const one of found.facts) latest.set(one.paymentId, one)
        cursor = found.cursor
        if (isLastLook) return
      }
    }
    const write = async (writer: SandboxProvider) => {
      const ids: string[] = []
      for (let at = 0; at < 25; at++) {
        const payment = paymentFor(card.accountId, card)
        const { paymentId } = await factsIn(writer.prepare(payment))
        await factsIn(writer.confirm(paymentId, payment.attemptId))
        ids.push(paymentId)
      }
      return ids
    }
    const following = follow()
    const ids = (await Promise.all(writers.flatMap((writer) => [write(writer), write(writer)]))).flat()
    isWriting = false
    await following
    expect(ids.filter((id) => latest.get(id)?.state.kind !== 'succeeded')).toEqual([])
    expect(latest.size).toBe(ids.length)
  })

  it('waits for a change that has a number but is not committed yet', async () => {
    const start = (await listAll(provider, null)).cursor
    const { paymentId } = await charge('4242424242424242')
    const behind = (await listAll(provider, start)).cursor
    await books.query('begin')
    await books.query('update sandbox.change_counter set last_change = last_change + 1')
    await books.query(
      `update sandbox.payments set change_number = (select last_change from sandbox.change_counter)
        where payment_id = $1`,
      [paymentId],
    )
    // It gets the next number, and would be seen before the one that is not committed.
    const charging = charge('4242424242424242')
    await until('the next change waits for the number', async () => {
      const { rows } = await books.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return rows.length > 0
    })
    expect((await listAll(provider, behind)).facts).toEqual([])
    await books.query('commit')
    const later = await charging
    const seen = (await listAll(provider, behind)).facts.map((one) => one.paymentId)
    expect(new Set(seen)).toEqual(new Set([paymentId, later.paymentId]))
  })
})

describe('two processes', () => {
  it('that confirm one payment at once charge once', async () => {
    const card = await addCard('4242424242424242')
    const payment = paymentFor(card.accountId, card)
    const { paymentId } = await factsIn(provider.prepare(payment))
    const run = () => promisify(execFile)(process.execPath, [CONFIRM, databaseUrl, paymentId, payment.attemptId])
    const ends = await Promise.all([run(), run()])
    expect(ends.map(({ stdout }) => stdout)).toEqual(['succeeded', 'succeeded'])
    expect(await timesCharged(paymentId)).toBe(1)
  })

  it('leave a payment charged if one is killed between commit and answer, and the other sees it', async () => {
    const card = await addCard('4242424242424242')
    const payment = paymentFor(card.accountId, card)
    const { paymentId } = await factsIn(provider.prepare(payment))
    await provider.desk.orderFault({ fault: 'slow', call: 'confirm', timesLeft: 1, delayMs: 600_000 })
    const child = spawn(process.execPath, [CONFIRM, databaseUrl, paymentId, payment.attemptId], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (text) => {
      output += text
    })
    try {
      await until('the charge is committed', async () => (await timesCharged(paymentId)) === 1)
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    expect(output).toBe('')
    expect(summaryOf(await factsIn(provider.readPayment(paymentId)))).toBe('succeeded')
    expect(summaryOf(await factsIn(provider.confirm(paymentId, payment.attemptId)))).toBe('succeeded')
    expect(await timesCharged(paymentId)).toBe(1)
  })
})

describe('ordered faults', () => {
  let hasty: SandboxProvider

  beforeAll(() => {
    hasty = open({ deadlineMs: 300 })
  })
  beforeEach(() => provider.desk.endFaults())
  afterAll(() => provider.desk.endFaults())

  const order = (fault: FaultKind, more: Partial<OrderedFault> = {}) =>
    hasty.desk.orderFault({ fault, call: null, timesLeft: null, delayMs: null, ...more })

  async function prepared() {
    const card = await addCard('4242424242424242')
    const payment = paymentFor(card.accountId, card)
    return { ...payment, ...(await factsIn(provider.prepare(payment))) }
  }

  it.each([
    ['down', 'unavailable', 0],
    ['timeout_before', 'unknown', 0],
    ['timeout_after', 'unknown', 1],
    ['twice', 'facts', 1],
  ] as const)('%s: a confirmation answers %s, and has charged %s times', async (fault, kind, times) => {
    const { paymentId, attemptId } = await prepared()
    await order(fault, { call: 'confirm' })
    expect((await provider.confirm(paymentId, attemptId)).kind).toBe(kind)
    expect(await timesCharged(paymentId)).toBe(times)
    await hasty.desk.endFaults()
    expect(summaryOf(await factsIn(provider.confirm(paymentId, attemptId)))).toBe('succeeded')
    expect(await timesCharged(paymentId)).toBe(1)
  })

  it('slow: past the deadline the answer is unknown, but the call takes effect', async () => {
    const { paymentId, attemptId } = await prepared()
    await order('slow', { delayMs: 60_000 })
    expect(await hasty.confirm(paymentId, attemptId)).toEqual({
      kind: 'unknown',
      detail: 'no answer within 300 ms',
    })
    await hasty.desk.endFaults()
    await until('it was done', async () => (await timesCharged(paymentId)) === 1)
  })

  it('slow: within the deadline the answer is only late', async () => {
    const { paymentId } = await prepared()
    await order('slow', { delayMs: 1 })
    expect((await provider.readPayment(paymentId)).kind).toBe('facts')
  })

  it('apply to the named call and for the given number of calls, in any process', async () => {
    await order('down', { timesLeft: 2, call: 'readMethod' })
    const { paymentId } = await prepared()
    const other = open()
    expect((await other.readPayment(paymentId)).kind).toBe('facts')
    const kinds = await Promise.all([provider, other, provider].map(async (one) => (await one.readMethod('x')).kind))
    expect(kinds.toSorted()).toEqual(['gone', 'unavailable', 'unavailable'])
    expect(await provider.desk.listFaults()).toEqual([])
  })

  it('twice: a list has every change twice', async () => {
    const start = (await listAll(provider, null)).cursor
    const { paymentId } = await prepared()
    await order('twice', { call: 'listChanged' })
    expect((await listAll(provider, start)).facts.map((one) => one.paymentId)).toEqual([paymentId, paymentId])
  })

  it('an unreachable server is unavailable, and a silent one unknown at the deadline', async () => {
    const unreachable = open({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' })
    expect(await unreachable.readPayment('x')).toMatchObject({ kind: 'unavailable' })
    await books.query('begin')
    await books.query('lock table sandbox.ordered_faults in access exclusive mode')
    try {
      expect(await hasty.readPayment('x')).toMatchObject({ kind: 'unknown' })
    } finally {
      await books.query('rollback')
    }
  })
})

describe('the database of the sandbox', () => {
  it.each([
    [
      'postgres://u:p@db:5433/tollgate?sslmode=require',
      null,
      'postgres://u:p@db:5433/tollgate_sandbox?sslmode=require',
    ],
    ['postgres://db/tollgate', 'postgres://elsewhere/payments', 'postgres://elsewhere/payments'],
  ])('beside %s, with %s given, is %s', (ledger, given, expected) => {
    expect(sandboxDatabaseUrl(ledger, given)).toBe(expected)
  })

  it('is never the ledger itself, which may be restored to an earlier point', () => {
    expect(() => sandboxDatabaseUrl('postgres://a@db/tollgate', 'postgres://b@db/tollgate')).toThrow('one of its own')
  })

  it('is created and migrated once, however many processes open it at once', async () => {
    const url = new URL(`/test_${randomBytes(6).toString('hex')}_sandbox`, databaseUrl)
    const many = Array.from({ length: 8 }, () => open({ databaseUrl: url.href }))
    try {
      const answers = await Promise.all(many.map((one) => one.createCustomer('acme')))
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
      expect(answers[0]).toMatchObject({ kind: 'customer' })
    } finally {
      await Promise.all(many.map((one) => one.close()))
      opened.splice(-many.length)
      await onServer(new URL('/postgres', url).href, `drop database ${url.pathname.slice(1)} with (force)`)
    }
  })
})

describe('tollgate sandbox', () => {
  const run = async (...args: string[]) => {
    const ended = await runTollgate({ TOLLGATE_DATABASE_URL: ledgerUrl }, 'sandbox', ...args)
    return {
      ...ended,
      json: () =>
        ended.stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
    }
  }

  it('approves, refunds, disputes and wins, prints the payment as JSON and as text, and lists the totals', async () => {
    const { paymentId, accountId } = await charge('4000002760003184')
    expect((await run('approve', paymentId, '--json')).json()).toEqual([
      expect.objectContaining({ provider: 'sandbox', payment_id: paymentId, state: 'succeeded', charged: '25.000000' }),
    ])
    expect((await run('refund', paymentId, '5.50')).stdout).toBe(
      `sandbox payment ${paymentId}: succeeded, charged 25.000000, refunded 5.500000, disputed 0.000000 EUR\n`,
    )
    expect((await run('dispute', paymentId, '--json')).json()).toMatchObject([
      { dispute: 'open', disputed: '19.500000' },
    ])
    const listed = await run('payments', '--account', accountId, '--json')
    expect(listed.json()).toMatchObject([{ payment_id: paymentId, refunded: '5.500000', disputed: '19.500000' }])
    expect(listed.stderr).toBe('1 sandbox payment\nEUR: charged 25.000000, refunded 5.500000, disputed 19.500000\n')
    expect((await run('win', paymentId, '--json')).json()).toMatchObject([{ dispute: 'won', disputed: '0.000000' }])
  })

  it('declines with a code, and settles a payment that is processing', async () => {
    const waiting = await charge('4000002760003184')
    await run('decline', waiting.paymentId, '--code', 'lost_card')
    expect(summaryOf(await factsIn(provider.readPayment(waiting.paymentId)))).toBe('lost_card: stop')
    const processing = await charge('AT321904300235473204')
    expect((await run('settle', processing.paymentId, '--json')).json()).toMatchObject([{ state: 'succeeded' }])
  })

  it('prints one line if an action is not possible, and exits 1; wrong usage exits 2', async () => {
    const { paymentId } = await charge('4242424242424242')
    expect(await run('approve', paymentId)).toMatchObject({
      exitCode: 1,
      stderr: `tollgate: sandbox payment ${paymentId}: it is succeeded and is not waiting for approval\n`,
    })
    expect(await run('refund', paymentId, '100')).toMatchObject({ exitCode: 1 })
    expect(await run('settle', 'none')).toMatchObject({ exitCode: 1 })
    expect(await run('refund', paymentId, '1.234')).toMatchObject({ exitCode: 2 })
    expect(await run('outage', 'sideways')).toMatchObject({ exitCode: 2 })
  })

  it('orders an outage for every process, lists it and ends it', async () => {
    expect((await run('outage', 'on', '--times', '3', '--json')).json()).toEqual([
      { provider: 'sandbox', fault: 'down', call: null, times_left: 3, delay_ms: null },
    ])
    expect(await provider.readPayment('x')).toMatchObject({ kind: 'unavailable' })
    expect((await run('outage')).stdout).toContain('down\tany\t2\t-')
    expect(await run('outage', 'off')).toMatchObject({ exitCode: 0, stderr: 'no faults are in force\n' })
    expect((await provider.readPayment('x')).kind).toBe('refused')
  })
})
