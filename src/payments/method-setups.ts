/**
 * Cards on their way in, between the ledger and the provider: a page is asked for once a setup, and what came of the visit is
 * read and concluded by whoever looks: the page that the customer returns to, a look at the setup, or the sweep, for
 * browsers that were closed. All of them may come at once and again: the ledger concludes a setup once.
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
import type { NoAnswer, PaymentProvider, Refused, SetupAnswer } from './providers/provider.ts'
import { ProviderDidNotAnswer } from './reconcile.ts'

/** A setup for which the provider never gave a page is over after this: nobody is waiting for it any more. */
const WITHOUT_PAGE_MICROS: InstantMicros = MICROS_PER_DAY

const SETUPS_PER_RUN = 200

/** The provider's page for a setup: asked again, the same one. */
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
  // As it is stored: of several who asked at once, all give the same answer.
  return { kind: 'page', page: (await readMethodSetup(pool, setupId))!.page! }
}

/** The setup as it is now; `NoAnswer` and `Refused` where the provider does not say what came of it. */
export async function lookAtSetup(
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

/** The customer came back without a card: ends the setup, unless one was saved first after all. */
export async function turnBackFromSetup(
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

/** Looks at the setups that are open, and answers how many were concluded. Rejects where the provider does not answer. */
export async function sweepSetups(writer: Writer, provider: PaymentProvider, log: Logger): Promise<number> {
  let concluded = 0
  for (const setup of await takeOpenSetups(writer.pool, provider.name, SETUPS_PER_RUN)) {
    const looked = await lookAtSetup(writer, provider, setup)
    if (looked.kind === 'refused') {
      log.error({ setup_id: setup.setupId, code: looked.code }, 'the provider refuses a look at a card on its way in')
    } else if (looked.kind !== 'setup') {
      throw new ProviderDidNotAnswer(provider.name, looked.detail)
    } else if (looked.setup.state !== 'open') {
      concluded++
    }
  }
  return concluded
}
