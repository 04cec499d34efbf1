import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { tooSlow, within } from '../../src/platform/within.ts'

it('returns the promise’s value if that is in time', async () => {
  expect(await within(1_000, Promise.resolve('in time'), () => 'late')).toBe('in time')
  await expect(within(1_000, Promise.reject(new Error('failed')), () => 'late')).rejects.toThrow('failed')
})

it('returns the caller’s fallback if the promise takes longer', async () => {
  expect(await within(1, delay(50, 'in time'), () => 'late')).toBe('late')
  await expect(within(1, delay(50), tooSlow('an answer', 1))).rejects.toThrow('an answer took longer than 1 ms')
})
