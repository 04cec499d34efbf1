/** `tollgate top-up list`: top-ups, newest first. */
import { formatMoney } from '../core/money.ts'
import { type ListedTopUp, listTopUps } from '../ledger/top-ups/list-top-ups.ts'
import { type Columns, createListing } from './columns.ts'
import { counted, writeOutput } from './command.ts'
import { withDatabase } from './connected.ts'
import { readLimit } from './count.ts'

export interface TopUpListOptions {
  readonly account?: string
  readonly open?: boolean
  readonly limit?: string
  readonly json?: boolean
}

const PAGE_TOP_UPS = 1000

const COLUMNS: Columns<ListedTopUp> = [
  ['top-up', ({ topUpId }) => topUpId],
  ['account', ({ accountId }) => accountId],
  ['trigger', ({ trigger }) => trigger],
  ['state', ({ state }) => state],
  ['reason', ({ reason }) => reason ?? '-'],
  ['amount', ({ amountMicros }) => formatMoney(amountMicros)],
  ['currency', ({ currency }) => currency],
  ['requested at', ({ requestedAt }) => requestedAt],
  ['next check at', ({ nextLookAt }) => nextLookAt ?? '-'],
]

export async function listAllTopUps(options: TopUpListOptions): Promise<void> {
  const limit = readLimit(options.limit)
  const filter = { accountId: options.account ?? null, isOpenOnly: options.open === true }
  await withDatabase(async (pool) => {
    const textOf = options.json
      ? (page: readonly ListedTopUp[]) => page.map((one) => `${JSON.stringify(topUpJson(one))}\n`).join('')
      : createListing(COLUMNS)
    let count = 0
    let after: ListedTopUp | null = null
    while (count < limit) {
      const pageLimit = Math.min(limit - count, PAGE_TOP_UPS)
      const page: ListedTopUp[] = await listTopUps(pool, filter, { after, limit: pageLimit })
      const isWanted = await writeOutput(textOf(page))
      count += page.length
      after = page.at(-1) ?? null
      if (page.length < pageLimit || !isWanted) break
    }
    const shown = count === limit ? ', the newest ones; raise --limit to see more' : ''
    process.stderr.write(`${counted(count, 'top-up')}${shown}\n`)
  })
}

/** Amounts are decimal strings in units. */
export function topUpJson(one: ListedTopUp) {
  return {
    top_up_id: one.topUpId,
    account_id: one.accountId,
    trigger: one.trigger,
    state: one.state,
    reason: one.reason,
    amount: formatMoney(one.amountMicros),
    currency: one.currency,
    actor: one.actor,
    requested_at: one.requestedAt,
    updated_at: one.updatedAt,
    next_look_at: one.nextLookAt,
    action_url: one.actionUrl,
    action_until: one.actionUntil,
  }
}
