/** Customers at Stripe, one per account, with their marks and saved cards, and setups, in which a card is entered. */
import { hash } from 'node:crypto'
import type Stripe from 'stripe'
import type { MethodSetup, ProviderMark, SavedMethod, SetupToCreate } from '../provider.ts'
import {
  CallEnded,
  isMissing,
  isReplayedFault,
  isUnexpectedState,
  type Requests,
  refused,
  type StripeClient,
} from './client.ts'

/** How many keys are tried when Stripe replays a fault under a key. */
const MAX_KEYS = 3

/** Long enough for a person to find a card. */
const SETUP_OPEN_SECONDS = 3_600

/** Sends a request under `key`. If Stripe only replays its own fault, the next key is used. */
async function writeOnce<T>(
  requests: Requests,
  key: string,
  request: Parameters<Requests['write']>[1] & ((options: Stripe.RequestOptions) => Promise<T>),
): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      return await requests.write(number === 1 ? key : `${key}-${number}`, request)
    } catch (error) {
      if (number === MAX_KEYS || !isReplayedFault(error)) throw error
    }
  }
}

/**
 * Finds or creates the account's customer. After a restore the ledger may not know it, so it is searched by its metadata.
 * Search usually lags by up to a minute; within a day the idempotency key prevents a second customer.
 */
export async function customerOf(stripe: StripeClient, requests: Requests, accountId: string): Promise<string> {
  const query = `metadata['account_id']:'${accountId.replaceAll(/['\\]/g, '\\$&')}'`
  const { data } = await requests.read((options) => stripe.customers.search({ query, limit: 100 }, options))
  const found = data
    .filter(({ metadata }) => metadata.account_id === accountId)
    .toSorted((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1))
  if (found[0] !== undefined) return found[0].id
  const created = await writeOnce(requests, `customer-${hash('sha256', accountId)}`, (options) =>
    stripe.customers.create({ metadata: { account_id: accountId } }, options),
  )
  return created.id
}

/**
 * The mark is stored under one of several metadata keys, chosen by its version, and the highest version counts. Stripe has no
 * conditional write: with a single key, the later of two concurrent writes would win, even if its version were lower.
 */
const MARK_KEYS = 8
const markKey = (slot: number) => `settings_version_${slot}`

async function readCustomer(stripe: StripeClient, requests: Requests, customerId: string): Promise<Stripe.Customer> {
  const missing = () => new CallEnded(refused('customer_missing', `there is no customer ${customerId}`))
  try {
    const customer = await requests.read((options) => stripe.customers.retrieve(customerId, {}, options))
    if (customer.deleted) throw missing()
    return customer
  } catch (error) {
    throw isMissing(error) ? missing() : error
  }
}

/** Reads a customer's mark; null: none was written. Refused as `customer_missing`. */
export async function readMark(
  stripe: StripeClient,
  requests: Requests,
  customerId: string,
): Promise<ProviderMark | null> {
  const { metadata } = await readCustomer(stripe, requests, customerId)
  const versions = Array.from({ length: MARK_KEYS }, (_, slot) => Number(metadata[markKey(slot)] ?? Number.NaN))
  const known = versions.filter(Number.isSafeInteger)
  return known.length === 0 ? null : { settingsVersion: Math.max(...known) }
}

/** Writes a customer's mark, unless it has a later version. */
export async function writeMark(
  stripe: StripeClient,
  requests: Requests,
  customerId: string,
  { settingsVersion }: ProviderMark,
): Promise<void> {
  const before = await readMark(stripe, requests, customerId)
  if (before !== null && before.settingsVersion >= settingsVersion) return
  const metadata = { [markKey(settingsVersion % MARK_KEYS)]: String(settingsVersion) }
  await requests.write(null, (options) => stripe.customers.update(customerId, { metadata }, options))
}

/** Reads a saved card; null: it does not exist, or was detached. */
export async function readMethod(
  stripe: StripeClient,
  requests: Requests,
  methodId: string,
): Promise<SavedMethod | null> {
  try {
    const method = await requests.read((options) => stripe.paymentMethods.retrieve(methodId, {}, options))
    return method.customer === null ? null : savedMethod(method)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Detaches a saved card; does nothing if it is gone already. */
export async function detachMethod(stripe: StripeClient, requests: Requests, methodId: string): Promise<void> {
  if ((await readMethod(stripe, requests, methodId)) === null) return
  try {
    await requests.write(null, (options) => stripe.paymentMethods.detach(methodId, {}, options))
  } catch (error) {
    // Somebody else may have detached it in the meantime.
    if (!isMissing(error) && !isUnexpectedState(error) && (await readMethod(stripe, requests, methodId)) !== null)
      throw error
  }
}

/** The data that may be shown. The page accepts only cards; any other method, attached at the dashboard, shows its type. */
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

/** Creates a setup, or returns the one with this id. Refused as `customer_missing`. */
export async function createSetup(
  stripe: StripeClient,
  requests: Requests,
  { setupId, customerId, returnUrl }: SetupToCreate,
  nowSeconds: number,
): Promise<MethodSetup> {
  const turnedBack = new URL(returnUrl)
  turnedBack.searchParams.set('turned_back', 'true')
  const metadata = { setup_id: setupId }
  // Under one key all parameters must stay the same, so no expiry is passed. Stripe keeps the page open for a day; `readSetup`
  // closes it after an hour.
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
    const session = await writeOnce(requests, setupId, (options) => stripe.checkout.sessions.create(wanted, options))
    return setupOf(session, nowSeconds)
  } catch (error) {
    if (isMissing(error)) throw new CallEnded(refused('customer_missing', `there is no customer ${customerId}`))
    throw error
  }
}

/** Reads a setup, closing it when its hour has passed. Refused as `setup_missing`. */
export async function readSetup(
  stripe: StripeClient,
  requests: Requests,
  providerSetupId: string,
  nowSeconds: number,
): Promise<MethodSetup> {
  try {
    const session = await requests.read((options) =>
      stripe.checkout.sessions.retrieve(providerSetupId, { expand: SETUP_EXPAND }, options),
    )
    if (session.status === 'open' && nowSeconds >= closesAt(session)) {
      return await expire(stripe, requests, providerSetupId, nowSeconds)
    }
    return setupOf(session, nowSeconds)
  } catch (error) {
    throw isMissing(error) ? new CallEnded(refused('setup_missing', `there is no setup ${providerSetupId}`)) : error
  }
}

/** Closes the page of a setup, as the customer left it, unless a card was entered first. */
export async function cancelSetup(
  stripe: StripeClient,
  requests: Requests,
  providerSetupId: string,
  nowSeconds: number,
): Promise<MethodSetup> {
  const before = await readSetup(stripe, requests, providerSetupId, nowSeconds)
  return before.state.kind === 'open' ? expire(stripe, requests, providerSetupId, nowSeconds) : before
}

async function expire(
  stripe: StripeClient,
  requests: Requests,
  providerSetupId: string,
  nowSeconds: number,
): Promise<MethodSetup> {
  const params = { expand: SETUP_EXPAND }
  try {
    const closed = (options: Stripe.RequestOptions) => stripe.checkout.sessions.expire(providerSetupId, params, options)
    return setupOf(await requests.write(null, closed), nowSeconds)
  } catch (error) {
    // It has ended in the meantime, which Stripe only reports as a status 400.
    const read = (options: Stripe.RequestOptions) => stripe.checkout.sessions.retrieve(providerSetupId, params, options)
    const session = await requests.read(read)
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
      // Closed early: by us, as the customer left the page.
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
