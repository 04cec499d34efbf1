/** The same traffic through the pure core, one event after the other, nothing ever failing: what the books must say. */
import { hash } from 'node:crypto'
import { join } from 'node:path'
import { OPENING_CREDIT } from '../../demo/opening-credit.ts'
import type { TrafficItem } from '../../demo/traffic.ts'
import { loadCatalog } from '../../src/catalog/load.ts'
import { newBook } from '../../src/core/account/book.ts'
import { creditTaken, decideUsage, evolve } from '../../src/core/account/decide.ts'
import type { AccountSettings } from '../../src/core/account/settings.ts'
import { parseMoney } from '../../src/core/money.ts'
import { contentOf } from '../../src/core/usage/content.ts'
import { readUsage } from '../../src/core/usage/read.ts'

/** Balance in micros by account, of the sample accounts after a stream of calls in the order it was produced. */
export function modelBalances(
  accounts: readonly AccountSettings[],
  items: readonly TrafficItem[],
): Map<string, bigint> {
  const { catalog } = loadCatalog(join(import.meta.dirname, '../../demo/catalog'))
  const book = newBook(catalog!, accounts)
  const balances = new Map([...OPENING_CREDIT].map(([accountId, amount]) => [accountId, parseMoney(amount)!]))
  for (const item of items) {
    if (item.kind === 'junk') continue
    const read = readUsage(item.event, 'call')
    if ('refusal' in read) continue
    const content = hash('sha256', contentOf(read.event))
    const decided = decideUsage(read.event, content, book)
    evolve(book, read.event, content, decided)
    const balance = balances.get(read.event.accountId)
    if (balance !== undefined) balances.set(read.event.accountId, balance - creditTaken(decided))
  }
  return balances
}
