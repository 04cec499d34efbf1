/** Which events are worth announcing: calls stop or work again, and payments end. */
import type { Balance, Payment } from '../credit/data.ts'

export type Crossing = 'blocked' | 'unblocked'

/** Null if the status did not change, or the earlier one is unknown. */
export function crossingOf(
  before: Pick<Balance, 'status'> | undefined,
  after: Pick<Balance, 'status'>,
): Crossing | null {
  if (before === undefined || before.status === after.status) return null
  return after.status === 'blocked' ? 'blocked' : 'unblocked'
}

type Result = 'succeeded' | 'failed' | 'canceled'

export interface PaymentResult {
  readonly state: Result
  readonly amount: string
  readonly currency: string
}

export type KnownStates = ReadonlyMap<string, Payment['state']>

const RESULTS: ReadonlySet<string> = new Set<Result>(['succeeded', 'failed', 'canceled'])

/** Payments that have ended since `known`; null on load, when nothing counts as new. */
export function resultsOf(known: KnownStates | null, items: readonly Payment[]): readonly PaymentResult[] {
  if (known === null) return []
  return items.flatMap(({ top_up_id, state, amount, currency }) =>
    RESULTS.has(state) && known.get(top_up_id) !== state ? [{ state: state as Result, amount, currency }] : [],
  )
}

export function knownAfter(known: KnownStates | null, items: readonly Payment[]): KnownStates {
  return new Map([...(known ?? []), ...items.map(({ top_up_id, state }) => [top_up_id, state] as const)])
}

interface PaymentPage {
  readonly items: readonly Payment[]
}

/**
 * A list of payments, newest first, with the changed ones replaced. Null if one is missing, so the list must be
 * reloaded.
 */
export function patchedPayments<Page extends PaymentPage>(page: Page, changed: readonly Payment[]): Page | null {
  const byId = new Map(changed.map((item) => [item.top_up_id, item]))
  const items = page.items.map((item) => {
    const mine = byId.get(item.top_up_id)
    byId.delete(item.top_up_id)
    return mine ?? item
  })
  return byId.size === 0 ? { ...page, items } : null
}
