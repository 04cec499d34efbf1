/** Days and months of a zone as half-open instants, without gaps or overlaps, whatever its clocks do. */
import { describe, expect, it } from 'vitest'
import { describePeriod, faultsOf, monthBefore, monthOf, periodOf } from '../../../web/src/export/period.ts'
import { dateIn } from '../../../web/src/format/date-in.ts'
import { startOfDay } from '../../../web/src/format/days.ts'

const [BERLIN, YORK] = ['Europe/Berlin', 'America/New_York']

describe('a day begins', () => {
  it.each([
    [BERLIN, '2026-01-15', '2026-01-14T23:00:00.000Z', 'in winter'],
    [BERLIN, '2026-07-15', '2026-07-14T22:00:00.000Z', 'in summer'],
    [BERLIN, '2026-03-29', '2026-03-28T23:00:00.000Z', 'on the day of 23 hours, still by winter’s clock'],
    [BERLIN, '2026-03-30', '2026-03-29T22:00:00.000Z', 'after it, by summer’s'],
    [BERLIN, '2026-10-25', '2026-10-24T22:00:00.000Z', 'on the day of 25 hours, still by summer’s clock'],
    [BERLIN, '2026-10-26', '2026-10-25T23:00:00.000Z', 'after it, by winter’s'],
    [YORK, '2026-03-08', '2026-03-08T05:00:00.000Z', 'on the day of 23 hours'],
    [YORK, '2026-03-09', '2026-03-09T04:00:00.000Z', 'after it'],
    [YORK, '2026-11-01', '2026-11-01T04:00:00.000Z', 'on the day of 25 hours'],
    [YORK, '2026-11-02', '2026-11-02T05:00:00.000Z', 'after it'],
    ['UTC', '2026-02-28', '2026-02-28T00:00:00.000Z', 'at midnight'],
    ['Asia/Kolkata', '2026-01-01', '2025-12-31T18:30:00.000Z', 'half an hour off'],
    ['Pacific/Kiritimati', '2026-01-01', '2025-12-31T10:00:00.000Z', 'where it begins first'],
    ['Pacific/Pago_Pago', '2026-01-01', '2026-01-01T11:00:00.000Z', 'where it begins last'],
    ['America/Santiago', '2026-09-06', '2026-09-06T04:00:00.000Z', 'at 01:00 where clocks go forward at midnight'],
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z', 'with the next, where there was none'],
  ])('in %s, %s at %s: %s', (zone, day, instant) => {
    expect(startOfDay(zone, day)).toBe(instant)
  })

  it.each([BERLIN, YORK, 'America/Santiago', 'Australia/Lord_Howe'])(
    'where the one before ends, every day of a year in %s',
    (zone) => {
      let day = '2026-01-01'
      for (let days = 0; days < 365; days += 1) {
        const { to } = periodOf({ first: day, last: day }, zone)
        const next = dateIn(zone, new Date(to))
        expect(next > day).toBe(true)
        expect(dateIn(zone, new Date(Date.parse(to) - 1))).toBe(day)
        expect(startOfDay(zone, next)).toBe(to)
        day = next
      }
      expect(day).toBe('2027-01-01')
    },
  )
})

describe('a month', () => {
  it.each([
    ['2026-01-31', { first: '2026-01-01', last: '2026-01-31' }, { first: '2025-12-01', last: '2025-12-31' }],
    ['2026-03-31', { first: '2026-03-01', last: '2026-03-31' }, { first: '2026-02-01', last: '2026-02-28' }],
    ['2028-03-29', { first: '2028-03-01', last: '2028-03-31' }, { first: '2028-02-01', last: '2028-02-29' }],
    ['2026-12-01', { first: '2026-12-01', last: '2026-12-31' }, { first: '2026-11-01', last: '2026-11-30' }],
  ])('of %s is %j, and that before %j', (day, month, before) => {
    expect(monthOf(day)).toEqual(month)
    expect(monthBefore(day)).toEqual(before)
  })

  it.each([
    [BERLIN, '2026-10-15', '2026-09-30T22:00:00.000Z', '2026-10-31T23:00:00.000Z'],
    [BERLIN, '2026-03-15', '2026-02-28T23:00:00.000Z', '2026-03-31T22:00:00.000Z'],
    [YORK, '2026-11-15', '2026-11-01T04:00:00.000Z', '2026-12-01T05:00:00.000Z'],
    [YORK, '2026-03-15', '2026-03-01T05:00:00.000Z', '2026-04-01T04:00:00.000Z'],
  ])('in %s of %s is from %s to %s', (zone, day, from, to) => {
    expect(periodOf(monthOf(day), zone)).toEqual({ from, to })
  })

  it.each([
    ['2026-10-31T22:59:59.999Z', '2026-10-31', '2026-10-31'],
    ['2026-10-31T23:00:00.000Z', '2026-11-01', '2026-10-31'],
    ['2026-11-01T03:59:59.999Z', '2026-11-01', '2026-10-31'],
    ['2026-11-01T04:00:00.000Z', '2026-11-01', '2026-11-01'],
  ])('at %s it is %s in Berlin and %s in New York', (instant, inBerlin, inYork) => {
    expect([BERLIN, YORK].map((zone) => dateIn(zone, new Date(instant)))).toEqual([inBerlin, inYork])
  })
})

describe('entered days', () => {
  it.each([
    ['2026-10-01', '2026-10-31', null, null],
    ['2026-10-05', '2026-10-05', null, null],
    ['2026-11-26', '2027-01-31', null, null],
    ['2026-11-27', '2026-11-30', 'future', null],
    ['2026-10-05', '2026-10-04', null, 'before_start'],
    ['', '2026-10-04', 'empty', null],
    ['2026-10-05', '', null, 'empty'],
    // While the year is being typed.
    ['0202-10-05', '2026-10-06', 'empty', null],
    ['2026-10-05', '0020-10-06', null, 'empty'],
  ])('from %j to %j: %s, %s', (first, last, ofFirst, ofLast) => {
    expect(faultsOf({ first, last }, '2026-11-26')).toEqual({ first: ofFirst, last: ofLast })
  })
})

describe('a period is described', () => {
  it.each([
    [BERLIN, '2026-09-30T22:00:00Z', '2026-10-31T23:00:00Z', '2026-10-01', '2026-10-31', true, null],
    [YORK, '2026-09-30T22:00:00Z', '2026-10-31T23:00:00Z', '2026-09-30', '2026-10-31', false, '2026-10-31T23:00:00Z'],
    [BERLIN, '2026-10-31T23:00:00Z', '2026-11-26T09:04:05Z', '2026-11-01', '2026-11-26', true, '2026-11-26T09:04:05Z'],
    [BERLIN, '2026-10-31T23:00:00Z', '2026-11-15T23:00:00Z', '2026-11-01', '2026-11-15', false, null],
    [BERLIN, '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', '2026-10-25', '2026-10-25', false, null],
    [BERLIN, '2026-10-04T10:00:00Z', '2026-10-04T10:00:00Z', '2026-10-04', '2026-10-04', false, '2026-10-04T10:00:00Z'],
    ['UTC', '2026-10-01T00:00:00Z', '2026-11-01T00:00:00Z', '2026-10-01', '2026-10-31', true, null],
    ['UTC', '2026-10-01T00:00:00Z', '2026-12-01T00:00:00Z', '2026-10-01', '2026-11-30', false, null],
    ['UTC', '2026-10-01T00:00:00Z', '2026-11-01T00:00:01Z', '2026-10-01', '2026-11-01', false, '2026-11-01T00:00:01Z'],
  ])('in %s, from %s to %s: %s to %s, a month: %s, cut: %s', (zone, from, to, first, last, isMonth, cutAt) => {
    expect(describePeriod({ from, to }, zone)).toEqual({ first, last, isMonth, cutAt })
  })
})
