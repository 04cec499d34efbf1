/**
 * Histories of top-ups made up from a seed: debits, cards of every kind, a provider that is down, slow of mind or silent,
 * settings that change, people who approve, refund and dispute, several workers. After each, and once all faults are over,
 * the provider's own books and the ledger's must say the same; what they should say is summed up here from the provider's
 * side alone, with no code of the product.
 *
 *   TOLLGATE_TEST_HISTORY=17 npm test ...   plays one seed, and prints its steps
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../../testkit/random.ts'
import { testAccount } from '../support/catalog.ts'
import { brokenChains } from '../support/chains.ts'
import { adjust, apply } from '../support/ledger.ts'
import { CARDS, type Card, openTestPayments, type TestPayments } from '../support/payments.ts'

const ONE = process.env.TOLLGATE_TEST_HISTORY
const SEEDS = ONE === undefined ? Array.from({ length: 50 }, (_, seed) => seed + 1) : [Number(ONE)]
const STEPS = 20
const THRESHOLD = 10_000_000n
const AMOUNT = 20_000_000n
const MAX_A_DAY = 5

let payments: TestPayments

beforeAll(async () => {
  payments = await openTestPayments()
})

afterAll(async () => {
  await payments?.close()
})

/** Mostly one that works, or little would happen. */
const DECK: readonly Card[] = [...(Object.keys(CARDS) as Card[]), 'good', 'good', 'good', 'good', 'good']

interface Account {
  readonly accountId: string
  methodId: string
  card: Card
  isOn: boolean
  capMicros: bigint | null
}

async function openAccount(accountId: string, random: Random): Promise<Account> {
  await apply(payments, [testAccount({ accountId })])
  await adjust(payments, accountId, BigInt(11 + random.whole(50)) * 1_000_000n)
  const card = random.pick(DECK)
  const capMicros = random.chance(0.3) ? BigInt(1 + random.whole(6)) * AMOUNT : null
  const methodId = await payments.addCard(accountId, card)
  const account = { accountId, methodId, card, isOn: true, capMicros }
  await save(account)
  return account
}

async function save({ accountId, methodId, isOn, capMicros }: Account): Promise<void> {
  const settings = { isOn, thresholdMicros: THRESHOLD, amountMicros: AMOUNT, monthlyCapMicros: capMicros }
  await payments.save(accountId, settings, methodId)
}

const HAPPENINGS = {
  spend: 8,
  settle: 5,
  pass: 3,
  tend: 2,
  fault: 2,
  card: 1,
  off: 1,
  on: 1,
  approve: 2,
  refund: 1,
  dispute: 1,
  win: 1,
} as const
/** Each as often as its weight. */
const DEALT = (Object.keys(HAPPENINGS) as (keyof typeof HAPPENINGS)[]).flatMap((kind) =>
  Array.from({ length: HAPPENINGS[kind] }, () => kind),
)

/** One thing that happens; what it was, in words. */
async function happen(account: Account, random: Random): Promise<string> {
  const { accountId } = account
  const { desk } = payments.provider
  const theirs = await desk.listPayments(accountId, { after: null, limit: 1_000 })
  const chosen = theirs.length === 0 ? null : random.pick(theirs)
  const kind = random.pick(DEALT)
  switch (kind) {
    case 'spend': {
      const micros = BigInt(1 + random.whole(random.chance(0.2) ? 200_000_000 : 30_000_000))
      await adjust(payments, accountId, -micros, 'spent')
      return `spends ${micros}`
    }
    case 'settle': {
      const workers = 1 + random.whole(3)
      await payments.settle(workers)
      return `${workers} workers settle`
    }
    case 'pass': {
      const hours = random.pick([0.1, 1.5, 5, 26])
      await payments.pass(hours)
      return `${hours} hours pass`
    }
    case 'tend':
      await payments.tend()
      return 'the role tends'
    case 'fault': {
      const fault = random.pick(['down', 'timeout_before', 'timeout_after', 'twice'] as const)
      const call = random.pick(['prepare', 'confirm', 'readPayment', 'cancel', 'listChanged', null] as const)
      await desk.orderFault({ fault, call, timesLeft: 1 + random.whole(3), delayMs: null })
      return `${fault} at ${call}`
    }
    case 'card':
      account.card = random.pick(DECK)
      account.methodId = await payments.addCard(accountId, account.card, {
        isOn: account.isOn,
        thresholdMicros: THRESHOLD,
        amountMicros: AMOUNT,
        monthlyCapMicros: account.capMicros,
      })
      return `another card: ${account.card}`
    case 'off':
      account.isOn = false
      await save(account)
      return 'is turned off'
    case 'on':
      account.isOn = true
      await save(account)
      return 'is turned on, or resumed'
    case 'approve':
    case 'refund':
    case 'dispute':
    case 'win': {
      if (chosen === null) return 'nothing'
      const done = await (kind === 'refund'
        ? desk.refund(chosen.paymentId, random.chance(0.5) ? 5_000_000n : null)
        : desk[kind](chosen.paymentId)
      ).then(
        () => true,
        () => false,
      )
      return `${kind} ${chosen.paymentId}: ${done ? 'done' : 'not possible'}`
    }
  }
}

/** What must hold at any moment, of one account, by the provider's books and the tables alone. */
async function checkAlways(account: Account): Promise<void> {
  const { accountId } = account
  const { rows: open } = await payments.pool.query(
    `select count(*)::int as count from tollgate.top_ups
      where account_id = $1 and trigger = 'automatic'
        and state in ('requested', 'prepared', 'charging', 'unknown', 'processing', 'needs_action')`,
    [accountId],
  )
  expect(open[0].count, 'automatic top-ups open at once').toBeLessThanOrEqual(1)
  const charged = await payments.charges(accountId)
  // By the sandbox's clock, in which time only passes.
  const times = charged.map(({ createdAtMicros }) => createdAtMicros).toSorted((a, b) => a - b)
  for (const [i, at] of times.entries()) {
    const sixth = times[i + MAX_A_DAY]
    if (sixth !== undefined)
      expect(sixth - at, 'six charges within a day').toBeGreaterThanOrEqual(86_400_000_000 * 0.99)
  }
}

/** What must hold once faults are over and everything has come to rest. */
async function checkSettled(account: Account): Promise<void> {
  const { accountId } = account
  const listed = await payments.provider.desk.listPayments(accountId, { after: null, limit: 1_000 })
  let expectedMicros = 0n
  for (const facts of listed) {
    const answer = await payments.provider.readPayment(facts.paymentId)
    if (answer.kind !== 'facts') throw new Error(`the sandbox does not answer: ${answer.kind}`)
    const { state, amountMicros, refundedMicros, disputedMicros } = answer.facts
    if (state.kind !== 'succeeded') continue
    const backMicros = refundedMicros + disputedMicros
    expectedMicros += amountMicros - (backMicros > amountMicros ? amountMicros : backMicros)
  }
  const { rows } = await payments.pool.query<{ micros: bigint; balance: bigint; spent: bigint }>(
    `select coalesce(sum(amount_micros) filter (where kind in ('top_up', 'refund', 'dispute')), 0)::bigint as micros,
            coalesce(sum(amount_micros), 0)::bigint as balance,
            coalesce(sum(amount_micros) filter (where kind = 'adjustment'), 0)::bigint as spent
       from tollgate.movements where account_id = $1`,
    [accountId],
  )
  expect(rows[0]!.micros, 'movements of payments').toBe(expectedMicros)
  expect(rows[0]!.balance).toBe(rows[0]!.spent + expectedMicros)

  const { rows: standing } = await payments.pool.query(
    `select a.balance_micros >= $2 as is_above, s.auto_top_up_is_on as is_on, m.pause_reason, m.waits_for,
            exists (select from tollgate.top_ups t where t.account_id = a.account_id and t.trigger = 'automatic'
              and t.state in ('requested', 'prepared', 'charging', 'unknown', 'processing', 'needs_action')) as is_open,
            exists (select from tollgate.payment_methods p
              where p.account_id = a.account_id and p.is_default and p.removed_at is null) as has_method
       from tollgate.accounts a
       join tollgate.account_settings s on s.account_id = a.account_id and s.version = a.settings_version
       left join tollgate.auto_top_up_memory m on m.account_id = a.account_id
      where a.account_id = $1`,
    [accountId, THRESHOLD],
  )
  const { is_above, is_on, pause_reason, waits_for, is_open, has_method } = standing[0]
  const isExplained = is_above || !is_on || !has_method || pause_reason !== null || waits_for !== null || is_open
  expect(isExplained, `stands without a word: ${JSON.stringify(standing[0])}`).toBe(true)
}

describe('histories of top-ups', () => {
  it.each(SEEDS)(
    'E: seed %i: what the provider charged is what was credited, and nobody stands without a word',
    async (seed) => {
      const random = createRandom(seed)
      const accounts: Account[] = []
      for (let i = 0; i < 2; i++) accounts.push(await openAccount(`seed-${seed}-${i}`, random))
      const steps: string[] = []
      try {
        for (let step = 0; step < STEPS; step++) {
          const account = random.pick(accounts)
          steps.push(`${account.accountId}: ${await happen(account, random)}`)
          await checkAlways(account)
        }
        // The faults are over. Whatever waits for time gets it.
        await payments.provider.desk.endFaults()
        for (let i = 0; i < 8; i++) {
          await payments.pass(1)
          await payments.tend()
          await payments.settle(2)
        }
        for (const account of accounts) {
          await checkAlways(account)
          await checkSettled(account)
        }
        expect(await brokenChains(payments.pool)).toEqual([])
      } catch (error) {
        throw new Error(`seed ${seed}:\n  ${steps.join('\n  ')}`, { cause: error })
      }
      if (ONE !== undefined) console.log(steps.join('\n'))
    },
  )
})
