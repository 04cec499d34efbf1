/** Customers at Stripe, one an account, with the marks on them; their saved cards; and visits to the page where one is typed in. */
import { hash } from 'node:crypto'
import type Stripe from 'stripe'
import type { MethodSetup, ProviderMark, SavedMethod, SetupToCreate } from '../provider.ts'
import {
  type Asking,
  Ended,
  isMissing,
  isReplayedFault,
  isUnexpectedState,
  refused,
  type StripeClient,
} from './client.ts'

/** A fault that Stripe gives again under a key is left behind with it, so many times. */
const MAX_KEYS = 3

/** Not longer than somebody takes to find a card. */
const SETUP_OPEN_SECONDS = 3_600

/** Asks under `key`; where Stripe only repeats a fault of its own, under the next. */
async function writeOnce<T>(
  asking: Asking,
  key: string,
  request: Parameters<Asking['write']>[1] & ((options: Stripe.RequestOptions) => Promise<T>),
): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      return await asking.write(number === 1 ? key : `${key}-${number}`, request)
    } catch (error) {
      if (number === MAX_KEYS || !isReplayedFault(error)) throw error
    }
  }
}

/**
 * The account's customer. A ledger that was restored has forgotten it: it is found by its metadata. What search does not have
 * yet, a minute at most as a rule, the idempotency key answers for, which is kept for a day.
 */
export async function customerOf(stripe: StripeClient, asking: Asking, accountId: string): Promise<string> {
  const query = `metadata['account_id']:'${accountId.replaceAll(/['\\]/g, '\\$&')}'`
  const { data } = await asking.read((options) => stripe.customers.search({ query, limit: 100 }, options))
  const found = data
    .filter(({ metadata }) => metadata.account_id === accountId)
    .toSorted((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1))
  if (found[0] !== undefined) return found[0].id
  const created = await writeOnce(asking, `customer-${hash('sha256', accountId)}`, (options) =>
    stripe.customers.create({ metadata: { account_id: accountId } }, options),
  )
  return created.id
}

/**
 * A mark is kept under one of several keys, by its version, and the highest counts: Stripe knows no write that looks first,
 * and of two at once the later one would win, which may be the lower.
 */
const MARK_KEYS = 8
const markKey = (slot: number) => `settings_version_${slot}`

async function readCustomer(stripe: StripeClient, asking: Asking, customerId: string): Promise<Stripe.Customer> {
  const missing = () => new Ended(refused('customer_missing', `there is no customer ${customerId}`))
  try {
    const customer = await asking.read((options) => stripe.customers.retrieve(customerId, {}, options))
    if (customer.deleted) throw missing()
    return customer
  } catch (error) {
    throw isMissing(error) ? missing() : error
  }
}

export async function readMark(stripe: StripeClient, asking: Asking, customerId: string): Promise<ProviderMark | null> {
  const { metadata } = await readCustomer(stripe, asking, customerId)
  const versions = Array.from({ length: MARK_KEYS }, (_, slot) => Number(metadata[markKey(slot)] ?? Number.NaN))
  const known = versions.filter(Number.isSafeInteger)
  return known.length === 0 ? null : { settingsVersion: Math.max(...known) }
}

export async function writeMark(
  stripe: StripeClient,
  asking: Asking,
  customerId: string,
  { settingsVersion }: ProviderMark,
): Promise<void> {
  const before = await readMark(stripe, asking, customerId)
  if (before !== null && before.settingsVersion >= settingsVersion) return
  const metadata = { [markKey(settingsVersion % MARK_KEYS)]: String(settingsVersion) }
  await asking.write(null, (options) => stripe.customers.update(customerId, { metadata }, options))
}

/** Null: there is none, or it was let go of. */
export async function readMethod(stripe: StripeClient, asking: Asking, methodId: string): Promise<SavedMethod | null> {
  try {
    const method = await asking.read((options) => stripe.paymentMethods.retrieve(methodId, {}, options))
    return method.customer === null ? null : savedMethod(method)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

export async function detachMethod(stripe: StripeClient, asking: Asking, methodId: string): Promise<void> {
  if ((await readMethod(stripe, asking, methodId)) === null) return
  try {
    await asking.write(null, (options) => stripe.paymentMethods.detach(methodId, {}, options))
  } catch (error) {
    // By somebody else meanwhile.
    if (!isMissing(error) && !isUnexpectedState(error) && (await readMethod(stripe, asking, methodId)) !== null)
      throw error
  }
}

/** What may be shown. Only cards are taken on the page; another method, attached at the dashboard, shows as what it is. */
export function savedMethod({ id, type, card }: Stripe.PaymentMethod): SavedMethod {
  return {
    providerMethodId: id,
    brand: card?.brand ?? type,
    last4: card?.last4 ?? '0000',
    expiryMonth: card?.exp_month ?? 12,
    expiryYear: card?.exp_year ?? 2099,
  }
}

const SETUP_EXPAND = ['setup_intent.payment_method']

export async function createSetup(
  stripe: StripeClient,
  asking: Asking,
  { setupId, customerId, returnUrl }: SetupToCreate,
  nowSeconds: number,
): Promise<MethodSetup> {
  const turnedBack = new URL(returnUrl)
  turnedBack.searchParams.set('turned_back', 'true')
  const metadata = { setup_id: setupId }
  // Of one key all parameters stay the same, so the time is not among them: Stripe keeps a page open for a day, and asked
  // again after its hour it is closed (`readSetup`).
  const wanted: Stripe.Checkout.SessionCreateParams = {
    mode: 'setup',
    customer: customerId,
    allowed_payment_method_types: ['card'],
    success_url: returnUrl,
    cancel_url: turnedBack.href,
    metadata,
    setup_intent_data: { metadata },
    expand: SETUP_EXPAND,
  }
  try {
    const session = await writeOnce(asking, setupId, (options) => stripe.checkout.sessions.create(wanted, options))
    return setupOf(session, nowSeconds)
  } catch (error) {
    if (isMissing(error)) throw new Ended(refused('customer_missing', `there is no customer ${customerId}`))
    throw error
  }
}

export async function readSetup(
  stripe: StripeClient,
  asking: Asking,
  providerSetupId: string,
  nowSeconds: number,
): Promise<MethodSetup> {
  try {
    const session = await asking.read((options) =>
      stripe.checkout.sessions.retrieve(providerSetupId, { expand: SETUP_EXPAND }, options),
    )
    if (session.status === 'open' && nowSeconds >= closesAt(session)) {
      return await expire(stripe, asking, providerSetupId, nowSeconds)
    }
    return setupOf(session, nowSeconds)
  } catch (error) {
    throw isMissing(error) ? new Ended(refused('setup_missing', `there is no setup ${providerSetupId}`)) : error
  }
}

/** The customer has turned back: the page is closed, unless a card was typed in first. */
export async function cancelSetup(
  stripe: StripeClient,
  asking: Asking,
  providerSetupId: string,
  nowSeconds: number,
): Promise<MethodSetup> {
  const before = await readSetup(stripe, asking, providerSetupId, nowSeconds)
  return before.state.kind === 'open' ? expire(stripe, asking, providerSetupId, nowSeconds) : before
}

async function expire(
  stripe: StripeClient,
  asking: Asking,
  providerSetupId: string,
  nowSeconds: number,
): Promise<MethodSetup> {
  const params = { expand: SETUP_EXPAND }
  try {
    const closed = (options: Stripe.RequestOptions) => stripe.checkout.sessions.expire(providerSetupId, params, options)
    return setupOf(await asking.write(null, closed), nowSeconds)
  } catch (error) {
    // Over meanwhile. Stripe says so by status 400 alone.
    const read = (options: Stripe.RequestOptions) => stripe.checkout.sessions.retrieve(providerSetupId, params, options)
    const session = await asking.read(read)
    if (session.status === 'open') throw error
    return setupOf(session, nowSeconds)
  }
}

function closesAt({ created, expires_at: expiresAt }: Stripe.Checkout.Session): number {
  return Math.min(created + SETUP_OPEN_SECONDS, expiresAt)
}

function setupOf(session: Stripe.Checkout.Session, nowSeconds: number): MethodSetup {
  const about = {
    providerSetupId: session.id,
    url: session.url ?? '',
    expiresAtMicros: closesAt(session) * 1_000_000,
  }
  switch (session.status) {
    case 'complete':
      return { ...about, state: { kind: 'saved', method: typedIn(session) } }
    case 'expired':
      // Closed before its time: by us, as the customer turned back.
      return { ...about, state: { kind: nowSeconds < closesAt(session) ? 'canceled' : 'expired' } }
    default:
      return { ...about, state: { kind: 'open' } }
  }
}

function typedIn({ id, setup_intent: intent }: Stripe.Checkout.Session): SavedMethod {
  const method = typeof intent === 'object' ? intent?.payment_method : null
  if (typeof method !== 'object' || method === null) throw new TypeError(`setup ${id} is complete and has no card`)
  return savedMethod(method)
}
