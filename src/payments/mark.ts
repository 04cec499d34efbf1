/**
 * Stores at the provider what a restored database would not know: the version of an account's automatic top-up settings, as
 * a mark on the customer, and that a card was removed. It runs after the change was committed, as soon as the provider
 * answers. Before a charge the mark is compared with the database.
 */
import type { Writer } from '../ledger/changes/change-account.ts'
import { noteDetached, noteMarked, readMarksDue, readMethodsToDetach } from '../ledger/top-ups/provider-tasks.ts'
import type { Logger } from '../platform/log.ts'
import { type PaymentProvider, ProviderDidNotAnswer } from './providers/provider.ts'

const TASKS_PER_RUN = 200

/** Writes marks that are due and detaches removed cards. Rejects with `ProviderDidNotAnswer`: it is retried later. */
export async function markAtProvider({ pool }: Writer, provider: PaymentProvider, log: Logger): Promise<void> {
  for (const { accountId, customerId, settingsVersion } of await readMarksDue(pool, provider.name, TASKS_PER_RUN)) {
    const answer = await provider.writeMark(customerId, { settingsVersion })
    if (answer.kind === 'refused')
      log.error({ account_id: accountId, code: answer.code }, 'the provider refused to store the mark of an account')
    else if (answer.kind !== 'done') throw new ProviderDidNotAnswer(provider.name, answer.detail)
    else await noteMarked(pool, provider.name, accountId, settingsVersion)
  }
  for (const { methodId, providerMethodId } of await readMethodsToDetach(pool, provider.name, TASKS_PER_RUN)) {
    const answer = await provider.detachMethod(providerMethodId)
    if (answer.kind === 'refused')
      log.error({ method_id: methodId, code: answer.code }, 'the provider refused to detach a payment method')
    else if (answer.kind !== 'done') throw new ProviderDidNotAnswer(provider.name, answer.detail)
    else await noteDetached(pool, methodId)
  }
}
