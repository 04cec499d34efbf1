/**
 * Checks every kind of request that the product makes against Stripe's own OpenAPI document. The product sends them to the
 * double, which records them; then they are repeated unchanged at stripe-mock, which refuses what the document does not
 * allow. stripe-mock is built with Go: without Go the tests are skipped, with a warning.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { API_VERSION } from '../../src/payments/providers/stripe/client.ts'
import { createStripeProvider } from '../../src/payments/providers/stripe/provider.ts'
import { createLog } from '../../src/platform/log.ts'
import { cached } from '../../stack/downloads.ts'
import { freePort } from '../../stack/ports.ts'
import { until } from '../../testkit/until.ts'
import { factsIn, listAll, paymentFor } from '../support/provider-contract.ts'
import {
  DOUBLE_KEY,
  type RecordedRequest,
  type StripeDouble,
  startStripeDouble,
} from '../support/stripe-double/server.ts'

const VERSION = 'v0.203.0'
const run = promisify(execFile)
const hasGo = (() => {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()
if (!hasGo) {
  console.warn(
    '\nSKIPPED: Go is not on this machine, so stripe-mock cannot be built: no request was checked against Stripe’s OpenAPI document\n',
  )
}

/**
 * Parameters that have their former name in stripe-mock's document, which is older than our API version. Once it has the
 * current name a test fails, and the line is to be removed.
 */
const FORMER_NAMES: Readonly<Record<string, readonly [current: string, former: string]>> = {
  'POST /v1/checkout/sessions': ['allowed_payment_method_types', 'payment_method_types'],
}

describe.skipIf(!hasGo)('stripe-mock', () => {
  let double: StripeDouble
  let mock: ChildProcess
  let url: string

  beforeAll(async () => {
    const fill = async (folder: string) => {
      await run('go', ['install', `github.com/stripe/stripe-mock@${VERSION}`], {
        env: { ...process.env, GOBIN: folder },
        timeout: 280_000,
      })
    }
    const name = `stripe-mock-${VERSION}`
    const binary = join(await cached({ name, fill }, () => {}), 'stripe-mock')
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    mock = spawn(binary, ['-http-addr', `127.0.0.1:${port}`], { stdio: 'ignore' })
    double = await startStripeDouble()
    await makeEveryRequest(double)
    await until(
      'stripe-mock answers',
      async () => (await ask(`${url}/v1/customers?limit=1`).catch(() => null))?.ok === true,
      60_000,
    )
  }, 300_000)

  afterAll(async () => {
    mock?.kill()
    await double?.close()
  })

  const repeat = ({ method, path, form }: Pick<RecordedRequest, 'method' | 'path' | 'form'>) =>
    method === 'GET' ? ask(`${url}${path}${form === '' ? '' : `?${form}`}`) : ask(`${url}${path}`, form)

  it('accepts every kind of request that the product makes', async () => {
    const kinds = new Set(double.recorded.map(({ kind }) => kind))
    // All kinds that the double supports were made.
    expect([...kinds].toSorted()).toEqual(double.kinds.toSorted())
    console.log(
      `requests checked against Stripe's OpenAPI document:\n${[...kinds].map((kind) => `  ${kind}`).join('\n')}`,
    )
    const refused: string[] = []
    for (const request of double.recorded.filter(({ status }) => status === 200)) {
      const [current, former] = FORMER_NAMES[request.kind] ?? ['', '']
      const answer = await repeat({ ...request, form: request.form.replaceAll(current, former) })
      if (!answer.ok) refused.push(`${request.kind} ${request.form}: ${await answer.text()}`)
    }
    expect(refused).toEqual([])
  })

  it.each(Object.entries(FORMER_NAMES))('still has the former name of a parameter of %s', async (kind) => {
    const request = double.recorded.find((one) => one.kind === kind)!
    expect((await repeat(request)).status).toBe(400)
  })

  it('refuses a parameter that Stripe does not have', async () => {
    const form = 'amount=2500&currency=eur&amuont=2500'
    expect((await repeat({ method: 'POST', path: '/v1/payment_intents', form })).status).toBe(400)
  })
})

function ask(url: string, body?: string): Promise<Response> {
  const headers = { authorization: `Bearer ${DOUBLE_KEY}`, 'stripe-version': API_VERSION }
  if (body === undefined) return fetch(url, { headers })
  return fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  })
}

/** Makes every call of the provider, in each way that leads to a different request. */
async function makeEveryRequest(double: StripeDouble): Promise<void> {
  const provider = createStripeProvider({
    secretKey: DOUBLE_KEY,
    apiUrl: double.url,
    log: createLog('silent'),
    deadlineMs: 5_000,
    returnPage: (topUpId) => `https://api.example/return/payment?top_up=${topUpId}`,
  })
  const accountId = 'acme'
  const customer = await provider.createCustomer(accountId)
  if (customer.kind !== 'customer') throw new Error(customer.detail)
  const { customerId } = customer
  const charge = async (number: string, isOffSession: boolean) => {
    const card = { customerId, providerMethodId: double.state.attach(customerId, number).id }
    const payment = paymentFor(accountId, card, { isOffSession, receiptEmail: 'billing@acme.example' })
    const { paymentId } = await factsIn(provider.prepare(payment))
    await factsIn(provider.confirm(paymentId, payment.attemptId))
    return { ...payment, paymentId }
  }
  const start = (await listAll(provider, null)).cursor
  const good = await charge('4242424242424242', true)
  await charge('4242424242424242', false)
  const unapproved = await charge('4000002760003184', true)
  await provider.approve(unapproved.paymentId, unapproved.attemptId, 'https://api.example/return')
  await provider.cancel(unapproved.paymentId)
  double.bank.refund(good.paymentId, 1_000_000n)
  double.bank.dispute(good.paymentId)
  await provider.readPayment(good.paymentId)
  await listAll(provider, start)
  await provider.writeMark(customerId, { settingsVersion: 3 })
  await provider.readMethod(good.providerMethodId)
  await provider.detachMethod(good.providerMethodId)
  const wanted = { setupId: randomUUID(), customerId, returnUrl: 'https://api.example/return/payment-method?setup=1' }
  const setup = await provider.createSetup(wanted)
  if (setup.kind !== 'setup') throw new Error(setup.detail)
  await provider.readSetup(setup.setup.providerSetupId)
  await provider.cancelSetup(setup.setup.providerSetupId)
}
