/** Instants are written in the reader's zone; calendar dates are independent of zones. */
import { describe, expect, it } from 'vitest'
import { dateFormat } from '../../../web/src/format/dates.ts'

const now = () => new Date('2026-07-14T10:00:00Z')
const berlin = dateFormat('de-DE', { timeZone: 'Europe/Berlin', now })
const york = dateFormat('en-US', { timeZone: 'America/New_York', now })
const plain = (text: string) => text.replace(/\s/g, ' ')

describe('an instant', () => {
  it.each([
    ['2026-07-31T22:30:00.000000Z', '1. Aug., 00:30', 'Jul 31, 6:30 PM'],
    ['2025-12-31T23:30:00.000000Z', '1. Jan., 00:30', 'Dec 31, 2025, 6:30 PM'],
  ])('%s is %s in Berlin and %s in New York', (instant, inBerlin, inYork) => {
    expect(plain(berlin.moment(instant))).toBe(inBerlin)
    expect(plain(york.moment(instant))).toBe(inYork)
  })

  it('is on different days in different zones', () => {
    const [one, other] = ['2026-07-13T21:00:00Z', '2026-07-13T23:00:00Z']
    expect(berlin.isSameDay(one, other)).toBe(false)
    expect(york.isSameDay(one, other)).toBe(true)
  })
})

it('a calendar date is the same everywhere', () => {
  expect(york.calendarDate('2027-09-30')).toBe('September 30, 2027')
  expect(berlin.calendarDate('2027-09-30')).toBe('30. September 2027')
})

it('a day of this year needs no year', () => {
  expect(york.day('2026-08-01T12:00:00Z')).toBe('August 1')
  expect(york.day('2027-08-01T12:00:00Z')).toBe('August 1, 2027')
})

it('the month and the zone’s name follow the clock while the page is open', () => {
  let at = '2026-10-24T21:59:59Z'
  const dates = dateFormat('en-US', { timeZone: 'Europe/Berlin', now: () => new Date(at) })
  expect([dates.thisMonth, dates.zoneName]).toEqual(['October', 'Central European Summer Time'])
  at = '2026-11-01T00:00:00Z'
  expect([dates.thisMonth, dates.zoneName]).toEqual(['November', 'Central European Standard Time'])
})

it('the zone has a name', () => {
  expect(berlin.zoneName).toBe('Mitteleuropäische Sommerzeit')
})
