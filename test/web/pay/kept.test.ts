/** A key belongs to one payment, over clicks and reloads, until that payment has a definite end. */
import { beforeEach, describe, expect, it } from 'vitest'
import { keptPayments, keptVisit } from '../../../web/src/pay/kept.ts'
import type { Store } from '../../../web/src/pay/tab-store.ts'

let values: Map<string, string>
let store: Store
let nowMs: number
let keys: number

const newKey = () => `key-${++keys}`
/** As after a reload: only the store is left. */
const opened = (accountId = 'acme') => keptPayments(store, accountId, () => nowMs)

beforeEach(() => {
  values = new Map()
  nowMs = 1_000_000
  keys = 0
  store = {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  }
})

describe('the key of a payment', () => {
  it('is the same for the same amount and method, and differs for others', () => {
    expect(opened().begin('25.00', 'pm-1', newKey).key).toBe('key-1')
    expect(opened().begin('25.00', 'pm-1', newKey).key).toBe('key-1')
    expect(opened().begin('25.00', 'pm-2', newKey).key).toBe('key-2')
    expect(opened().begin('30.00', 'pm-1', newKey).key).toBe('key-3')
    expect(opened('other').begin('25.00', 'pm-1', newKey).key).toBe('key-4')
  })

  it('is the same for an amount that is suggested, and then typed', () => {
    expect(opened().begin('25.000000', 'pm-1', newKey).key).toBe('key-1')
    expect(opened().begin('25.00', 'pm-1', newKey)).toMatchObject({ key: 'key-1', amount: '25.000000' })
    expect(opened().begin('25.01', 'pm-1', newKey).key).toBe('key-2')
  })

  it('is kept with its answer until the payment has ended', () => {
    opened().begin('25.00', 'pm-1', newKey)
    opened().answered('key-1', 'top-up-1')
    expect(opened().open()).toMatchObject({ key: 'key-1', topUpId: 'top-up-1' })
    opened().ended('key-1')
    expect(opened().open()).toBeNull()
    expect(values.size).toBe(0)
    expect(opened().begin('25.00', 'pm-1', newKey).key).toBe('key-2')
  })

  it('expires after a day', () => {
    opened().begin('25.00', 'pm-1', newKey)
    nowMs += 24 * 3_600_000
    expect(opened().open()).toBeNull()
  })

  it('is not taken from unreadable data', () => {
    values.set('billing:acme:payments', '[{')
    expect(opened().open()).toBeNull()
  })
})

describe('a visit to the provider’s page', () => {
  it('is kept with the form’s entries', () => {
    const visit = { setupId: 'setup-1', entries: { form: 'add_credit', amount: '25.00' } } as const
    keptVisit(store, 'acme').begin(visit)
    expect(keptVisit(store, 'acme').open()).toEqual(visit)
    keptVisit(store, 'acme').end()
    expect(keptVisit(store, 'acme').open()).toBeNull()
  })
})
