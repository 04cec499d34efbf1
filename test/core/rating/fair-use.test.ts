import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { formatDate, MICROS_PER_DAY, parseDate, parseInstant } from '../../../src/core/instant.ts'
import {
  counterKey,
  counterToRead,
  cycleStart,
  nextCycleStart,
  storedCounter,
} from '../../../src/core/rating/fair-use.ts'
import { batchEvent, callFields, type Fields, testAccount, usageFields } from '../../support/catalog.ts'

describe('a billing cycle', () => {
  test.each([
    // anchor, within the cycle, start, end
    ['2026-01-15', '2026-02-20T10:00:00Z', '2026-02-15', '2026-03-15'],
    ['2026-01-15', '2026-02-14T23:59:59Z', '2026-01-15', '2026-02-15'],
    ['2026-01-31', '2026-02-27T00:00:00Z', '2026-01-31', '2026-02-28'],
    ['2026-01-31', '2026-02-28T00:00:00Z', '2026-02-28', '2026-03-31'],
    ['2024-01-30', '2024-02-29T12:00:00Z', '2024-02-29', '2024-03-30'],
    ['2026-01-01', '2026-12-31T23:59:59Z', '2026-12-01', '2027-01-01'],
    ['2025-06-29', '2025-12-31T00:00:00Z', '2025-12-29', '2026-01-29'],
    // Two days and anchors that a key of their quotient would confuse.
    ['2026-01-15', '2026-01-20T00:00:00Z', '2026-01-15', '2026-02-15'],
    ['2026-01-14', '2026-02-21T00:00:00Z', '2026-02-14', '2026-03-14'],
  ])('anchored on %s contains %s from %s to %s', (anchor, at, start, end) => {
    expect(cycleStart(anchor, parseInstant(at)!)).toBe(start)
    expect(nextCycleStart(anchor, start)).toBe(end)
  })

  it('ends where the next begins, for any anchor day', () => {
    const day = fc.integer({ min: parseDate('2000-01-01')!, max: parseDate('2100-01-01')! })
    fc.assert(
      fc.property(day, day, (anchorMicros, at) => {
        const anchor = formatDate(anchorMicros)
        const end = parseDate(nextCycleStart(anchor, cycleStart(anchor, at)))!
        expect(at < end && end - at <= 31 * MICROS_PER_DAY).toBe(true)
        expect(cycleStart(anchor, end)).toBe(formatDate(end))
        expect(cycleStart(anchor, end - 1)).toBe(cycleStart(anchor, at))
      }),
    )
  })
})

describe('the counter to read for an event', () => {
  const ANNS = { accountId: 'acme', userId: 'ann', anchor: '2026-01-15', cycleStart: '2026-02-15' }

  test.each<[string, Fields]>([
    ['an outbound direct call', callFields()],
    ['one that no package will cover', callFields({ to: '+49900123' })],
  ])('is that of user and cycle: %s', (_what, fields) => {
    expect(counterToRead(batchEvent(fields).event, testAccount())).toEqual(ANNS)
  })

  test.each<[string, Fields]>([
    ['an inbound call', callFields({ direction: 'inbound' })],
    ['a forwarded call', callFields({ leg: 'forwarded' })],
    [
      'another kind of usage',
      usageFields({ type: 'voice_agent', agent_id: 'a', duration_seconds: 60, user_id: 'ann' }),
    ],
  ])('is none: %s', (_what, fields) => {
    expect(counterToRead(batchEvent(fields).event, testAccount())).toBeNull()
  })

  it('is none for an account that never had a package, and for a call without a user', () => {
    const { event } = batchEvent(callFields())
    expect(counterToRead(event, testAccount({ packages: [] }))).toBeNull()
    expect(counterToRead({ ...event, userId: null }, testAccount())).toBeNull()
  })

  test.each<[string | null, string | null, string | null]>([
    [null, '2026-01-15', '2026-02-15'],
    ['ann', null, '2026-02-15'],
    ['ann', '2026-01-15', null],
  ])('is none in rated usage without one of its parts: %s, %s, %s', (userId, anchor, start) => {
    expect(storedCounter('acme', userId, anchor, start)).toBeNull()
    expect(storedCounter('acme', 'ann', '2026-01-15', '2026-02-15')).toEqual(ANNS)
  })
})

it('keeps counters separate by key, for any user id', () => {
  const text = fc.constantFrom('a', 'b', '\n', 'a\n2026-01-31')
  const counter = fc.record({
    accountId: fc.constantFrom('a', 'b'),
    userId: fc.array(text, { maxLength: 3 }).map((parts) => parts.join('')),
    anchor: fc.constantFrom('2026-01-31', '2026-02-28'),
    cycleStart: fc.constantFrom('2026-01-31', '2026-02-28'),
  })
  fc.assert(
    fc.property(counter, counter, (one, other) => {
      const isSame = JSON.stringify(one) === JSON.stringify(other)
      expect(counterKey(one) === counterKey(other)).toBe(isSame)
    }),
  )
})
