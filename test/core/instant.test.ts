import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatInstant, parseInstant } from '../../src/core/instant.ts'

describe('an RFC 3339 instant', () => {
  test.each([
    ['2026-01-31T00:00:00Z', '2026-01-31T00:00:00.000000Z'],
    ['2026-01-31T01:30:00+01:30', '2026-01-31T00:00:00.000000Z'],
    ['2026-01-30T19:00:00-05:00', '2026-01-31T00:00:00.000000Z'],
    ['2026-01-31T00:00:00-00:00', '2026-01-31T00:00:00.000000Z'],
    ['2026-01-31T00:00:00.1Z', '2026-01-31T00:00:00.100000Z'],
    ['2026-01-31T00:00:00.1234569Z', '2026-01-31T00:00:00.123456Z'],
    ['2028-02-29T23:59:59Z', '2028-02-29T23:59:59.000000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000000Z'],
    ['1969-12-31T23:59:59.5Z', '1969-12-31T23:59:59.500000Z'],
  ])('%s is %s', (text, instant) => expect(formatInstant(parseInstant(text)!)).toBe(instant))

  test.each([
    ['2026-02-29T00:00:00Z', 'no leap year'],
    ['2100-02-29T00:00:00Z', 'no leap year either'],
    ['2026-04-31T00:00:00Z', 'April has 30 days'],
    ['2026-13-01T00:00:00Z', 'no such month'],
    ['2026-00-01T00:00:00Z', 'no such month'],
    ['2026-01-00T00:00:00Z', 'no such day'],
    ['2026-01-01T24:00:00Z', 'no such hour'],
    ['2026-01-01T00:60:00Z', 'no such minute'],
    ['2026-01-01T00:00:60Z', 'no such second'],
    ['2026-01-01T00:00:00+24:00', 'no such offset'],
    ['2026-01-01T00:00:00', 'no offset'],
    ['2026-01-01 00:00:00Z', 'no T'],
    ['2026-01-01t00:00:00z', 'small letters'],
    ['2026-01-01T00:00:00+0100', 'an offset without colon'],
    ['2026-01-01T00:00Z', 'no seconds'],
    ['2026-01-01T00:00:00.Z', 'no digits after the point'],
    ['2026-01-01', 'a date only'],
    ['2026-01-01T00:00:00Z\n', 'a line end'],
    ['', 'nothing'],
  ])('%j is refused: %s', (text) => expect(parseInstant(text)).toBeNull())

  test('an instant survives formatting and parsing', () => {
    const micros = fc.integer({ min: Date.UTC(1700, 0) * 1000, max: Date.UTC(2250, 0) * 1000 })
    fc.assert(fc.property(micros, (m) => parseInstant(formatInstant(m)) === m))
  })
})
