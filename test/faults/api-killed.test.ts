/**
 * API processes killed in the middle of a payment that is requested twenty times at once under one key. Every client that
 * retries until it is answered gets the same answer, and the card is charged once.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApiKey } from '../../src/ledger/access/api-keys.ts'
import { type Serve, startServe } from '../../stack/serve.ts'
import { turnAutoTopUpOn } from '../../testkit/auto-top-up.ts'
import { isDiffering, readPaymentBooks } from '../../testkit/payment-books.ts'
import { until } from '../../testkit/until.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { adjust, apply } from '../support/ledger.ts'
import { CARDS } from '../support/payments.ts'
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts'

const ACCOUNT = 'impatient'
const AT_ONCE = 20
const ROUNDS = 5
const RETRY_MS = 50
const ANSWERED_WITHIN_MS = 60_000

let installation: TestInstallation
let sandbox: TestSandbox
let payments: Serve
let api: Serve
let token: string

const start = () => startServe({ ...installation.environment, TOLLGATE_ROLES: 'api' })

beforeAll(async () => {
  installation = await createInstallation()
  sandbox = openTestSandbox(installation)
  await apply(installation, [{ ...installation.accounts[0]!, accountId: ACCOUNT, contacts: [] }])
  await adjust(installation, ACCOUNT, 50_000_000n)
  // Only its card is needed; automatic top-up plays no part here.
  const figures = { thresholdMicros: 10_000n, amountMicros: 20_000_000n }
  await turnAutoTopUpOn(installation, sandbox.desk, { accountId: ACCOUNT, number: CARDS.good, ...figures })
  const made = await createApiKey(installation.pool, {
    name: 'dashboard',
    scopes: ['pay'],
    accountIds: [ACCOUNT],
    actor: 'test',
  })
  token = made.token
  payments = await startServe({ ...installation.environment, TOLLGATE_ROLES: 'payments,relay' })
  api = await start()
})

afterAll(async () => {
  await Promise.all([api?.stop(), payments?.stop()])
  await sandbox?.drop()
  await installation?.close()
})

interface Answer {
  readonly status: number
  readonly text: string
}

/** Sends it until the answer is anything but "try again", as a patient client does. */
async function ask(key: string, amount: string): Promise<Answer> {
  const deadlineAt = performance.now() + ANSWERED_WITHIN_MS
  for (;;) {
    const answer = await fetch(`${api.apiUrl}/v1/accounts/${ACCOUNT}/top-ups`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ amount, method_id: null }),
    })
      .then(async (response) => ({ status: response.status, text: await response.text() }))
      .catch(() => null)
    if (answer !== null && answer.status !== 503) return answer
    if (performance.now() > deadlineAt) throw new Error(`${key} was not answered: ${JSON.stringify(answer)}`)
    await delay(RETRY_MS)
  }
}

it('E: one key is one payment and one answer, whichever process dies during the request', async () => {
  const asked: { key: string; amount: string; answers: Answer[] }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const [key, amount] = [randomUUID(), `${10 + round}.00`]
    const asking = Promise.all(Array.from({ length: AT_ONCE }, () => ask(key, amount)))
    // Somewhere in between: at first nothing is stored yet, later some have their answer.
    await delay(round * 15)
    await api.stop('SIGKILL')
    api = await start()
    asked.push({ key, amount, answers: await asking })
  }

  for (const { key, amount, answers } of asked) {
    expect(answers.map(({ status }) => status)).toEqual(Array(AT_ONCE).fill(201))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    const [{ text }] = answers as [Answer]
    expect(await ask(key, amount)).toEqual({ status: 201, text })
    const other = await ask(key, '99.00')
    expect({ status: other.status, type: JSON.parse(other.text).type }).toEqual({
      status: 422,
      type: 'urn:tollgate:problem:request-key-reused',
    })
  }
  const stateOf = async () =>
    (await installation.pool.query('select state, amount_micros from tollgate.top_ups order by amount_micros')).rows
  await until('all are paid', async () => (await stateOf()).every(({ state }) => state === 'succeeded'), 30_000)
  expect((await stateOf()).map(({ amount_micros }) => amount_micros)).toEqual(
    asked.map((_, round) => BigInt(10 + round) * 1_000_000n),
  )
  expect((await readPaymentBooks(installation.pool, sandbox.desk)).filter(isDiffering)).toEqual([])
  const charged = await sandbox.desk.listPayments(ACCOUNT, { after: null, limit: 100 })
  expect(charged.filter(({ state }) => state === 'succeeded')).toHaveLength(ROUNDS)
})
