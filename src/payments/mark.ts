/**
 * Stores at the provider what a restored database would not know: the version of an account's automatic top-up settings, as
 * a mark on the customer, and that a card was removed. It runs after the change was committed, as soon as the provider
 * answers. Before a charge the mark is compared with the database.
 */
import type { Writer } from '../ledger/changes/change-account.ts'
import { noteDetached, noteMarked, readMarksDue, readMethodsToDetach } from '../ledger/top-ups/provider-tasks.ts'
import type { Logger } from '../platform/log.ts'
import { type NoAnswer, type PaymentProvider, ProviderDidNotAnswer, type Refused } from './providers/provider.ts'

const TASKS_PER_RUN = 200

/** One customer may never get an answer. After this many without one, the provider is taken to be down. */
const MAX_UNANSWERED = 3

/**
 * How far the due tasks were tried. A task that is refused or unanswered stays due, so each run continues where the last one
 * stopped: otherwise such tasks would hold up all others.
 */
export interface MarkProgress {
  afterAccountId: string
  afterMethodId: string
}

/** The progress of a process that has tried none. */
export function noMarkProgress(): MarkProgress {
  return { afterAccountId: '', afterMethodId: '' }
}

/**
 * Writes marks that are due and detaches removed cards, up to `tasksPerRun` of each. Rejects with `ProviderDidNotAnswer` if the
 * provider did not answer some; they are tried again.
 */
export async function markAtProvider(
  { pool }: Writer,
  provider: PaymentProvider,
  log: Logger,
  progress: MarkProgress = noMarkProgress(),
  tasksPerRun: number = TASKS_PER_RUN,
): Promise<void> {
  const refused: object[] = []
  const unanswered: NoAnswer[] = []

  /** Whether the task is done. */
  function isDone(about: object, answer: { readonly kind: 'done' } | NoAnswer | Refused): boolean {
    if (answer.kind === 'refused') refused.push({ ...about, code: answer.code })
    else if (answer.kind !== 'done') unanswered.push(answer)
    return answer.kind === 'done'
  }

  /** Tries tasks in their order. Returns the id after which the next run continues; empty: from the beginning. */
  async function tryEach<T>(
    tasks: readonly T[],
    after: string,
    idOf: (task: T) => string,
    tryOne: (task: T) => Promise<void>,
  ): Promise<string> {
    let triedLast = after
    for (const task of tasks) {
      if (unanswered.length >= MAX_UNANSWERED) return triedLast
      triedLast = idOf(task)
      await tryOne(task)
    }
    return tasks.length < tasksPerRun ? '' : triedLast
  }

  progress.afterAccountId = await tryEach(
    await readMarksDue(pool, provider.name, progress.afterAccountId, tasksPerRun),
    progress.afterAccountId,
    ({ accountId }) => accountId,
    async ({ accountId, customerId, settingsVersion }) => {
      const answer = await provider.writeMark(customerId, { settingsVersion })
      if (isDone({ account_id: accountId }, answer)) await noteMarked(pool, provider.name, accountId, settingsVersion)
    },
  )
  progress.afterMethodId = await tryEach(
    await readMethodsToDetach(pool, provider.name, progress.afterMethodId, tasksPerRun),
    progress.afterMethodId,
    ({ methodId }) => methodId,
    async ({ methodId, providerMethodId }) => {
      const answer = await provider.detachMethod(providerMethodId)
      if (isDone({ method_id: methodId }, answer)) await noteDetached(pool, methodId)
    },
  )
  if (refused.length > 0)
    log.error({ refused }, 'the provider refused to store marks or to detach payment methods; they will be tried again')
  const [first] = unanswered
  if (first !== undefined) throw new ProviderDidNotAnswer(provider.name, first.detail)
}
