import { expect, it } from 'vitest'
import { boundsWith, DEFAULT_BOUNDS } from '../../../src/core/top-up/settings.ts'

it('bounds are the defaults except for the given currencies', () => {
  const payment = { minMicros: 10_000_000n, maxMicros: 20_000_000n }
  expect(boundsWith({ payment: { USD: payment }, threshold: {} })).toEqual({
    EUR: DEFAULT_BOUNDS.EUR,
    USD: { payment, threshold: DEFAULT_BOUNDS.USD.threshold },
  })
})
