/** Days in the reader's zone have neither gaps nor overlaps, whatever its clocks do. */
import { describe, expect, it } from 'vitest'
import { dateIn } from '../../../web/src/format/date-in.ts'
import { addDays, isDate, startOfDay, startOfMonth } from '../../../web/src/format/days.ts'

describe('a day begins', () => {
  it.each<[timeZone: string, date: string, start: string]>([
    ['UTC', '2026-10-31', '2026-10-31T00:00:00.000Z'],
    ['Europe/Berlin', '2026-07-14', '2026-07-13T22:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z'],
    ['Europe/Berlin', '2026-03-30', '2026-03-29T22:00:00.000Z'],
    ['Asia/Kathmandu', '2026-07-14', '2026-07-13T18:15:00.000Z'],
    ['Pacific/Kiritimati', '2026-07-14', '2026-07-13T10:00:00.000Z'],
    ['Pacific/Pago_Pago', '2026-07-14', '2026-07-14T11:00:00.000Z'],
    // Clocks go forward at midnight: the day begins at 01:00.
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z'],
    ['America/Santiago', '2026-09-06', '2026-09-06T04:00:00.000Z'],
    // Clocks go back at midnight to the day before, which has 25 hours.
    ['America/Santiago', '2026-04-05', '2026-04-05T04:00:00.000Z'],
    // Clocks go back to midnight: there are two, and the first counts.
    ['America/Havana', '2026-11-01', '2026-11-01T04:00:00.000Z'],
  ])('in %s on %s at %s', (timeZone, date, start) => {
    expect(startOfDay(timeZone, date)).toBe(start)
  })

  it.each(['America/Santiago', 'Africa/Cairo', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Havana'])(
    'in %s where the one before it ends, all year',
    (timeZone) => {
      for (let date = '2026-01-01'; date < '2027-01-01'; date = addDays(date, 1)) {
        const start = Date.parse(startOfDay(timeZone, date))
        expect([dateIn(timeZone, new Date(start - 1)), dateIn(timeZone, new Date(start))]).toEqual([
          addDays(date, -1),
          date,
        ])
      }
    },
  )
})

it.each([
  ['2026-10-31', 0, '2026-10-01'],
  ['2026-10-31', -1, '2026-09-01'],
  ['2026-01-15', -1, '2025-12-01'],
  ['2026-12-15', 1, '2027-01-01'],
])('the month of %s, %i later, begins on %s', (date, later, start) => {
  expect(startOfMonth(date, later)).toBe(start)
})

it.each([
  ['2026-02-28', true],
  ['2028-02-29', true],
  ['2026-02-29', false],
  ['2026-13-01', false],
  ['0202-10-31', false],
  ['2026-1-1', false],
  ['', false],
])('%j is a date: %o', (text, isOne) => {
  expect(isDate(text)).toBe(isOne)
})
