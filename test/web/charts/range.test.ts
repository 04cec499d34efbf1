/** The range of both charts is in the URL; without one there, the stored range is used. */
import { describe, expect, it } from 'vitest'
import { readRange, withRange } from '../../../web/src/charts/range.ts'

const remembering = (days: string | null) => ({ getItem: () => days, setItem: () => undefined })

describe('the range', () => {
  it.each<[search: string, remembered: string | null, days: number]>([
    ['?days=7', null, 7],
    ['?days=7', '90', 7],
    ['?kind=call', '90', 90],
    ['', null, 30],
    ['?days=31', '90', 90],
    ['?days=31', 'all', 30],
    ['?days=', null, 30],
  ])('of %j with %j remembered is %i days', (search, remembered, days) => {
    expect(readRange(search, remembering(remembered))).toBe(days)
  })

  it('is the default if storage is denied', () => {
    expect(readRange('', null)).toBe(30)
  })

  it.each([
    ['https://page.example/billing/acme', 'https://page.example/billing/acme?days=90'],
    [
      'https://page.example/billing/acme?kind=call&days=7#history',
      'https://page.example/billing/acme?kind=call&days=90#history',
    ],
  ])('is added to %s without changing the rest', (url, changed) => {
    expect(withRange(url, 90)).toBe(changed)
  })
})
