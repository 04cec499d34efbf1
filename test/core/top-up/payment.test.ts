/** What is posted for a payment, given the provider's totals. */
import { describe, expect, it } from 'vitest'
import { parseMoney } from '../../../src/core/money.ts'
import {
  entriesFor,
  NOTHING_POSTED,
  type PaymentFacts,
  type PaymentTotals,
  reportedTotals,
} from '../../../src/core/top-up/payment.ts'

/** `100 20 0`: credited, refunded, disputed. */
function totals(text: string): PaymentTotals {
  const [creditedMicros, refundedMicros, disputedMicros] = text.split(' ').map((amount) => parseMoney(amount)!)
  return { creditedMicros: creditedMicros!, refundedMicros: refundedMicros!, disputedMicros: disputedMicros! }
}

describe('the totals that are reported', () => {
  it.each([
    ['succeeded', '0 0', '100 0 0'],
    ['processing', '0 0', '0 0 0'],
    ['unconfirmed', '0 0', '0 0 0'],
    ['processing', '30 0', '100 30 0'],
    ['canceled', '0 100', '100 0 100'],
  ] as const)('of one that is %s, with %s refunded and disputed, are %s', (kind, back, said) => {
    const { refundedMicros, disputedMicros } = totals(`0 ${back}`)
    const facts = { state: { kind }, amountMicros: parseMoney('100')!, refundedMicros, disputedMicros }
    expect(reportedTotals(facts as PaymentFacts)).toEqual(totals(said))
  })
})

describe('the posting', () => {
  it.each([
    // what happened, posted so far, reported now, posted in addition
    ['a success', '0 0 0', '100 0 0', 'top_up +100'],
    ['a success, reported twice', '100 0 0', '100 0 0', ''],
    ['nothing yet', '0 0 0', '0 0 0', ''],
    ['a success no longer reported', '100 0 0', '0 0 0', ''],
    ['a part refunded', '100 0 0', '100 30 0', 'refund -30'],
    ['the rest refunded', '100 30 0', '100 100 0', 'refund -70'],
    ['a refund, reported twice', '100 30 0', '100 30 0', ''],
    ['a refund failed', '100 30 0', '100 0 0', 'refund +30'],
    ['refunded before the success was reported', '0 0 0', '100 30 0', 'top_up +100, refund -30'],
    ['a refund without a success', '0 0 0', '0 30 0', ''],
    ['funds withdrawn by a dispute', '100 0 0', '100 0 100', 'dispute -100'],
    ['a dispute won', '100 0 100', '100 0 0', 'dispute +100'],
    ['a part of a dispute won', '100 0 100', '100 0 40', 'dispute +60'],
    ['a dispute before its success', '0 0 0', '100 0 100', 'top_up +100, dispute -100'],
    ['a dispute without a success', '0 0 0', '0 0 100', ''],
    ['a refund, then a dispute of everything', '100 60 0', '100 60 100', 'dispute -40'],
    ['that dispute won', '100 60 40', '100 60 0', 'dispute +40'],
    ['a dispute of everything, then a refund', '100 0 100', '100 60 100', 'refund -60, dispute +60'],
    ['that refund failed', '100 60 40', '100 0 100', 'refund +60, dispute -60'],
    ['more refunded than charged', '100 0 0', '100 120 0', 'refund -100'],
    ['more disputed than charged', '100 0 0', '100 0 120', 'dispute -100'],
    ['a negative refund', '100 0 0', '100 -5 0', ''],
    ['a negative dispute', '100 0 0', '100 0 -5', ''],
    ['more captured than before', '100 0 0', '110 0 0', 'top_up +10'],
  ])('%s', (_what, posted, said, entries) => {
    const expected = entries
      .split(', ')
      .filter((entry) => entry !== '')
      .map((entry) => {
        const [kind, amount] = entry.split(' ')
        return { kind, amountMicros: parseMoney(amount!.replace('+', '')) }
      })
    expect(entriesFor(totals(posted), totals(said)).entries).toEqual(expected)
  })

  it.each([
    ['0 0 0', '100 30 0', '100 30 0'],
    ['100 30 0', '0 0 0', '100 0 0'],
    ['100 0 0', '100 60 100', '100 60 40'],
    ['0 0 0', '0 30 100', '0 0 0'],
  ])(
    'for %s posted and %s reported, the totals are %s: a payment never takes more than it brought',
    (posted, said, after) => {
      expect(entriesFor(totals(posted), totals(said)).totals).toEqual(totals(after))
    },
  )

  it('begins with nothing', () => {
    expect(NOTHING_POSTED).toEqual(totals('0 0 0'))
  })
})
