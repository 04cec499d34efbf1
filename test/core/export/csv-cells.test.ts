import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CSV_HEADINGS, csvCells, safeText, shortMoney } from '../../../src/core/export/csv-cells.ts'
import { exportedMovement, type MovementFacts } from '../../../src/core/export/exported-movement.ts'
import { addToSums, closingMicros, NO_SUMS } from '../../../src/core/export/sums.ts'
import { parseInstant } from '../../../src/core/instant.ts'
import { parseMoney } from '../../../src/core/money.ts'

const CALL: MovementFacts = {
  sequence: 7n,
  kind: 'usage',
  occurredAtMicros: parseInstant('2026-10-31T23:59:59.5Z')!,
  recordedAtMicros: parseInstant('2026-11-01T00:00:01.000001Z')!,
  amountMicros: -1_500_000n,
  balanceAfterMicros: 20_028_600n,
  currency: 'EUR',
  interactionId: 'call-7f3a',
  usageType: 'call',
  channel: null,
  units: 66n,
  userId: 'u-12',
  userName: null,
  destination: 'Austria',
  sku: null,
  number: '+43664123',
}
const MONEY: MovementFacts = {
  ...CALL,
  kind: 'top_up',
  amountMicros: 50_000_000n,
  interactionId: null,
  usageType: null,
  units: null,
  userId: null,
  destination: null,
  number: null,
}

const row = (facts: MovementFacts) =>
  Object.fromEntries(csvCells(exportedMovement(facts)).map((cell, i) => [CSV_HEADINGS[i]!, cell]))

describe('a row', () => {
  it('of usage shows when it occurred, what it was, and when it was recorded', () => {
    expect(row(CALL)).toEqual({
      'Date & Time': '2026-10-31T23:59:59.500000Z',
      'Interaction ID': 'call-7f3a',
      Description: 'call',
      Units: '66',
      Amount: '-1.50',
      Currency: 'EUR',
      'Balance After': '20.0286',
      User: 'u-12',
      Destination: 'Austria (+43664123)',
      'Recorded At': '2026-11-01T00:00:01.000001Z',
    })
  })

  it('of money leaves the cells of usage empty', () => {
    expect(row(MONEY)).toMatchObject({
      'Interaction ID': '',
      Description: 'top-up',
      Units: '',
      Amount: '50.00',
      User: '',
      Destination: '',
    })
  })

  it.each([
    ['usage', 'call', null, 'call'],
    ['usage', 'toll_free', null, 'toll-free'],
    ['usage', 'message', 'sms', 'sms'],
    ['usage', 'message', 'mms', 'mms'],
    ['usage', 'message', 'whatsapp', 'whatsapp'],
    ['usage', 'voice_agent', null, 'ai-voice-agents'],
    ['usage', 'conversation_intelligence', null, 'stt'],
    ['usage', 'other', null, 'other'],
    ['usage', null, null, 'other'],
    ['top_up', null, null, 'top-up'],
    ['adjustment', null, null, 'adjustment'],
    ['refund', null, null, 'refund'],
    ['dispute', null, null, 'dispute'],
    ['reversal', 'message', 'sms', 'reversal'],
  ])('of %s, %s, %s is described as %s', (kind, usageType, channel, description) => {
    expect(row({ ...CALL, kind, usageType, channel }).Description).toBe(description)
  })

  it.each([
    ['Austria', null, '+43664123', 'Austria (+43664123)'],
    ['Austria', null, null, 'Austria'],
    [null, 'recording-gb', null, 'recording-gb'],
    [null, null, '+43664123', "'+43664123"],
    [null, null, null, ''],
  ])('to %s, SKU %s, number %s has the destination %s', (destination, sku, number, cell) => {
    expect(row({ ...CALL, destination, sku, number }).Destination).toBe(cell)
  })

  it('shows a name instead of an id, escaped', () => {
    expect(row({ ...CALL, userName: '=cmd|calc' }).User).toBe("'=cmd|calc")
  })
})

describe('a text', () => {
  it.each(['=cmd', '+1', '-1', '@a', '\ta', '\ra', '\na', '＝a'])(
    'that starts a formula, %j, gets an apostrophe',
    (text) => {
      expect(safeText(text)).toBe(`'${text}`)
    },
  )

  it.each(['', 'a=b', '1-2', "'", ' =a', '"=a'])('that starts no formula, %j, is not changed', (text) => {
    expect(safeText(text)).toBe(text)
  })
})

describe('an amount', () => {
  it.each([
    [-1_500_000n, '-1.50'],
    [0n, '0.00'],
    [1n, '0.000001'],
    [-28_600n, '-0.0286'],
    [100_000_000n, '100.00'],
    [9_223_372_036_854_775_807n, '9223372036854.775807'],
  ])('of %s micros is %s', (micros, text) => {
    expect(shortMoney(micros)).toBe(text)
  })

  it('is exact, with two to six digits after the point', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (micros) => {
        expect(shortMoney(micros)).toMatch(/^-?\d+\.\d{2,6}$/)
        expect(parseMoney(shortMoney(micros))).toBe(micros)
      }),
    )
  })
})

describe('the sums', () => {
  it('lead from the opening to the closing balance, however the movements are split', () => {
    const movement = fc.record({
      kind: fc.constantFrom('usage', 'reversal', 'top_up', 'adjustment', 'refund', 'dispute'),
      amountMicros: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
    })
    fc.assert(
      fc.property(fc.array(movement), fc.nat(), fc.bigInt(-(10n ** 12n), 10n ** 12n), (movements, cut, opening) => {
        const whole = addToSums(NO_SUMS, movements)
        const at = cut % (movements.length + 1)
        expect(addToSums(addToSums(NO_SUMS, movements.slice(0, at)), movements.slice(at))).toEqual(whole)
        const moved = movements.reduce((sum, { amountMicros }) => sum + amountMicros, opening)
        expect(closingMicros(opening, whole)).toBe(moved)
      }),
    )
  })

  it.each([
    ['top_up', { addedMicros: 5n, usedMicros: 0n, otherMicros: 0n }],
    ['usage', { addedMicros: 0n, usedMicros: -5n, otherMicros: 0n }],
    ['reversal', { addedMicros: 0n, usedMicros: -5n, otherMicros: 0n }],
    ['adjustment', { addedMicros: 0n, usedMicros: 0n, otherMicros: 5n }],
    ['refund', { addedMicros: 0n, usedMicros: 0n, otherMicros: 5n }],
    ['dispute', { addedMicros: 0n, usedMicros: 0n, otherMicros: 5n }],
  ])('include a %s as periods do', (kind, sums) => {
    expect(addToSums(NO_SUMS, [{ kind, amountMicros: 5n }])).toEqual(sums)
  })
})
