/** Webhooks as Stripe sends them: signed over the bytes, repeated, in any order, some never. */
import { createHmac } from 'node:crypto'
import type { Random } from '../../../testkit/random.ts'
import type { StripeEvent } from './objects.ts'

export interface Webhook {
  readonly body: string
  readonly signature: string
}

/** `v1` is an HMAC of the time, a dot and the body: https://docs.stripe.com/webhooks/signature. */
export function signed(event: unknown, secret: string, atMs: number = Date.now()): Webhook {
  return signedText(JSON.stringify(event, null, 2), secret, atMs)
}

/** The same for arbitrary bytes. */
export function signedText(body: string, secret: string, atMs: number = Date.now()): Webhook {
  const seconds = Math.floor(atMs / 1_000)
  const v1 = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return { body, signature: `t=${seconds},v1=${v1},v0=${'0'.repeat(64)}` }
}

/** Each this many times, shuffled; those selected by `isLost` never arrive. */
export function disordered(
  events: readonly StripeEvent[],
  random: Random,
  { times = 1, isLost = () => false }: { times?: number; isLost?: (event: StripeEvent) => boolean } = {},
): StripeEvent[] {
  const sent = events.filter((event) => !isLost(event)).flatMap((event) => Array.from({ length: times }, () => event))
  for (let at = sent.length - 1; at > 0; at--) {
    const other = random.whole(at + 1)
    const [one, two] = [sent[at]!, sent[other]!]
    sent[at] = two
    sent[other] = one
  }
  return sent
}

export function send(url: string, { body, signature }: Webhook): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature },
    body,
  })
}
