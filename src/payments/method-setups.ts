/**
 * Adding a card: a setup sends the customer to a page of the provider. The outcome of that visit is read by the page that
 * the customer returns to, by a request for the setup, or by the sweep, in case the browser was closed. They may all do so
 * at once and repeatedly: the ledger concludes a setup only once.
 */
import { formatInstant, type InstantMicros, MICROS_PER_DAY } from '../core/instant.ts'
import type { Writer } from '../ledger/changes/change-account.ts'
import {
  concludeSetup,
  type MethodSetup,
  readMethodSetup,
  storeSetupPage,
  takeOpenSetups,
} from '../ledger/top-ups/method-setups.ts'
import { readCustomer, rememberCustomer } from '../ledger/top-ups/payment-methods.ts'
import type { Logger } from '../platform/log.ts'
import {
  type NoAnswer,
  type PaymentProvider,
  ProviderDidNotAnswer,
  type Refused,
  type SetupAnswer,
} from './providers/provider.ts'

/** A setup for which the provider never supplied a page expires after this: nobody is waiting for it any more. */
const WITHOUT_PAGE_MICROS: InstantMicros = MICROS_PER_DAY

const SETUPS_PER_RUN = 200

/** Returns the provider's page for a setup, creating it on the first call. Further calls return the same page. */
export async function openSetupPage(
  { pool }: Writer,
  provider: PaymentProvider,
  { setupId, returnPage }: { readonly setupId: string; readonly returnPage: string },
): Promise<{ readonly kind: 'page'; readonly page: NonNullable<MethodSetup['page']> } | NoAnswer | Refused> {
  const setup = await readMethodSetup(pool, setupId)
  if (setup === null) throw new TypeError(`setup ${setupId} is not stored`)
  if (setup.page !== null) return { kind: 'page', page: setup.page }
  const { accountId } = setup
  let customerId = await readCustomer(pool, provider.name, accountId)
  if (customerId === null) {
    const created = await provider.createCustomer(accountId)
    if (created.kind !== 'customer') return created
    customerId = created.customerId
    await rememberCustomer(pool, { provider: provider.name, accountId, customerId })
  }
  const answer = await provider.createSetup({ setupId, customerId, returnUrl: returnPage })
  if (answer.kind !== 'setup') return answer
  const { providerSetupId, url, expiresAtMicros } = answer.setup
  await storeSetupPage(pool, setupId, { providerSetupId, url, expiresAt: formatInstant(expiresAtMicros) })
  // Read back what is stored, so that concurrent calls return the same page.
  return { kind: 'page', page: (await readMethodSetup(pool, setupId))!.page! }
}

/** Checks a setup at the provider and concludes it if it has ended. Returns its state, or the provider's lack of an answer. */
export async function checkSetup(
  writer: Writer,
  provider: PaymentProvider,
  setup: MethodSetup,
  nowMicros: InstantMicros = Date.now() * 1000,
): Promise<{ readonly kind: 'setup'; readonly setup: MethodSetup } | NoAnswer | Refused> {
  if (setup.state !== 'open') return { kind: 'setup', setup }
  if (setup.page === null) {
    if (nowMicros - setup.createdAtMicros < WITHOUT_PAGE_MICROS) return { kind: 'setup', setup }
    return { kind: 'setup', setup: await concludeSetup(writer, setup, { state: 'expired' }) }
  }
  return await conclude(writer, setup, await provider.readSetup(setup.page.providerSetupId))
}

/** Cancels a setup whose customer returned without a card, unless a card was saved first. */
export async function cancelSetup(
  writer: Writer,
  provider: PaymentProvider,
  setup: MethodSetup,
): Promise<{ readonly kind: 'setup'; readonly setup: MethodSetup } | NoAnswer | Refused> {
  if (setup.state !== 'open' || setup.page === null) return { kind: 'setup', setup }
  return await conclude(writer, setup, await provider.cancelSetup(setup.page.providerSetupId))
}

async function conclude(
  writer: Writer,
  setup: MethodSetup,
  answer: SetupAnswer,
): Promise<{ readonly kind: 'setup'; readonly setup: MethodSetup } | NoAnswer | Refused> {
  if (answer.kind !== 'setup') return answer
  const { state } = answer.setup
  switch (state.kind) {
    case 'open':
      return { kind: 'setup', setup }
    case 'saved':
      return { kind: 'setup', setup: await concludeSetup(writer, setup, { state: 'saved', card: state.method }) }
    default:
      return { kind: 'setup', setup: await concludeSetup(writer, setup, { state: state.kind }) }
  }
}

/** Checks the open setups and returns how many were concluded. Rejects when the provider does not answer. */
export async function sweepSetups(writer: Writer, provider: PaymentProvider, log: Logger): Promise<number> {
  let concluded = 0
  for (const setup of await takeOpenSetups(writer.pool, provider.name, SETUPS_PER_RUN)) {
    const looked = await checkSetup(writer, provider, setup)
    if (looked.kind === 'refused') {
      log.error(
        { setup_id: setup.setupId, code: looked.code },
        'the provider refused to show the setup of a card; will retry',
      )
    } else if (looked.kind !== 'setup') {
      throw new ProviderDidNotAnswer(provider.name, looked.detail)
    } else if (looked.setup.state !== 'open') {
      concluded++
    }
  }
  return concluded
}
