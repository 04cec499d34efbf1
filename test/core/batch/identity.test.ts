import { describe, expect, test } from 'vitest'
import { callFields, type Fields, take, testAccount, testBook, verdict } from '../../support/catalog.ts'

const DUPLICATE = 'duplicate / already_rated'
const CONFLICT = 'conflict / content_differs'

describe('a second event under the same id', () => {
  test.each<[string, Fields, string]>([
    ['the same', {}, DUPLICATE],
    ['an explicit default leg', { leg: 'direct' }, DUPLICATE],
    ['leg null', { leg: null }, DUPLICATE],
    ['an explicit interaction_id', { interaction_id: 'e1' }, DUPLICATE],
    ['the same instant at another offset', { occurred_at: '2026-02-20T12:00:00.000+02:00' }, DUPLICATE],
    ['digits past the sixth', { occurred_at: '2026-02-20T10:00:00.0000009Z' }, DUPLICATE],
    ['an unknown field', { extra: 1 }, DUPLICATE],
    ['another duration', { duration_seconds: 61 }, CONFLICT],
    ['another instant', { occurred_at: '2026-02-20T10:00:00.000001Z' }, CONFLICT],
    ['another user', { user_id: 'bob' }, CONFLICT],
    ['another leg', { leg: 'forwarded' }, CONFLICT],
    ['another caller', { from: null }, CONFLICT],
    ['another interaction', { interaction_id: 'i1' }, CONFLICT],
    ['another type', { type: 'toll_free' }, CONFLICT],
  ])('%s', (_name, changed, expected) => {
    const book = testBook()
    take(book, callFields())
    const before = structuredClone({ known: book.known, minutesUsed: book.minutesUsed })
    const decided = take(book, callFields(changed))
    expect(verdict(decided)).toBe(expected)
    expect(decided).toMatchObject({ units: 0, coveredMinutes: 0, amountMicros: 0n, currency: 'EUR', rate: null })
    expect({ known: book.known, minutesUsed: book.minutesUsed }).toEqual(before)
  })

  test('treats absent and null alike, in either order', () => {
    for (const [first, second] of [
      [{ from: null }, { from: undefined }],
      [{ from: undefined }, { from: null }],
    ]) {
      const book = testBook()
      take(book, callFields(first))
      expect(verdict(take(book, callFields(second)))).toBe(DUPLICATE)
    }
  })

  test('is another event under another account', () => {
    const book = testBook([testAccount(), testAccount({ accountId: 'globex' })])
    take(book, callFields())
    expect(verdict(take(book, callFields({ account_id: 'globex' })))).toBe('covered / in_package')
  })

  test('is the first if the earlier one was rejected', () => {
    const book = testBook()
    expect(verdict(take(book, callFields({ to: '+99912' })))).toBe('rejected / no_rate')
    expect(verdict(take(book, callFields()))).toBe('covered / in_package')
  })
})

test('an unknown account is refused before anything else is checked', () => {
  const decided = take(testBook(), callFields({ account_id: 'nobody' }))
  expect(verdict(decided)).toBe('rejected / unknown_account')
  expect(decided.currency).toBeNull()
})
