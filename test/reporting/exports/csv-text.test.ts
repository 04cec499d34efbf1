/** Whatever names contain, a reader of RFC 4180 gets back what was written. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CSV_HEADINGS, csvCells } from '../../../src/core/export/csv-cells.ts'
import { exportedMovement, type MovementFacts } from '../../../src/core/export/exported-movement.ts'
import { CSV_HEAD, csvText } from '../../../src/reporting/exports/csv-text.ts'
import { AWKWARD_NAMES } from '../../../testkit/movements.ts'
import { parseCsv } from '../../support/csv.ts'

const named = (userName: string): MovementFacts => ({
  sequence: 1n,
  kind: 'usage',
  occurredAtMicros: 0,
  recordedAtMicros: 0,
  amountMicros: -1_500_000n,
  balanceAfterMicros: -1_500_000n,
  currency: 'EUR',
  interactionId: 'e1',
  usageType: 'call',
  channel: null,
  units: 60n,
  userId: 'u',
  userName,
  destination: 'Côte d’Ivoire, mobile',
  sku: null,
  number: '+225',
})

it('the head is a byte order mark and the headings', () => {
  expect(CSV_HEAD.codePointAt(0)).toBe(0xfeff)
  expect(parseCsv(CSV_HEAD.slice(1))).toEqual([[...CSV_HEADINGS]])
})

it.each(AWKWARD_NAMES)('a user called %j is one cell', (name) => {
  const [row] = parseCsv(csvText([named(name)]))
  expect([name, `'${name}`]).toContain(row![7])
  expect(row![4]).toBe('-1.50')
})

it('any names round-trip, one row each', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 5 }), (names) => {
      const movements = names.map(named)
      expect(parseCsv(csvText(movements))).toEqual(movements.map((each) => csvCells(exportedMovement(each))))
    }),
  )
})

it('no movements are no text', () => {
  expect(csvText([])).toBe('')
})
