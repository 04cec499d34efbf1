/**
 * What is kept of a payment over a reload, above all its key: per amount and method, until it has a definite end. So a
 * double click, a reload and a retry are one payment. Of cards and people only the method's id is kept.
 */
import { compareDecimals } from '../format/decimal.ts'
import type { Store } from './tab-store.ts'

export interface KeptPayment {
  readonly key: string
  readonly amount: string
  readonly methodId: string
  /** Null if there was no answer yet. */
  readonly topUpId: string | null
  readonly begunAtMs: number
}

/** A visit to the provider's page, and the entries of the form when it began. */
export interface KeptVisit {
  readonly setupId: string
  readonly entries: KeptEntries | null
}

export type KeptEntries =
  | { readonly form: 'add_credit'; readonly amount: string | null }
  | { readonly form: 'auto'; readonly threshold: string; readonly amount: string; readonly cap: string | null }

/** The server keeps keys for 30 days; long before that nobody means the same payment. */
const KEPT_FOR_MS = 24 * 3_600_000

export function keptPayments(store: Store, accountId: string, nowMs: () => number = Date.now) {
  const place = `billing:${accountId}:payments`
  const all = (): readonly KeptPayment[] => {
    const stored = read<KeptPayment[]>(store, place)
    return Array.isArray(stored) ? stored.filter(({ begunAtMs }) => nowMs() - begunAtMs < KEPT_FOR_MS) : []
  }
  const write = (payments: readonly KeptPayment[]) => {
    if (payments.length === 0) store.removeItem(place)
    else store.setItem(place, JSON.stringify(payments))
  }
  // Suggested amounts have six decimals, typed ones two.
  const isOf = (one: KeptPayment, amount: string, methodId: string) =>
    compareDecimals(one.amount, amount) === 0 && one.methodId === methodId
  return {
    /** The payments without a definite end, the newest last. */
    all,
    /** The newest payment without a definite end. */
    open: (): KeptPayment | null => all().at(-1) ?? null,
    /** The open payment for this amount and method, else a new one. */
    begin(amount: string, methodId: string, newKey: () => string): KeptPayment {
      const others = all().filter((one) => !isOf(one, amount, methodId))
      const one = all().find((known) => isOf(known, amount, methodId)) ?? {
        key: newKey(),
        amount,
        methodId,
        topUpId: null,
        begunAtMs: nowMs(),
      }
      write([...others, one])
      return one
    },
    answered(key: string, topUpId: string): void {
      write(all().map((one) => (one.key === key ? { ...one, topUpId } : one)))
    },
    ended(key: string): void {
      write(all().filter((one) => one.key !== key))
    },
  }
}

export function keptVisit(store: Store, accountId: string) {
  const place = `billing:${accountId}:visit`
  return {
    begin: (visit: KeptVisit) => store.setItem(place, JSON.stringify(visit)),
    open: () => read<KeptVisit>(store, place),
    end: () => store.removeItem(place),
  }
}

function read<Value>(store: Store, place: string): Value | null {
  const text = store.getItem(place)
  if (text === null) return null
  try {
    return JSON.parse(text) as Value
  } catch {
    // Not ours, or cut off: ignored.
    return null
  }
}
