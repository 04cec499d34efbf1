/** Which webhooks are Stripe's, and what each is about. */
import { describe, expect, it } from 'vitest'
import { createStripeWebhooks } from '../../src/payments/providers/stripe/webhooks.ts'
import { signed, signedText } from '../support/stripe-double/webhooks.ts'

const SECRET = 'whsec_in_force'
const BEFORE = 'whsec_before'
const NOW = Date.UTC(2026, 10, 26)
const webhooks = createStripeWebhooks({ secrets: [SECRET, BEFORE], now: () => NOW })

const event = (object: unknown, type = 'payment_intent.succeeded') => ({ id: 'evt_1', type, data: { object } })
const INTENT = { object: 'payment_intent', id: 'pi_1' }

function read(sent: unknown, secret = SECRET, atMs = NOW) {
  const { body, signature } = signed(sent, secret, atMs)
  return webhooks.read(Buffer.from(body), signature)
}

describe('a webhook', () => {
  it.each([SECRET, BEFORE])('signed with %s is Stripe’s', (secret) => {
    expect(read(event(INTENT), secret)).toEqual({
      eventId: 'evt_1',
      kind: 'payment_intent.succeeded',
      about: { kind: 'payment', id: 'pi_1' },
    })
  })

  it.each([
    ['payment_intent', INTENT, 'payment', 'pi_1'],
    ['a charge', { object: 'charge', id: 'ch_1', payment_intent: 'pi_2' }, 'payment', 'pi_2'],
    ['a refund', { object: 'refund', id: 're_1', payment_intent: { id: 'pi_3' } }, 'payment', 'pi_3'],
    ['a dispute', { object: 'dispute', id: 'dp_1', payment_intent: 'pi_4' }, 'payment', 'pi_4'],
    ['a page where a card is typed in', { object: 'checkout.session', id: 'cs_1' }, 'setup', 'cs_1'],
    ['a card', { object: 'payment_method', id: 'pm_1' }, 'method', 'pm_1'],
  ])('of %s is about what is to be looked at', (_what, object, kind, id) => {
    expect(read(event(object))!.about).toEqual({ kind, id })
  })

  it.each([
    ['a payout', { object: 'payout', id: 'po_1' }],
    ['a charge without a payment', { object: 'charge', id: 'ch_1', payment_intent: null }],
  ])('of %s is about nothing', (_what, object) => {
    expect(read(event(object))!.about).toBeNull()
  })

  it.each([
    ['by another secret', () => read(event(INTENT), 'whsec_other')],
    ['more than five minutes ago', () => read(event(INTENT), SECRET, NOW - 301_000)],
    [
      'and then changed',
      () => {
        const { body, signature } = signed(event(INTENT), SECRET, NOW)
        return webhooks.read(Buffer.from(body.replace('pi_1', 'pi_2')), signature)
      },
    ],
    ['not at all', () => webhooks.read(Buffer.from('{}'), '')],
    ['in another format', () => webhooks.read(Buffer.from('{}'), 't=x,v1=y')],
    ['over something that is not an event', () => read({ hello: 'there' })],
    [
      'over something that is not JSON',
      () => {
        const { body, signature } = signedText('{"id":', SECRET, NOW)
        return webhooks.read(Buffer.from(body), signature)
      },
    ],
  ])('signed %s is not Stripe’s', (_how, given) => {
    expect(given()).toBeNull()
  })
})
