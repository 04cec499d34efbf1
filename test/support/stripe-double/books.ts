/** Stripe's books in memory: everything that it stores, the events that it sends, and scheduled changes. */
import { API_VERSION } from '../../../src/payments/providers/stripe/client.ts'
import {
  type Charge,
  type Customer,
  type Dispute,
  type Intent,
  type Method,
  missing,
  type Refund,
  type Session,
  type StripeEvent,
  type Transaction,
} from './objects.ts'

export type Books = ReturnType<typeof createBooks>

/** `nowMicros`: its clock. */
export function createBooks(nowMicros: () => number) {
  const customers = new Map<string, Customer>()
  const methods = new Map<string, Method>()
  const sessions = new Map<string, Session>()
  const intents = new Map<string, Intent>()
  const charges = new Map<string, Charge>()
  const refunds = new Map<string, Refund>()
  const disputes = new Map<string, Dispute>()
  const transactions = new Map<string, Transaction>()
  const events: StripeEvent[] = []
  let due: { readonly at: number; readonly happen: () => void }[] = []
  let ids = 0

  const now = () => Math.floor(nowMicros() / 1_000_000)
  const newId = (prefix: string) => `${prefix}_${String(++ids).padStart(14, '0')}`

  return {
    customers,
    methods,
    sessions,
    intents,
    charges,
    refunds,
    disputes,
    transactions,
    events,
    now,
    newId,
    find,
    transact,
    announce,
    later,
    settleDue,
    empty() {
      for (const kept of [customers, methods, sessions, intents, charges, refunds, disputes, transactions]) kept.clear()
      events.length = 0
      due = []
    },
  }

  function find<T>(kept: ReadonlyMap<string, T>, what: string, id: string): T {
    const found = kept.get(id)
    if (found === undefined) throw missing(what, id)
    return found
  }

  function transact(type: Transaction['type'], amount: number, of: { id: string; currency: string }): Transaction {
    const fee = type === 'charge' ? 55 : 0
    const { currency, id: source } = of
    const made: Transaction = {
      id: newId('txn'),
      object: 'balance_transaction',
      created: now(),
      type,
      amount,
      fee,
      net: amount - fee,
      currency,
      source,
    }
    transactions.set(made.id, made)
    return made
  }

  function later(seconds: number, happen: () => void): void {
    due.push({ at: now() + seconds, happen })
  }

  /** Applies scheduled changes that are due: called before each request. */
  function settleDue(): void {
    const ready = due.filter(({ at }) => at <= now())
    due = due.filter((one) => !ready.includes(one))
    for (const { happen } of ready) happen()
  }

  function announce(type: string, object: { id: string; object: string }): void {
    const about = structuredClone(withoutHidden(object)) as StripeEvent['data']['object']
    events.push({
      id: newId('evt'),
      object: 'event',
      api_version: API_VERSION,
      created: now(),
      type,
      data: { object: about },
      livemode: false,
    })
  }
}

/** As the API returns it. */
export function withoutHidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHidden)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).filter(([name]) => name !== 'hidden')
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutHidden(inner)]))
}
