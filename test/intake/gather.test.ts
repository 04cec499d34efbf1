import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Closed, createGatherer } from '../../src/intake/gather.ts'
import type { Slice } from '../../src/intake/waiting.ts'

/** A gatherer whose clock and commits the test controls; a source's group is its first letter. */
function setUp({
  batchEvents = 4,
  paceMs = 0,
  concurrentBatches = 2,
  batchBytes = 1000,
  bytesOf = (item: number) => item,
} = {}) {
  const timers: (() => void)[] = []
  const waits: number[] = []
  const batches: { readonly slices: readonly Slice<string, number>[]; commit(): void; fail(error: Error): void }[] = []
  const failures: unknown[] = []
  const gatherer = createGatherer<string, number, string>({
    batchEvents,
    batchMs: 25,
    paceMs,
    concurrentBatches,
    batchBytes,
    bytesOf,
    groupOf: (source) => source[0]!,
    onFailure: (error) => failures.push(error),
    onBatch: (slices) =>
      new Promise((resolve, reject) => {
        batches.push({ slices, commit: resolve, fail: reject })
      }),
    schedule(delayMs, callback) {
      waits.push(delayMs)
      timers.push(callback)
      return () => timers.splice(timers.indexOf(callback), 1)
    },
  })
  return {
    gatherer,
    batches,
    timers,
    waits,
    failures,
    expire: () =>
      timers.splice(0).forEach((callback) => {
        callback()
      }),
    cuts: () => batches.map(({ slices }) => Object.fromEntries(slices.map(({ source, items }) => [source, items]))),
  }
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const settle = () => new Promise((resolve) => setImmediate(resolve))
const numbers = (count: number, from = 1) => Array.from({ length: count }, (_, i) => from + i)

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  return await Promise.race([promise.then(() => true), settle().then(() => false)])
}

describe('gathering', () => {
  it('waits for the time to pass, then cuts across sources', () => {
    const { gatherer, expire, cuts } = setUp()
    gatherer.add('a', [1])
    gatherer.add('b', [2])
    expect(cuts()).toEqual([])
    expire()
    expect(cuts()).toEqual([{ a: [1], b: [2] }])
  })

  it('starts no partial batch within a pace of the last one, even if nothing is in flight', async () => {
    const { gatherer, expire, cuts, batches, timers } = setUp({ paceMs: 20 })
    gatherer.add('a', [1])
    expire()
    expect(cuts()).toEqual([{ a: [1] }])
    batches[0]!.commit()
    await settle()
    gatherer.add('a', [2])
    await settle()
    expect(cuts().length).toBe(1)
    gatherer.add('a', [3])
    expect(timers.length).toBe(2)
    timers.shift()!()
    expect(cuts().slice(1)).toEqual([{ a: [2, 3] }])
  })

  it('delays neither a full batch nor awaited items by the pace', async () => {
    const { gatherer, expire, cuts, batches } = setUp({ paceMs: 20 })
    gatherer.add('a', [1])
    expire()
    gatherer.add('b', [1, 2, 3, 4])
    expect(cuts().slice(1)).toEqual([{ b: [1, 2, 3, 4] }])
    for (const { commit } of batches) commit()
    await settle()
    gatherer.add('a', [5])
    gatherer.add('b', [6])
    expect(cuts().length).toBe(2)
    const drained = gatherer.drain()
    expect(cuts()[2]).toEqual({ a: [5], b: [6] })
    expect(await isSettled(drained)).toBe(false)
    batches[2]!.commit()
    expect(await isSettled(drained)).toBe(true)
  })

  it('cuts at once if enough is waiting', () => {
    const { gatherer, cuts, timers } = setUp()
    gatherer.add('a', [1, 2])
    gatherer.add('b', [3, 4])
    expect(cuts()).toEqual([{ a: [1, 2], b: [3, 4] }])
    expect(timers).toEqual([])
  })

  it('cuts larger batches from a backlog, and the rest of a source only after its first part is committed', async () => {
    const { gatherer, cuts, batches } = setUp()
    gatherer.add('a', numbers(10))
    expect(cuts()).toEqual([{ a: numbers(8) }])
    batches[0]!.commit()
    await settle()
    expect(cuts()[1]).toEqual({ a: [9, 10] })
  })

  it('hardly waits while nothing is in flight, and longer during a batch', () => {
    const { gatherer, waits, expire, cuts } = setUp()
    gatherer.add('a', [1])
    expect(waits).toEqual([2])
    expire()
    gatherer.add('b', [2])
    expect(waits).toEqual([2, 25])
    expire()
    expect(cuts()).toEqual([{ a: [1] }, { b: [2] }])
  })

  it('sends everything that arrived during a commit together, right after it', async () => {
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

  it('never has a group in two batches at once, and lets others overtake it', async () => {
    const { gatherer, cuts, batches } = setUp()
    gatherer.add('a1', [1, 2, 3, 4])
    gatherer.add('a2', [5, 6, 7, 8])
    gatherer.add('b1', [9, 10, 11, 12])
    expect(cuts()).toEqual([{ a1: [1, 2, 3, 4] }, { b1: [9, 10, 11, 12] }])
    batches[1]!.commit()
    await settle()
    expect(cuts()).toHaveLength(2)
    batches[0]!.commit()
    await settle()
    expect(cuts()[2]).toEqual({ a2: [5, 6, 7, 8] })
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

  it('puts no more bytes into a batch than allowed, except for one larger item', async () => {
    const { gatherer, cuts, batches, expire } = setUp({ batchBytes: 100 })
    gatherer.add('a', [60, 50, 500])
    expire()
    for (const expected of [[60], [50], [500]]) {
      expect(cuts().at(-1)).toEqual({ a: expected })
      batches.at(-1)!.commit()
      await settle()
    }
    expect(cuts()).toHaveLength(3)
  })

  it('keeps a source’s turn if its first item does not fit into the rest of a batch', async () => {
    const { gatherer, cuts, batches, expire } = setUp({ batchBytes: 100, concurrentBatches: 1 })
    gatherer.add('c', [1])
    expire()
    gatherer.add('a', [30, 30, 30, 30, 30, 30])
    gatherer.add('b', [90])
    for (const expected of [{ c: [1] }, { a: [30, 30, 30] }, { b: [90] }, { a: [30, 30, 30] }]) {
      expect(cuts().at(-1)).toEqual(expected)
      batches.at(-1)!.commit()
      await settle()
    }
    expect(cuts()).toHaveLength(4)
  })

  it('releases items that were passed on, also of a source that is never empty', async () => {
    const batches: PromiseWithResolvers<void>[] = []
    const gatherer = createGatherer<string, object, string>({
      batchEvents: 2,
      batchMs: 25,
      paceMs: 0,
      concurrentBatches: 1,
      batchBytes: 1000,
      bytesOf: () => 1,
      groupOf: (source) => source,
      onFailure: () => {},
      onBatch: () => {
        const batch = Promise.withResolvers<void>()
        batches.push(batch)
        return batch.promise
      },
      schedule: () => () => {},
    })
    const first = ((item: object) => {
      void gatherer.add('a', [item, {}, {}, {}, {}, {}])
      return new WeakRef(item)
    })({})
    void gatherer.add('a', [{}, {}, {}])
    batches[0]!.resolve()
    await settle()
    expect(batches).toHaveLength(2)
    collectGarbage()
    expect(first.deref()).toBeUndefined()
  })

  it('reports room while no more is waiting than the next batches need', async () => {
    const { gatherer, batches, expire } = setUp({ concurrentBatches: 1 })
    expect(await isSettled(gatherer.add('a', numbers(8)))).toBe(true)
    expect(await isSettled(gatherer.add('a', numbers(11)))).toBe(true)
    const full = gatherer.add('b', [1])
    expect(await isSettled(full)).toBe(false)
    expire()
    batches[0]!.commit()
    await full
  })

  it('reports no room while too many bytes are waiting', async () => {
    const { gatherer, batches, expire } = setUp({ concurrentBatches: 1, batchBytes: 100 })
    gatherer.add('a', [1])
    expire()
    const full = gatherer.add('a', [300])
    expect(await isSettled(full)).toBe(false)
    batches[0]!.commit()
    await full
  })

  it('ends with a failed batch: reports it once, refuses further items, and cuts no more', async () => {
    const { gatherer, cuts, batches, failures } = setUp({ batchEvents: 2 })
    gatherer.add('a', [1, 2])
    gatherer.add('b', [3, 4])
    const full = gatherer.add('a', numbers(20))
    batches[0]!.fail(new Error('disk full'))
    batches[1]!.fail(new Error('disk full, still'))
    await expect(full).rejects.toThrow('disk full')
    await expect(gatherer.add('c', [9])).rejects.toThrow('disk full')
    expect(cuts()).toHaveLength(2)
    expect(failures).toEqual([new Error('disk full')])
  })

  it('drops waiting items on request, but not those in flight; reports room, and continues', async () => {
    const { gatherer, batches, cuts, expire } = setUp({ concurrentBatches: 1 })
    gatherer.add('a', [1, 2, 3, 4])
    const full = gatherer.add('b', numbers(20))
    gatherer.discard()
    await full
    gatherer.add('b', [5])
    batches[0]!.commit()
    await settle()
    expect(cuts()).toEqual([{ a: [1, 2, 3, 4] }, { b: [5] }])
    batches[1]!.commit()
    await settle()
    gatherer.add('a', [6])
    expire()
    expect(cuts()[2]).toEqual({ a: [6] })
  })

  it('is drained when the waiting items are passed on and committed too', async () => {
    const { gatherer, batches, cuts } = setUp()
    gatherer.add('a', [1, 2, 3, 4])
    gatherer.add('a', [5])
    const drained = gatherer.drain()
    batches[0]!.commit()
    expect(await isSettled(drained)).toBe(false)
    expect(cuts()).toEqual([{ a: [1, 2, 3, 4] }, { a: [5] }])
    batches[1]!.commit()
    await drained
  })

  it('closes when nothing is in flight any more, and accepts nothing after that', async () => {
    const { gatherer, batches, failures } = setUp()
    gatherer.add('a', [1, 2, 3, 4])
    const full = gatherer.add('a', numbers(20))
    const closed = gatherer.close()
    await expect(full).rejects.toBeInstanceOf(Closed)
    await expect(gatherer.add('c', [6])).rejects.toBeInstanceOf(Closed)
    expect(await isSettled(closed)).toBe(false)
    batches[0]!.commit()
    await closed
    expect(failures).toEqual([])
  })

  it('passes on everything that is not discarded, once and in order, within bounds, with no group twice at a time', async () => {
    const sources = fc.constantFrom('a1', 'a2', 'b1', 'b2', 'c1')
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ add: sources, count: fc.integer({ min: 1, max: 12 }) }) },
      { weight: 4, arbitrary: fc.constant('expire' as const) },
      { weight: 8, arbitrary: fc.record({ commit: fc.nat(3) }) },
      { weight: 1, arbitrary: fc.constant('discard' as const) },
    )
    const bytesOf = (item: number) => (item * 7) % 30
    const sum = (items: readonly number[]) => items.reduce((total, item) => total + bytesOf(item), 0)
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { gatherer, batches, expire } = setUp({ batchBytes: 60, bytesOf })
        let kept = new Map<string, number[]>()
        const open = new Set<number>()
        const full = new Set<Promise<void>>()
        let looked = 0
        let next = 1

        const readPassedOn = () => {
          const bySource = new Map<string, number[]>()
          for (const { slices } of batches) {
            for (const { source, items } of slices) bySource.set(source, [...(bySource.get(source) ?? []), ...items])
          }
          return bySource
        }
        const look = async () => {
          for (; looked < batches.length; looked++) {
            open.add(looked)
            const items = batches[looked]!.slices.flatMap((slice) => slice.items)
            expect(items.length).toBeLessThanOrEqual(8)
            if (items.length > 1) expect(sum(items)).toBeLessThanOrEqual(60)
          }
          const groups = [...open].flatMap((i) => [...new Set(batches[i]!.slices.map(({ source }) => source[0]!))])
          expect(new Set(groups).size).toBe(groups.length)
          await settle()
          const done = readPassedOn()
          const waiting = [...kept].flatMap(([source, items]) => items.slice(done.get(source)?.length ?? 0))
          if (full.size > 0) expect(waiting.length >= 12 || sum(waiting) >= 180).toBe(true)
        }
        const commit = async (at: number) => {
          const which = [...open][at % Math.max(open.size, 1)]
          if (which === undefined) return
          open.delete(which)
          batches[which]!.commit()
          await settle()
        }

        for (const one of steps) {
          if (one === 'expire') expire()
          else if (one === 'discard') {
            gatherer.discard()
            kept = readPassedOn()
          } else if ('add' in one) {
            const items = numbers(one.count, next)
            next += one.count
            kept.set(one.add, [...(kept.get(one.add) ?? []), ...items])
            const room = gatherer.add(one.add, items)
            full.add(room)
            void room.then(() => full.delete(room))
          } else await commit(one.commit)
          await look()
        }
        for (let rounds = 0; rounds < 1000; rounds++) {
          expire()
          await look()
          if (open.size === 0) break
          await commit(0)
        }
        expect(readPassedOn()).toEqual(kept)
        expect(full.size).toBe(0)
      }),
    )
  })
})

describe('discarding a group', () => {
  it('drops its waiting items, and makes room for others', async () => {
    const { gatherer, expire, batches, cuts } = setUp({ batchEvents: 2, concurrentBatches: 1 })
    gatherer.add('a1', [1])
    expire()
    // Behind the batch in flight: more than may wait.
    gatherer.add('a1', numbers(3, 10))
    gatherer.add('a2', numbers(2, 20))
    const room = gatherer.add('b1', [30])
    expect(await isSettled(room)).toBe(false)
    gatherer.discardGroup('a')
    expect(await isSettled(room)).toBe(true)
    batches[0]!.commit()
    await settle()
    expect(cuts()).toEqual([{ a1: [1] }, { b1: [30] }])
  })
})
