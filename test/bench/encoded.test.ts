import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { sendInFlight } from '../../bench/encoded.ts'

it('sends all items in order, several but not all of them at once', async () => {
  const sent: number[] = []
  let inProgress = 0
  let most = 0
  await sendInFlight(Array.from({ length: 20 }, (_, i) => i).values(), async (item) => {
    sent.push(item)
    most = Math.max(most, ++inProgress)
    await delay(1)
    inProgress--
  })
  expect(sent).toEqual(Array.from({ length: 20 }, (_, i) => i))
  expect(most).toBe(4)
})
