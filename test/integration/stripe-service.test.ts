/**
 * A service with payments at Stripe, by its configuration and over HTTP: a card is entered on Checkout's page, an account
 * that falls below its threshold is charged, a payment is approved at the bank, and webhooks are received.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiKey } from '../../src/ledger/access/api-keys.ts'
import { type Serve, startServe } from '../../stack/serve.ts'
import { until } from '../../testkit/until.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { adjust, apply } from '../support/ledger.ts'
import { DOUBLE_KEY, type StripeDouble, startStripeDouble } from '../support/stripe-double/server.ts'
import { send, signed } from '../support/stripe-double/webhooks.ts'
import { runTollgate, runVerify } from '../support/tollgate.ts'

const SECRET = 'whsec_of_the_service'
const EMAIL = 'billing@acme.example'

let folder: string
let double: StripeDouble
let installation: TestInstallation
let serve: Serve
let token: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-stripe-'))
  const keyFile = join(folder, 'key')
  writeFileSync(keyFile, `${DOUBLE_KEY}\n`)
  double = await startStripeDouble()
  installation = await createInstallation({
    TOLLGATE_PAYMENT_PROVIDER: 'stripe',
    TOLLGATE_STRIPE_SECRET_KEY_FILE: keyFile,
    TOLLGATE_STRIPE_WEBHOOK_SECRET: SECRET,
    TOLLGATE_STRIPE_RECEIPTS: 'yes',
    TOLLGATE_STRIPE_API_URL: double.url,
  })
  const scopes = ['read', 'write', 'pay']
  token = (await createApiKey(installation.pool, { name: 'test', scopes, accountIds: null, actor: 'test' })).token
  serve = await startServe(installation.environment)
})

afterAll(async () => {
  await serve?.stop()
  await double?.close()
  await installation?.close()
  rmSync(folder, { recursive: true, force: true })
})

// biome-ignore lint/suspicious/noExplicitAny: the tests look into it
async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<any> {
  const response = await fetch(`${serve.apiUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'idempotency-key': randomUUID(),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
  return answer
}

/** An account with 10.00 and a card of this number; 20.00 is charged while the balance is below 5.00. */
async function openAccount(accountId: string, number: string): Promise<void> {
  const contacts = [
    { id: 'ann', email: 'ann@acme.example', locale: 'en-US', role: 'admin' as const },
    { id: 'bill', email: EMAIL, locale: 'en-US', role: 'billing' as const },
  ]
  await apply(installation, [{ ...installation.accounts[0]!, accountId, contacts }])
  await adjust(installation, accountId, 10_000_000n)
  const path = `/v1/accounts/${accountId}`
  const setup = await ask('POST', `${path}/payment-method-setups`, {
    return_url: `${serve.apiUrl}/docs`,
    make_default: true,
    consent: null,
  })
  const session = [...double.state.sessions.values()].find(({ url }) => url === setup.url)!
  double.bank.enterCard(session.id, number)
  // The browser returns.
  expect((await fetch(session.success_url)).status).toBe(200)
  const { method_id, state } = await ask('GET', `${path}/payment-method-setups/${setup.setup_id}`)
  expect(state).toBe('saved')
  const figures = { threshold: '5.00', amount: '20.00', monthly_cap: null }
  const { headers } = await fetch(`${serve.apiUrl}${path}/auto-top-up`, {
    headers: { authorization: `Bearer ${token}` },
  })
  await ask(
    'PUT',
    `${path}/auto-top-up`,
    {
      is_on: true,
      ...figures,
      consent: {
        ...figures,
        method_id,
        text: 'My card may be charged.',
        text_version: '1',
        locale: 'en',
        person: 'ann',
      },
    },
    { 'if-match': headers.get('etag')! },
  )
}

async function balanceOf(accountId: string): Promise<bigint> {
  return (await installation.balances()).get(accountId)!
}

describe('a service with Stripe', () => {
  it('charges an account that falls below its threshold once, with a receipt to its billing contact', async () => {
    await openAccount('runs-low', '4242424242424242')
    await adjust(installation, 'runs-low', -8_000_000n, 'spent')
    await until('it is credited', async () => (await balanceOf('runs-low')) === 22_000_000n)
    const [payment, ...others] = double.bank.books().filter(({ accountId }) => accountId === 'runs-low')
    expect(payment).toMatchObject({ state: 'succeeded', isAutomatic: true, amountMicros: 20_000_000n })
    expect(others).toEqual([])
    expect(double.state.intents.get(payment!.paymentId)!.receipt_email).toBe(EMAIL)
  })

  it('credits a payment that needs approval when the customer returns from the bank', async () => {
    await openAccount('asks', '4000002760003184')
    await adjust(installation, 'asks', -8_000_000n, 'spent')
    const find = async () => (await ask('GET', '/v1/accounts/asks/top-ups')).items[0]
    await until('it needs approval', async () => (await find())?.state === 'needs_action')
    const { top_up_id } = await find()
    const approval = { return_url: `${serve.apiUrl}/docs` }
    const { url } = await ask('POST', `/v1/accounts/asks/top-ups/${top_up_id}/approve`, approval)
    const { paymentId } = double.bank.books().find(({ accountId }) => accountId === 'asks')!
    expect(url).toContain(paymentId)
    const { return_url: returnPage } = double.state.intents.get(paymentId)!.next_action!.redirect_to_url
    double.bank.authenticate(paymentId, true)
    expect((await fetch(returnPage)).status).toBe(200)
    expect(await balanceOf('asks')).toBe(22_000_000n)
  })

  it('receives webhooks, and posts a refund made at the dashboard within seconds', async () => {
    const { paymentId } = double.bank.books().find(({ accountId }) => accountId === 'runs-low')!
    double.bank.refund(paymentId, 5_000_000n)
    const event = double.state.events.findLast(({ type }) => type === 'refund.created')!
    const url = `${serve.apiUrl}/webhooks/stripe`
    expect((await send(url, signed(event, SECRET))).status).toBe(200)
    expect((await send(url, signed(event, 'whsec_other'))).status).toBe(400)
    await until('it is posted', async () => (await balanceOf('runs-low')) === 17_000_000n, 20_000)
  })

  it('marks the settings version at Stripe, and passes verify', async () => {
    await until('both are marked', () => (double.bank.marks().get('asks') ?? 0) > 0, 20_000)
    const ended = await runVerify(installation.environment)
    expect(ended).toEqual({ exitCode: 0, stdout: '', stderr: expect.stringContaining('2 payments compared') })
  })

  it('logs nothing secret, and refuses commands of the sandbox', async () => {
    const log = readFileSync(serve.logFile, 'utf8')
    expect(log.split('\n').length).toBeGreaterThan(10)
    for (const secret of [DOUBLE_KEY, SECRET, EMAIL]) expect(log).not.toContain(secret)
    const ended = await runTollgate(installation.environment, 'sandbox', 'payments')
    expect(ended).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('payments are made with Stripe') })
  })

  it('does not start without its key, and names the missing variable', async () => {
    const { TOLLGATE_STRIPE_SECRET_KEY_FILE: _, ...environment } = installation.environment
    const ended = await runVerify(environment)
    expect(ended).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('TOLLGATE_STRIPE_SECRET_KEY') })
  })
})
