/** Which events are news, and which state replaces which. */
import { describe, expect, it } from 'vitest'
import type { Payment } from '../../../web/src/credit/data.ts'
import { isNewer, keepNewest, type Place } from '../../../web/src/live/newer.ts'
import { crossingOf, type KnownStates, knownAfter, patchedPayments, resultsOf } from '../../../web/src/live/results.ts'

const payment = (top_up_id: string, state: Payment['state']) =>
  ({ top_up_id, state, amount: '25.000000', currency: 'EUR' }) as Payment

describe('newer', () => {
  it.each<[one: Place, than: Place, newer: boolean]>([
    [{ epoch: 1, version: 2 }, { epoch: 1, version: 1 }, true],
    [{ epoch: 1, version: 1 }, { epoch: 1, version: 1 }, false],
    [{ epoch: 1, version: 1 }, { epoch: 1, version: 2 }, false],
    [{ epoch: 2, version: 1 }, { epoch: 1, version: 9 }, true],
    [{ epoch: 1, version: 9 }, { epoch: 2, version: 1 }, false],
    [{ epoch: 1, version: '2026-07-14T10:00:00.000002Z' }, { epoch: 1, version: '2026-07-14T10:00:00.000001Z' }, true],
  ])('%o than %o: %s', (one, than, newer) => {
    expect(isNewer(one, than)).toBe(newer)
  })

  it('data is kept, whatever comes later', () => {
    const keep = keepNewest<Place>((place) => place)
    const [old, young] = [
      { epoch: 1, version: 1 },
      { epoch: 1, version: 2 },
    ]
    expect([keep(undefined, old), keep(old, young), keep(young, old)]).toEqual([old, young, young])
  })
})

describe('a crossing', () => {
  it.each([
    [undefined, 'blocked', null],
    ['active', 'active', null],
    ['active', 'blocked', 'blocked'],
    ['blocked', 'active', 'unblocked'],
  ] as const)('from %s to %s is %s', (before, after, crossing) => {
    expect(crossingOf(before && { status: before }, { status: after })).toBe(crossing)
  })
})

describe('results of payments', () => {
  it.each<[what: string, known: KnownStates | null, items: Payment[], said: string[]]>([
    ['not those on load', null, [payment('a', 'succeeded')], []],
    ['one that was open', new Map([['a', 'charging']]), [payment('a', 'succeeded')], ['succeeded']],
    ['one that was not known before', new Map(), [payment('a', 'failed')], ['failed']],
    ['not one that is repeated', new Map([['a', 'failed']]), [payment('a', 'failed')], []],
    ['not one that is open', new Map(), [payment('a', 'processing')], []],
    ['not one that was never tried', new Map(), [payment('a', 'skipped')], []],
    ['one that was canceled', new Map([['a', 'needs_action']]), [payment('a', 'canceled')], ['canceled']],
  ])('%s', (_, known, items, said) => {
    expect(resultsOf(known, items).map(({ state }) => state)).toEqual(said)
    expect(resultsOf(knownAfter(known, items), items)).toEqual([])
  })
})

describe('a list of payments', () => {
  const page = { items: [payment('b', 'charging'), payment('a', 'succeeded')], next_cursor: null }

  it('has the changed ones replaced', () => {
    const items = [payment('b', 'succeeded'), payment('a', 'succeeded')]
    expect(patchedPayments(page, [payment('b', 'succeeded')])).toEqual({ items, next_cursor: null })
  })

  it('must be reloaded if one is new', () => {
    expect(patchedPayments(page, [payment('c', 'requested')])).toBeNull()
  })
})
