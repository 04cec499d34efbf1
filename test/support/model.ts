/** The same traffic through the pure core, event by event and without failures: the expected books. */
import { hash } from 'node:crypto'
import { join } from 'node:path'
import { loadCatalog } from '../../src/catalog/load.ts'
import { createDecider } from '../../src/core/batch/decider.ts'
import { newBook } from '../../src/core/book/book.ts'
import { parseMoney } from '../../src/core/money.ts'
import { creditTaken, isRecorded } from '../../src/core/rating/decision.ts'
import type { AccountSettings } from '../../src/core/settings/settings.ts'
import { contentOf } from '../../src/core/usage/content.ts'
import { readUsageRecord } from '../../src/core/usage/read.ts'
import { USAGE_TOPICS } from '../../src/topics.ts'
import { OPENING_CREDIT } from '../../testkit/opening-credit.ts'
import type { TrafficItem } from '../../testkit/traffic.ts'

export interface Model {
  /** In the order produced; messages of one topic and account must at least be taken in that order. */
  take(item: TrafficItem): void
  /** In micros by account. */
  readonly balances: ReadonlyMap<string, bigint>
  /** Events recorded under an identity. */
  identities(): number
  /** Messages that are refused, and so must be among the dead letters. */
  refusals(): number
}

/** The sample accounts with their opening credit, before any usage. */
export function createModel(accounts: readonly AccountSettings[]): Model {
  const { catalog } = loadCatalog(join(import.meta.dirname, '../../demo/catalog'))
  const decider = createDecider(newBook(catalog!, accounts))
  const balances = new Map([...OPENING_CREDIT].map(([accountId, amount]) => [accountId, parseMoney(amount)!]))
  let identities = 0
  let refusals = 0
  return {
    balances,
    identities: () => identities,
    refusals: () => refusals,
    take(item) {
      const read = item.kind === 'junk' ? null : readUsageRecord(item.event, USAGE_TOPICS.get(item.topic)!)
      if (read === null || 'refusal' in read) {
        refusals++
        return
      }
      const content = hash('sha256', contentOf(read.event))
      const decided = decider.decide(read.event, content)
      if (isRecorded(decided)) identities++
      if (decided.outcome === 'rejected' || decided.outcome === 'conflict') refusals++
      const balance = balances.get(read.event.accountId)
      if (balance !== undefined) balances.set(read.event.accountId, balance - creditTaken(decided))
    },
  }
}

/** Balance in micros by account, of the sample accounts after a stream of traffic in the order it was produced. */
export function modelBalances(
  accounts: readonly AccountSettings[],
  items: readonly TrafficItem[],
): ReadonlyMap<string, bigint> {
  const model = createModel(accounts)
  for (const item of items) model.take(item)
  return model.balances
}
