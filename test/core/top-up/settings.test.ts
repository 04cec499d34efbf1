/** What a customer may choose, and what needs consent. */
import { describe, expect, it } from 'vitest'
import { parseMoney } from '../../../src/core/money.ts'
import type { AutoTopUpSettings } from '../../../src/core/top-up/judge.ts'
import { FRESH_MEMORY } from '../../../src/core/top-up/memory.ts'
import {
  type ChargingTerms,
  checkAmount,
  checkSettings,
  DEFAULT_BOUNDS,
  isConsentFor,
  needsConsent,
  type TopUpBounds,
} from '../../../src/core/top-up/settings.ts'
import { NOW } from './examples.ts'

const micros = (amount: string) => parseMoney(amount)!
const settings = (threshold: string, amount: string, cap: string | null, isOn = true): AutoTopUpSettings => ({
  isOn,
  thresholdMicros: micros(threshold),
  amountMicros: micros(amount),
  monthlyCapMicros: cap === null ? null : micros(cap),
})

describe('settings', () => {
  it.each([
    // threshold, amount, cap, faults
    ['0.01', '5', '5', []],
    ['10000', '5000', '999999.99', []],
    ['10', '20', null, []],
    ['0', '20', null, [{ field: 'threshold', kind: 'below_min', minMicros: micros('0.01') }]],
    ['-1', '20', null, [{ field: 'threshold', kind: 'below_min', minMicros: micros('0.01') }]],
    ['10000.01', '20', null, [{ field: 'threshold', kind: 'above_max', maxMicros: micros('10000') }]],
    ['10', '4.99', null, [{ field: 'amount', kind: 'below_min', minMicros: micros('5') }]],
    ['10', '5000.01', null, [{ field: 'amount', kind: 'above_max', maxMicros: micros('5000') }]],
    ['10.001', '20', null, [{ field: 'threshold', kind: 'more_than_2_decimals' }]],
    ['10', '20.000001', null, [{ field: 'amount', kind: 'more_than_2_decimals' }]],
    ['10', '20', '20.001', [{ field: 'monthly_cap', kind: 'more_than_2_decimals' }]],
    ['10', '20', '20', []],
    ['10', '20', '19.99', [{ field: 'monthly_cap', kind: 'cap_below_amount', amountMicros: micros('20') }]],
    ['10', '20', '0', [{ field: 'monthly_cap', kind: 'cap_below_amount', amountMicros: micros('20') }]],
    [
      '0.001',
      '1',
      '0.99',
      [
        { field: 'threshold', kind: 'more_than_2_decimals' },
        { field: 'amount', kind: 'below_min', minMicros: micros('5') },
        { field: 'monthly_cap', kind: 'cap_below_amount', amountMicros: micros('1') },
      ],
    ],
  ])('threshold %s, amount %s, cap %s', (threshold, amount, cap, faults) => {
    expect(checkSettings(settings(threshold, amount, cap), DEFAULT_BOUNDS.EUR)).toEqual(faults)
  })

  it('that are off are checked too', () => {
    expect(checkSettings(settings('10', '1', null, false), DEFAULT_BOUNDS.EUR)).toHaveLength(1)
  })

  it('have the same bounds in both currencies unless configured', () => {
    expect(DEFAULT_BOUNDS.USD).toEqual(DEFAULT_BOUNDS.EUR)
  })

  it('stay within their bounds', () => {
    const bounds: TopUpBounds = {
      payment: { minMicros: micros('10'), maxMicros: micros('50') },
      threshold: { minMicros: micros('1'), maxMicros: micros('5') },
    }
    expect(checkSettings(settings('5', '50', null), bounds)).toEqual([])
    expect(checkSettings(settings('5.01', '9.99', null), bounds)).toEqual([
      { field: 'threshold', kind: 'above_max', maxMicros: micros('5') },
      { field: 'amount', kind: 'below_min', minMicros: micros('10') },
    ])
  })

  it.each([
    ['5', []],
    ['5000', []],
    ['4.99', [{ field: 'amount', kind: 'below_min', minMicros: micros('5') }]],
    ['5000.01', [{ field: 'amount', kind: 'above_max', maxMicros: micros('5000') }]],
    ['5.001', [{ field: 'amount', kind: 'more_than_2_decimals' }]],
  ])('a manual amount of %s', (amount, faults) => {
    expect(checkAmount(micros(amount), DEFAULT_BOUNDS.USD)).toEqual(faults)
  })
})

describe('a consent', () => {
  const pause = { reason: 'declined', code: null, methodId: 'card-1', sinceMicros: NOW } as const
  const paused = { ...FRESH_MEMORY, pause }
  const terms = (
    threshold: string,
    amount: string,
    cap: string | null,
    changed: { isOn?: boolean; methodId?: string | null; memory?: ChargingTerms['memory'] } = {},
  ): ChargingTerms => ({
    settings: settings(threshold, amount, cap, changed.isOn ?? true),
    methodId: changed.methodId === undefined ? 'card-1' : changed.methodId,
    memory: changed.memory ?? FRESH_MEMORY,
  })
  const never: ChargingTerms = { settings: null, methodId: 'card-1', memory: FRESH_MEMORY }
  const was = terms('10', '20', '100')

  it.each([
    ['set up', never, was],
    ['turned on', terms('10', '20', '100', { isOn: false }), was],
    ['turned on with less', terms('10', '20', '100', { isOn: false }), terms('5', '10', '50')],
    ['a higher amount', was, terms('10', '20.01', '100')],
    ['a higher threshold', was, terms('10.01', '20', '100')],
    ['a higher cap', was, terms('10', '20', '100.01')],
    ['no cap any more', was, terms('10', '20', null)],
    ['a higher cap with a lower amount', was, terms('10', '10', '101')],
    ['another card', was, terms('10', '20', '100', { methodId: 'card-2' })],
    ['the first card', terms('10', '20', '100', { methodId: null }), was],
    ['resumed, nothing changed', terms('10', '20', '100', { memory: paused }), was],
    ['resumed with less', terms('10', '20', '100', { memory: paused }), terms('5', '10', '50')],
  ])('is needed: %s', (_rule, before, after) => {
    expect(needsConsent(before, after)).toBe(true)
  })

  it.each([
    ['nothing changed', was, was],
    ['a lower amount', was, terms('10', '19.99', '100')],
    ['a lower threshold', was, terms('9.99', '20', '100')],
    ['a lower cap', was, terms('10', '20', '99.99')],
    ['a cap where there was none', terms('10', '20', null), was],
    ['none before, none after', terms('10', '20', null), terms('10', '20', null)],
    ['turned off', was, terms('10', '20', '100', { isOn: false })],
    ['turned off, with higher figures', was, terms('50', '50', null, { isOn: false })],
    ['set up, but off', never, terms('10', '20', '100', { isOn: false })],
    ['never set up, a card is added', never, { ...never, methodId: 'card-2' }],
    ['the card is removed', was, terms('10', '20', '100', { methodId: null })],
    ['it stays paused', terms('10', '20', '100', { memory: paused }), terms('10', '20', '100', { memory: paused })],
    ['it is paused', was, terms('10', '20', '100', { memory: paused })],
  ])('is not needed: %s', (_rule, before, after) => {
    expect(needsConsent(before, after)).toBe(false)
  })

  const figures = {
    thresholdMicros: micros('10'),
    amountMicros: micros('20'),
    monthlyCapMicros: micros('100'),
    methodId: 'card-1',
  }

  it.each([
    ['the same figures', {}, true],
    ['another threshold', { thresholdMicros: micros('10.01') }, false],
    ['another amount', { amountMicros: micros('19.99') }, false],
    ['another cap', { monthlyCapMicros: micros('101') }, false],
    ['no cap', { monthlyCapMicros: null }, false],
    ['another card', { methodId: 'card-2' }, false],
    ['no card', { methodId: null }, false],
  ])('is valid only for what was shown: %s', (_rule, shown, counts) => {
    expect(isConsentFor({ ...figures, ...shown }, settings('10', '20', '100'), 'card-1')).toBe(counts)
  })
})
