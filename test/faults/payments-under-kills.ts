/**
 * Payments processes under SIGKILL at each step of a charge, while they hold other top-ups: at any step, no customer is charged
 * twice and no payment is lost, with either provider. `npm run faults` kills thirty times.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Message } from 'kafkajs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Serve, startServe } from '../../stack/serve.ts'
import { turnAutoTopUpOn } from '../../testkit/auto-top-up.ts'
import { isDiffering } from '../../testkit/payment-books.ts'
import { createRandom } from '../../testkit/random.ts'
import { until } from '../../testkit/until.ts'
import type { TestInstallation } from '../support/installation.ts'
import { createInstallationAt, type GatedProvider } from '../support/killed-provider.ts'
import { adjust, apply } from '../support/ledger.ts'
import { type Fleet, type Killed, STEPS, startFleet } from '../support/payment-kills.ts'
import { CARDS, type Card } from '../support/payments.ts'
import { completeRollUp } from '../support/rolled-up.ts'
import { runVerify } from '../support/tollgate.ts'

const SEED = Number(process.env.TOLLGATE_TEST_SEED ?? 7)
const CARD_OF = (i: number): Card => (i % 10 === 8 ? 'expired' : i % 10 === 9 ? 'noFunds' : 'good')
const THRESHOLD_MICROS = 1_000_000n
const AMOUNT_MICROS = 5_000_000n
const MAX_CHARGES_PER_DAY = 5
/** As many as `returnMoney` of the provider needs. */
const RETURNED_PAYMENTS = 4

const PROCESSES = 3
const SEND_INTERVAL_MS = 100
/** Each of 350 lookups, 1.40: with so many accounts, one is always falling below its threshold. */
const EVENTS_PER_SEND = 3
const QUANTITY = 350
/** The share of events that are corrections of an earlier one; and the maximum delay of usage. */
const CORRECTED_SHARE = 0.1
const MAX_LATE_MICROS = 20 * 3_600 * 1_000_000
const MS_PER_KILL = 30_000
/** Longer than a minute, at which the provider's list is read. */
const POSTED_WITHIN_MS = 90_000

/** `kills`: one at each step and one at random, in rounds, unless fewer. */
export function describePaymentsUnderKills(name: GatedProvider['name'], kills: number): void {
  /** Each may be charged five times a day. */
  const accounts = Array.from({ length: 10 + 4 * kills }, (_, i) => `charged-often-${i}`)
  const random = createRandom(SEED)

  let installation: TestInstallation
  let provider: GatedProvider
  let rater: Serve
  let fleet: Fleet

  beforeAll(async () => {
    ;({ installation, provider } = await createInstallationAt(name))
    const [sample] = installation.accounts
    await apply(
      installation,
      accounts.map((accountId) => ({ ...sample!, accountId, contacts: [] })),
    )
    for (const [i, accountId] of accounts.entries()) {
      await adjust(installation, accountId, 3_000_000n)
      await turnAutoTopUpOn(installation, provider.desk, {
        accountId,
        number: CARDS[CARD_OF(i)],
        thresholdMicros: THRESHOLD_MICROS,
        amountMicros: AMOUNT_MICROS,
        provider: provider.name,
      })
    }
    rater = await startServe({ ...installation.environment, TOLLGATE_ROLES: 'rater,relay,jobs' })
    fleet = await startFleet(installation, provider, PROCESSES, random)
  })

  afterAll(async () => {
    await Promise.all([rater?.stop(), fleet?.stop()])
    await provider?.close()
    await installation?.close()
  })

  interface Spent {
    readonly key: string
    readonly eventId: string
    readonly value: Buffer
  }

  let sent = 0
  /** The first event, which chance does not correct. */
  let first: Spent | undefined

  /** Set while payments are waited for that do not concern the fleet. */
  let needsPayments = false

  async function spendUntil(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      if (needsPayments || fleet.isWaiting()) {
        const events = Array.from({ length: EVENTS_PER_SEND }, () => usageOf(random.pick(accounts)))
        first ??= events[0]!
        await installation.produce('usage.other.v1', events)
        if (random.chance(CORRECTED_SHARE * EVENTS_PER_SEND)) {
          await installation.produce('usage.corrections.v1', [correctionOf(random.pick(events.slice(1)))])
        }
      }
      await delay(SEND_INTERVAL_MS, undefined, { signal: stop }).catch(() => {})
    }
  }

  function usageOf(accountId: string): Spent {
    const eventId = `event-${++sent}`
    const record = {
      event_id: eventId,
      account_id: accountId,
      occurred_at: installation.startMicros - random.whole(MAX_LATE_MICROS),
      user_id: null,
      interaction_id: null,
      sku: 'number-lookup',
      quantity: QUANTITY,
    }
    return { key: accountId, eventId, value: Buffer.from(installation.encode('usage.other.v1', record)) }
  }

  function correctionOf({ key, eventId }: Spent): Message {
    const record = {
      event_id: `correction-of-${eventId}`,
      account_id: key,
      occurred_at: installation.startMicros,
      user_id: null,
      interaction_id: null,
      corrects: eventId,
    }
    return { key, value: Buffer.from(installation.encode('usage.corrections.v1', record)) }
  }

  async function returnMoney(): Promise<void> {
    needsPayments = true
    await until(`${RETURNED_PAYMENTS} payments are made`, async () => {
      return (await provider.charged()).length >= RETURNED_PAYMENTS
    }).finally(() => {
      needsPayments = false
    })
    await provider.returnMoney(AMOUNT_MICROS / 4n)
  }

  /** Open top-ups that are still in progress; the others are retried in an hour, or later. */
  async function readInProgress(): Promise<unknown[]> {
    const { rows } = await installation.pool.query(
      `select account_id, state, claimed_by from tollgate.top_ups
      where state in ('prepared', 'charging', 'unknown', 'processing', 'needs_action')
         or (state = 'requested' and next_try_at < now() + interval '5 minutes')`,
    )
    return rows
  }

  /** Below the threshold, although neither an open top-up, a pause nor a limit explains it. */
  const WITHOUT_REASON = `
  select a.account_id, a.balance_micros
    from tollgate.accounts a join tollgate.auto_top_up_memory m using (account_id)
   where a.balance_micros < $1 and m.pause_reason is null and m.waits_until is null
     and not exists (
       select from tollgate.top_ups t
        where t.account_id = a.account_id and t.state = 'requested' and t.next_try_at > now())`

  const OPEN_TWICE = `
  select account_id from tollgate.top_ups
   where trigger = 'automatic' and state not in ('succeeded', 'failed', 'canceled', 'skipped', 'no_longer_needed')
   group by account_id having count(*) > 1`

  async function movementKinds(): Promise<string[]> {
    const { rows } = await installation.pool.query<{ kind: string }>(
      'select distinct kind from tollgate.movements order by kind',
    )
    return rows.map(({ kind }) => kind)
  }

  it(
    `E: payments processes killed ${kills} times at any step of a charge charge nobody twice, and lose no payment (seed ${SEED})`,
    async () => {
      const stop = new AbortController()
      const spending = spendUntil(stop.signal)
      const killed: Killed[] = []
      try {
        for (let i = 0; i < kills; i++) {
          if (i === Math.ceil(kills / 2)) await returnMoney()
          killed.push(...(await fleet.killNext()))
        }
      } finally {
        stop.abort()
        await spending
      }
      await installation.untilDrained()
      // Chance may have corrected none that was recorded before its correction.
      await installation.produce('usage.corrections.v1', [correctionOf(first!)])
      await installation.untilDrained()
      await until(
        'refunds and disputes are posted',
        async () => (await provider.books(installation.pool)).every((book) => !isDiffering(book)),
        POSTED_WITHIN_MS,
      )
      let left: unknown[] = []
      await until(
        'no top-up is in progress',
        async () => {
          left = await readInProgress()
          return left.length === 0
        },
        60_000,
        () => left,
      )

      const killsAt = countOf(killed.map(({ step }) => step))
      console.info(
        `${killed.length} kills by step`,
        killsAt,
        'everything that was held',
        countOf(killed.flatMap(({ held }) => held)),
      )
      const minAtEach = Math.floor(kills / (STEPS.length + 1))
      for (const step of STEPS) expect(killsAt[step] ?? 0, step).toBeGreaterThanOrEqual(minAtEach)
      expect((await provider.books(installation.pool)).filter(isDiffering)).toEqual([])
      const charged = await provider.charged()
      expect(charged.length).toBeGreaterThan(kills)
      const counts = (key: 'topUpId' | 'accountId') =>
        [...Map.groupBy(charged, (one) => one[key]).values()].map((all) => all.length)
      expect(Math.max(...counts('topUpId'))).toBe(1)
      expect(Math.max(...counts('accountId'))).toBeLessThanOrEqual(MAX_CHARGES_PER_DAY)
      expect((await installation.pool.query(OPEN_TWICE)).rows).toEqual([])
      expect((await installation.pool.query(WITHOUT_REASON, [THRESHOLD_MICROS])).rows).toEqual([])
      expect(await movementKinds()).toEqual(['adjustment', 'dispute', 'refund', 'reversal', 'top_up', 'usage'])
      expect(await completeRollUp(installation.pool)).toEqual({ differences: [], differingBalances: [] })
      expect(await runVerify(installation.environment)).toMatchObject({ exitCode: 0, stdout: '' })
    },
    120_000 + kills * MS_PER_KILL,
  )
}

function countOf(names: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]))
}
