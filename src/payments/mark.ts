/**
 * Marks at the provider what a restored database would have forgotten: how far an account's settings for automatic top-up
 * have come, and that a method was removed. Done beside the change, as soon as the provider answers; the look before a charge
 * reads the mark.
 */
import type { Writer } from '../ledger/changes/change-account.ts'
import { noteDetached, noteMarked, readMarksDue, readMethodsToDetach } from '../ledger/top-ups/provider-tasks.ts'
import type { Logger } from '../platform/log.ts'
import type { PaymentProvider } from './providers/provider.ts'
import { ProviderDidNotAnswer } from './reconcile.ts'

const TASKS_PER_RUN = 200

export async function markAtProvider({ pool }: Writer, provider: PaymentProvider, log: Logger): Promise<void> {
  for (const { accountId, customerId, settingsVersion } of await readMarksDue(pool, provider.name, TASKS_PER_RUN)) {
    const answer = await provider.writeMark(customerId, { settingsVersion })
    if (answer.kind === 'refused')
      log.error({ account_id: accountId, code: answer.code }, 'the provider refused a mark')
    else if (answer.kind !== 'done') throw new ProviderDidNotAnswer(provider.name, answer.detail)
    else await noteMarked(pool, provider.name, accountId, settingsVersion)
  }
  for (const { methodId, providerMethodId } of await readMethodsToDetach(pool, provider.name, TASKS_PER_RUN)) {
    const answer = await provider.detachMethod(providerMethodId)
    if (answer.kind === 'refused') log.error({ method_id: methodId, code: answer.code }, 'a method was not detached')
    else if (answer.kind !== 'done') throw new ProviderDidNotAnswer(provider.name, answer.detail)
    else await noteDetached(pool, methodId)
  }
}
