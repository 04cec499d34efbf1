/**
 * Reads Stripe's webhooks: verifies the signature over the raw bytes, which must be at most five minutes old, and finds the
 * object that the event is about. Two secrets are valid while they are rotated.
 */
import Stripe from 'stripe'
import type { ProviderEvent, ProviderObject } from '../../../core/top-up/provider-event.ts'
import type { WebhookReader } from '../provider.ts'
import { idOf } from './payment.ts'

const TOLERANCE_SECONDS = 300

export interface StripeWebhookOptions {
  /** `whsec_...`: the current secret, and the previous one while it is still used. */
  readonly secrets: readonly string[]
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number
}

/** Makes the reader of Stripe's webhooks. */
export function createStripeWebhooks({ secrets, now = Date.now }: StripeWebhookOptions): WebhookReader {
  return {
    provider: 'stripe',
    signatureHeader: 'stripe-signature',
    read(body, signature) {
      for (const secret of secrets) {
        try {
          const event = Stripe.webhooks.constructEvent(body, signature, secret, TOLERANCE_SECONDS, undefined, now())
          return isEvent(event) ? eventOf(event) : null
        } catch (error) {
          // The signature does not match, or the body is not JSON: not from Stripe.
          if (!(error instanceof Stripe.errors.StripeSignatureVerificationError || error instanceof SyntaxError))
            throw error
        }
      }
      return null
    },
  }
}

function isEvent(event: unknown): event is Stripe.Event {
  const { id, type, data } = (event ?? {}) as Partial<Stripe.Event>
  return typeof id === 'string' && typeof type === 'string' && typeof data?.object === 'object' && data.object !== null
}

function eventOf({ id, type, data }: Stripe.Event): ProviderEvent {
  return { eventId: id, kind: type, about: aboutOf(data.object as SentObject) }
}

/** The object in an event, which may be of any type. */
interface SentObject {
  readonly object?: unknown
  readonly id?: unknown
  readonly payment_intent?: string | { readonly id: string } | null
}

function aboutOf({ object, id, payment_intent: intent }: SentObject): ProviderObject | null {
  switch (object) {
    case 'payment_intent':
      return about('payment', id)
    // Charges, refunds and disputes belong to a payment.
    case 'charge':
    case 'refund':
    case 'dispute':
      return about('payment', idOf(intent))
    case 'checkout.session':
      return about('setup', id)
    case 'payment_method':
      return about('method', id)
    default:
      return null
  }
}

function about(kind: ProviderObject['kind'], id: unknown): ProviderObject | null {
  return typeof id === 'string' && id !== '' ? { kind, id } : null
}
