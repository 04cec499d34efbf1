import { describe, expect, it } from 'vitest'
import { createGatherer, Discarded, type Slice } from '../../src/intake/gather.ts'

/** A gatherer whose clock and commits are in the test's hands. */
function setUp({ batchEvents = 4, concurrentBatches = 2 } = {}) {
  const timers: (() => void)[] = []
  const waits: number[] = []
  const batches: { readonly slices: readonly Slice<number>[]; commit(): void; fail(error: Error): void }[] = []
  const gatherer = createGatherer<number>({
    batchEvents,
    batchMillis: 25,
    concurrentBatches,
    onBatch: (slices) =>
      new Promise((resolve, reject) => {
        batches.push({ slices, commit: resolve, fail: reject })
      }),
    schedule(millis, callback) {
      waits.push(millis)
      timers.push(callback)
      return () => timers.splice(timers.indexOf(callback), 1)
    },
  })
  return {
    gatherer,
    batches,
    timers,
    waits,
    expire: () =>
      timers.splice(0).forEach((callback) => {
        callback()
      }),
    cuts: () => batches.map(({ slices }) => Object.fromEntries(slices.map(({ source, items }) => [source, items]))),
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('gathering', () => {
  it('waits for the time to be over, then cuts across sources', async () => {
    const { gatherer, expire, cuts, batches } = setUp()
    const added = [gatherer.add('a', [1]), gatherer.add('b', [2])]
    expect(cuts()).toEqual([])
    expire()
    expect(cuts()).toEqual([{ a: [1], b: [2] }])
    batches[0]!.commit()
    await Promise.all(added)
  })

  it('cuts at once when enough waits', () => {
    const { gatherer, cuts, timers } = setUp()
    gatherer.add('a', [1, 2])
    gatherer.add('b', [3, 4])
    expect(cuts()).toEqual([{ a: [1, 2], b: [3, 4] }])
    expect(timers).toEqual([])
  })

  it('cuts larger batches from a backlog, and the rest of a source only after its first part is committed', async () => {
    const { gatherer, cuts, batches, expire } = setUp()
    let isDone = false
    gatherer.add('a', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).then(() => {
      isDone = true
    })
    expire()
    expect(cuts()).toEqual([{ a: [1, 2, 3, 4, 5, 6, 7, 8] }])
    batches[0]!.commit()
    await settle()
    expect(isDone).toBe(false)
    expect(cuts()[1]).toEqual({ a: [9, 10] })
    batches[1]!.commit()
    await settle()
    expect(isDone).toBe(true)
  })

  it('hardly waits while nothing is in flight, and longer beside a batch that is', async () => {
    const { gatherer, waits, expire, cuts } = setUp()
    gatherer.add('a', [1])
    expect(waits).toEqual([2])
    expire()
    gatherer.add('b', [2])
    expect(waits).toEqual([2, 25])
    expire()
    expect(cuts()).toEqual([{ a: [1] }, { b: [2] }])
  })

  it('sends what came during a commit together, as soon as it is over', async () => {
    const { gatherer, expire, cuts, batches } = setUp()
    gatherer.add('a', [1])
    expire()
    gatherer.add('a', [2])
    gatherer.add('b', [3])
    expect(cuts()).toEqual([{ a: [1] }])
    batches[0]!.commit()
    await settle()
    expect(cuts()[1]).toEqual({ a: [2], b: [3] })
  })

  it('never has a source in two batches at once', async () => {
    const { gatherer, cuts, batches } = setUp()
    gatherer.add('a', [1, 2, 3, 4])
    gatherer.add('a', [5, 6, 7, 8])
    gatherer.add('b', [9, 10, 11, 12])
    expect(cuts()).toEqual([{ a: [1, 2, 3, 4] }, { b: [9, 10, 11, 12] }])
    batches[1]!.commit()
    await settle()
    expect(cuts()).toHaveLength(2)
    batches[0]!.commit()
    await settle()
    expect(cuts()[2]).toEqual({ a: [5, 6, 7, 8] })
  })

  it('has no more batches in flight than allowed', async () => {
    const { gatherer, cuts, batches } = setUp({ concurrentBatches: 1 })
    gatherer.add('a', [1, 2, 3, 4])
    gatherer.add('b', [5, 6, 7, 8])
    expect(cuts()).toHaveLength(1)
    batches[0]!.commit()
    await settle()
    expect(cuts()).toHaveLength(2)
  })

  it('rejects everything after a failed batch, and cuts no more', async () => {
    const { gatherer, cuts, batches } = setUp({ concurrentBatches: 1 })
    const added = [gatherer.add('a', [1, 2, 3, 4]), gatherer.add('b', [5, 6, 7, 8])]
    batches[0]!.fail(new Error('disk full'))
    for (const one of added) await expect(one).rejects.toThrow('disk full')
    await expect(gatherer.add('c', [9])).rejects.toThrow('disk full')
    expect(cuts()).toHaveLength(1)
  })

  it('forgets what waits of a source given up, once its batch in flight is over', async () => {
    const { gatherer, batches, cuts } = setUp()
    const first = gatherer.add('a', [1, 2, 3, 4])
    const second = gatherer.add('a', [5])
    let isOver = false
    const discarded = gatherer.discard('a').then(() => {
      isOver = true
    })
    await expect(second).rejects.toBeInstanceOf(Discarded)
    expect(isOver).toBe(false)
    batches[0]!.commit()
    await Promise.all([first, discarded])
    expect(cuts()).toHaveLength(1)
  })

  it('closes when nothing is in flight any more, and takes nothing after that', async () => {
    const { gatherer, batches } = setUp()
    const first = gatherer.add('a', [1, 2, 3, 4])
    const second = gatherer.add('b', [5])
    const closed = gatherer.close()
    await expect(second).rejects.toBeInstanceOf(Discarded)
    await expect(gatherer.add('c', [6])).rejects.toBeInstanceOf(Discarded)
    batches[0]!.commit()
    await Promise.all([first, closed])
  })
})
