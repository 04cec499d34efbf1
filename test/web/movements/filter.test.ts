/** The filter in the address and as the API's request, for any address and any zone. */
import { describe, expect, it } from 'vitest'
import {
  cleanSearch,
  countChosen,
  isFiltered,
  KINDS,
  type MovementFilter,
  type MovementSearch,
  NAMED_PERIODS,
  NO_FILTER,
  parseFilter,
  printFilter,
  requestOf,
} from '../../../web/src/movements/filter.ts'

const USER = { id: 'u-12', name: 'Jonas Weber' }

const filter = (some: Partial<MovementFilter>): MovementFilter => ({ ...NO_FILTER, ...some })

describe('an address', () => {
  it.each<[query: string, some: Partial<MovementFilter>]>([
    ['', {}],
    ['?kind=call', { kinds: ['call'] }],
    ['?kind=top_up&kind=sms', { kinds: ['sms', 'top_up'] }],
    ['?kind=sms&kind=sms', { kinds: ['sms'] }],
    ['?direction=in', { direction: 'in' }],
    ['?period=this-month', { period: 'this-month' }],
    ['?period=90d', { period: '90d' }],
    ['?from=2026-10-05&to=2026-10-31', { period: { from: '2026-10-05', to: '2026-10-31' } }],
    ['?from=2026-10-05&to=2026-10-05', { period: { from: '2026-10-05', to: '2026-10-05' } }],
    ['?from=2026-10-05', { period: { from: '2026-10-05', to: null } }],
    ['?to=2026-10-31', { period: { from: null, to: '2026-10-31' } }],
    ['?kind=call&period=7d&direction=out', { kinds: ['call'], period: '7d', direction: 'out' }],
  ])('%s says %o, and is written so again', (query, some) => {
    expect(parseFilter(query)).toEqual(filter(some))
    expect(parseFilter(printFilter('', parseFilter(query)))).toEqual(filter(some))
  })

  it.each<[query: string, some: Partial<MovementFilter>]>([
    ['?kind=fax&kind=call&kind=', { kinds: ['call'] }],
    ['?kind=CALL', {}],
    ['?kind[]=call', {}],
    ['?kind=constructor&period=toString', {}],
    ['?direction=up', {}],
    ['?direction=in&direction=out', { direction: 'in' }],
    ['?period=8d', {}],
    ['?period=8d&from=2026-10-05', { period: { from: '2026-10-05', to: null } }],
    ['?period=7d&from=2026-10-05', { period: '7d' }],
    ['?from=2026-02-30&to=2026-13-01', {}],
    ['?from=yesterday&to=2026-10-31', { period: { from: null, to: '2026-10-31' } }],
    ['?from=0202-10-05', {}],
    ['?from=2026-10-05T00:00:00Z', {}],
    ['?from=2026-10-31&to=2026-10-05', {}],
    ['?search=%2B49301234567&user=u-12&user_id=u-12', {}],
    ['?%E0%A4%A&&&=&kind=sms', { kinds: ['sms'] }],
  ])('with invalid parts, as %s, says %o', (query, some) => {
    expect(parseFilter(query)).toEqual(filter(some))
  })

  it('says every kind and every period that can be chosen', () => {
    for (const period of NAMED_PERIODS) {
      const all = filter({ kinds: KINDS, period })
      expect(parseFilter(printFilter('', all))).toEqual(all)
    }
  })

  it.each<[query: string, some: Partial<MovementFilter>, printed: string]>([
    ['', {}, ''],
    ['?kind=sms&period=7d&from=2026-10-05&direction=in', {}, ''],
    ['?lang=de&kind=sms', { kinds: ['call', 'mms'] }, '?lang=de&kind=call&kind=mms'],
    ['?period=7d', { period: { from: '2026-10-05', to: null } }, '?from=2026-10-05'],
    ['?from=2026-10-05', { period: '30d', direction: 'out' }, '?period=30d&direction=out'],
  ])('%s with %o becomes %s: other parameters stay', (query, some, printed) => {
    expect(printFilter(query, filter(some))).toBe(printed)
  })

  it('never contains the search or the user', () => {
    const asked = filter({ search: '+49301234567', user: USER, kinds: ['call'] })
    expect(printFilter('', asked)).toBe('?kind=call')
    expect(parseFilter(printFilter('', asked))).toEqual(filter({ kinds: ['call'] }))
  })
})

describe('the request to the API', () => {
  const now = new Date('2026-11-01T22:30:00Z')
  const inBerlin = { now, timeZone: 'Europe/Berlin' }

  it.each<[some: Partial<MovementFilter>, request: MovementSearch | null]>([
    [{}, null],
    [{ search: '  \n ' }, null],
    [{ kinds: ['sms', 'top_up'] }, { kinds: ['sms', 'top_up'] }],
    [{ user: USER }, { user_id: 'u-12' }],
    [{ search: ' Brazil\tfixed ' }, { search: 'Brazil fixed' }],
    [{ direction: 'in' }, { direction: 'in' }],
    [
      { kinds: ['call'], user: USER, search: 'x', direction: 'out' },
      { kinds: ['call'], user_id: 'u-12', search: 'x', direction: 'out' },
    ],
  ])('for %o: %o', (some, request) => {
    expect(requestOf(filter(some), inBerlin)).toEqual(request)
    expect(isFiltered(filter(some))).toBe(request !== null)
  })

  // It is 23:30 on 1 November in Berlin, the 2nd in Tokyo, and the afternoon of the 1st in Los Angeles.
  it.each<[period: MovementFilter['period'], timeZone: string, from: string | undefined, to: string | undefined]>([
    ['this-month', 'Europe/Berlin', '2026-10-31T23:00:00.000Z', undefined],
    ['this-month', 'UTC', '2026-11-01T00:00:00.000Z', undefined],
    ['last-month', 'Europe/Berlin', '2026-09-30T22:00:00.000Z', '2026-10-31T23:00:00.000Z'],
    ['last-month', 'Asia/Tokyo', '2026-09-30T15:00:00.000Z', '2026-10-31T15:00:00.000Z'],
    ['7d', 'Europe/Berlin', '2026-10-25T23:00:00.000Z', undefined],
    ['7d', 'Asia/Tokyo', '2026-10-26T15:00:00.000Z', undefined],
    ['30d', 'America/Los_Angeles', '2026-10-03T07:00:00.000Z', undefined],
    ['90d', 'Europe/Berlin', '2026-08-03T22:00:00.000Z', undefined],
    // 25 hours: clocks go back.
    [{ from: '2026-10-25', to: '2026-10-25' }, 'Europe/Berlin', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    [{ from: '2026-10-05', to: null }, 'Asia/Kolkata', '2026-10-04T18:30:00.000Z', undefined],
    [{ from: null, to: '2026-12-31' }, 'UTC', undefined, '2027-01-01T00:00:00.000Z'],
  ])('of %o in %s: from %s to %s', (period, timeZone, from, to) => {
    expect(requestOf(filter({ period }), { now, timeZone })).toEqual({
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    })
  })

  it('in January, last month is in the previous year', () => {
    const here = { now: new Date('2027-01-15T12:00:00Z'), timeZone: 'UTC' }
    expect(requestOf(filter({ period: 'last-month' }), here)).toEqual({
      from: '2026-12-01T00:00:00.000Z',
      to: '2027-01-01T00:00:00.000Z',
    })
  })
})

it.each<[text: string, clean: string]>([
  ['  talk-1 ', 'talk-1'],
  ['a\u0000b\r\nc', 'a b c'],
  ['\ud800x', '\ufffdx'],
  ['😀'.repeat(1_500), '😀'.repeat(1_000)],
  [`${'x'.repeat(1_999)}😀`, `${'x'.repeat(1_999)}\ufffd`],
  ['\u00a0', ''],
])('the search %j is sent as %j', (text, clean) => {
  expect(cleanSearch(text)).toBe(clean)
})

it.each<[some: Partial<MovementFilter>, chosen: number]>([
  [{}, 0],
  [{ search: 'in a field of its own' }, 0],
  [{ kinds: ['call', 'sms'] }, 2],
  [{ kinds: ['call'], user: USER, period: '7d', direction: 'in' }, 4],
])('%o has %i removable filters', (some, chosen) => {
  expect(countChosen(filter(some))).toBe(chosen)
})
