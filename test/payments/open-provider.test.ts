/** Which provider an installation has, and what of its configuration is wrong, without a word of what is secret. */
import { describe, expect, it } from 'vitest'
import { openProvider } from '../../src/payments/open-provider.ts'
import { ConfigError, parseConfig } from '../../src/platform/config.ts'
import { createLog } from '../../src/platform/log.ts'
import { signed } from '../support/stripe-double/webhooks.ts'

const log = createLog('silent')
const DATABASE = { TOLLGATE_DATABASE_URL: 'postgres://db/tollgate' }
const STRIPE = { ...DATABASE, TOLLGATE_PAYMENT_PROVIDER: 'stripe' }
const KEY = { TOLLGATE_STRIPE_SECRET_KEY: 'rk_test_hunter2' }
const SECRET = { TOLLGATE_STRIPE_WEBHOOK_SECRET: 'whsec_hunter3' }

const open = (env: Record<string, string>, takesWebhooks = true) =>
  openProvider(parseConfig(env, ['database', 'sandbox', 'provider']), log, {
    pagesUrl: () => 'https://api.example',
    takesWebhooks,
  })

describe('the payment provider', () => {
  it('is the sandbox by default, with its desk and without webhooks', async () => {
    const { provider, desk, webhooks, close } = open(DATABASE)
    expect([provider.name, desk === null, webhooks]).toEqual(['sandbox', false, null])
    await close()
  })

  it('is Stripe if configured, and its webhooks are read with either secret', () => {
    const previous = { TOLLGATE_STRIPE_WEBHOOK_SECRET_PREVIOUS: 'whsec_before' }
    const { provider, desk, webhooks } = open({ ...STRIPE, ...KEY, ...SECRET, ...previous })
    expect([provider.name, desk]).toEqual(['stripe', null])
    const sent = { id: 'evt_1', type: 'payout.paid', data: { object: { object: 'payout' } } }
    for (const secret of ['whsec_hunter3', 'whsec_before']) {
      const { body, signature } = signed(sent, secret)
      expect(webhooks!.read(Buffer.from(body), signature)).toMatchObject({ eventId: 'evt_1' })
    }
  })

  it('needs no webhook secret where none are received', () => {
    expect(open({ ...STRIPE, ...KEY }, false).webhooks).toBeNull()
  })

  it.each([
    ['without a key', SECRET, ['TOLLGATE_STRIPE_SECRET_KEY']],
    ['without a webhook secret', KEY, ['TOLLGATE_STRIPE_WEBHOOK_SECRET']],
    ['without either', {}, ['TOLLGATE_STRIPE_SECRET_KEY', 'TOLLGATE_STRIPE_WEBHOOK_SECRET']],
  ])('is not Stripe %s, and says what is missing and nothing that is secret', (_what, given, missing) => {
    let thrown: unknown
    try {
      open({ ...STRIPE, ...given })
    } catch (error) {
      thrown = error
    }
    if (!(thrown instanceof ConfigError)) throw new Error('no ConfigError was thrown')
    expect(thrown.faults.map(({ name }) => name)).toEqual(missing)
    expect(thrown.message).not.toContain('hunter')
  })
})
