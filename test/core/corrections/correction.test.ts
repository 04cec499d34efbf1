import { describe, expect, test } from 'vitest'
import {
  callFields,
  correctionFields,
  type Fields,
  summary,
  take,
  testBook,
  usageFields,
} from '../../support/catalog.ts'

const call = callFields()
const special = callFields({ to: '+49900123' })
const free = callFields({ to: '112' })
const invoiced = usageFields({ type: 'voice_agent', agent_id: 'a', duration_seconds: 60 })
const correct = (id: string, corrects = 'e1') => correctionFields(id, corrects)
const nothing = '0 u, 0 min, 0.000000'

describe('a correction', () => {
  test.each<[string, Fields[], string[]]>([
    [
      'returns the minutes',
      [call, correct('c1')],
      [`covered / in_package, 0 u, 1 min, 0.000000`, 'reversed / correction, 0 u, -1 min, 0.000000'],
    ],
    [
      'returns the amount',
      [special, correct('c1')],
      ['charged / special_number, 60 u, 0 min, 1.990000', 'reversed / correction, 0 u, 0 min, -1.990000'],
    ],
    [
      'of a free event moves nothing',
      [free, correct('c1')],
      [`free / emergency, ${nothing}`, `reversed / correction, ${nothing}`],
    ],
    [
      'of an invoiced event is for the invoice',
      [invoiced, correct('c1')],
      ['invoiced / billed_on_invoice, 60 u, 0 min, 0.250000', 'reversed / invoice_correction, 0 u, 0 min, -0.250000'],
    ],
    [
      'that comes first waits, and voids the event',
      [correct('c1'), special],
      [`pending / awaiting_event, ${nothing}`, `voided / corrected, ${nothing}`],
    ],
    [
      'voids an event that has no price',
      [correct('c1'), callFields({ to: '+99912' })],
      [`pending / awaiting_event, ${nothing}`, `voided / corrected, ${nothing}`],
    ],
    [
      'of a rejected event waits',
      [callFields({ to: '+99912' }), correct('c1'), call],
      [`rejected / no_rate, ${nothing}`, `pending / awaiting_event, ${nothing}`, `voided / corrected, ${nothing}`],
    ],
    [
      'of a corrected event',
      [call, correct('c1'), correct('c2')],
      [
        'covered / in_package, 0 u, 1 min, 0.000000',
        'reversed / correction, 0 u, -1 min, 0.000000',
        `rejected / already_corrected, ${nothing}`,
      ],
    ],
    [
      'of an awaited event',
      [correct('c1'), correct('c2')],
      [`pending / awaiting_event, ${nothing}`, `rejected / already_corrected, ${nothing}`],
    ],
    [
      'of a voided event',
      [correct('c1'), call, correct('c2')],
      [
        `pending / awaiting_event, ${nothing}`,
        `voided / corrected, ${nothing}`,
        `rejected / already_corrected, ${nothing}`,
      ],
    ],
    ['of itself', [correct('e1')], [`rejected / invalid_event, ${nothing}`]],
    [
      'of a correction',
      [call, correct('c1'), correct('c2', 'c1')],
      [
        'covered / in_package, 0 u, 1 min, 0.000000',
        'reversed / correction, 0 u, -1 min, 0.000000',
        `rejected / invalid_event, ${nothing}`,
      ],
    ],
    [
      'that was itself awaited is processed as usual',
      [correct('c2', 'c1'), special, correct('c1')],
      [
        `pending / awaiting_event, ${nothing}`,
        'charged / special_number, 60 u, 0 min, 1.990000',
        'reversed / correction, 0 u, 0 min, -1.990000',
      ],
    ],
    [
      'sent twice',
      [special, correct('c1'), correct('c1')],
      [
        'charged / special_number, 60 u, 0 min, 1.990000',
        'reversed / correction, 0 u, 0 min, -1.990000',
        `duplicate / already_rated, ${nothing}`,
      ],
    ],
    [
      'sent twice while it waits',
      [correct('c1'), correct('c1')],
      [`pending / awaiting_event, ${nothing}`, `duplicate / already_rated, ${nothing}`],
    ],
    [
      'under the id of another event',
      [call, correctionFields('e1', 'e0')],
      ['covered / in_package, 0 u, 1 min, 0.000000', `conflict / content_differs, ${nothing}`],
    ],
    [
      'leaves its event known',
      [call, correct('c1'), call],
      [
        'covered / in_package, 0 u, 1 min, 0.000000',
        'reversed / correction, 0 u, -1 min, 0.000000',
        `duplicate / already_rated, ${nothing}`,
      ],
    ],
  ])('%s', (_name, events, expected) => {
    const book = testBook()
    expect(events.map((fields) => summary(take(book, fields)))).toEqual(expected)
  })

  test('returns the minutes to the cycle of the event, whenever the correction occurred', () => {
    const book = testBook()
    take(book, call)
    take(book, correctionFields('c1', 'e1', { occurred_at: '2026-07-01T00:00:00Z' }))
    expect([...book.minutesUsed.values()]).toEqual([0])
  })
})
