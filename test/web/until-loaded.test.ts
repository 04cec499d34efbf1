import { expect, it } from 'vitest'
import { untilLoaded } from '../../web/src/until-loaded.ts'

it('a failed import is retried after ever longer delays until it succeeds', async () => {
  let asked = 0
  const delays: number[] = []
  const loaded = await untilLoaded(
    async () => {
      asked += 1
      if (asked < 8) throw new TypeError('Failed to fetch dynamically imported module')
      return 'there'
    },
    async (ms) => delays.push(ms),
  )
  expect(loaded).toBe('there')
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
})
