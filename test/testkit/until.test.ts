/** A wait ends: with what was waited for, or with an error that says so. */
import { describe, expect, it } from 'vitest'
import { until, within } from '../../testkit/until.ts'

const never = () => new Promise<never>(() => {})

describe('until', () => {
  it('polls until the condition holds', async () => {
    let asked = 0
    await until('it was asked three times', () => ++asked === 3)
    expect(asked).toBe(3)
  })

  it.each([
    ['does not come true', () => false],
    ['is not answered', never],
  ])('fails with its name when a condition %s', async (_what, holds) => {
    await expect(until('the outbox is empty', holds, 60)).rejects.toThrow(
      'within 60 ms it never came true that the outbox is empty',
    )
  })

  it('reports the actual state', async () => {
    let packs = 3
    const wait = until(
      'the outbox is empty',
      () => --packs === -9,
      60,
      () => ({ packs }),
    )
    await expect(wait).rejects.toThrow(/the outbox is empty; last seen: \{ packs: -?\d+ }/)
  })

  it('rethrows what the condition throws', async () => {
    const fails = () => Promise.reject(new Error('no connection'))
    await expect(until('the outbox is empty', fails)).rejects.toThrow('no connection')
  })
})

describe('within', () => {
  it('resolves like the promise', async () => {
    expect(await within('an answer', Promise.resolve(7))).toBe(7)
  })

  it('fails with the name of what it waited for', async () => {
    await expect(within('the end of the rater', never(), 20)).rejects.toThrow(
      'waited 20 ms in vain for the end of the rater',
    )
  })
})
