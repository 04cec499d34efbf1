import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addMessage, findGaps, type Gap, newestOf, type Run } from '../../src/verify/runs.ts'

const NEVER_GONE = () => false
const ALWAYS_GONE = () => true

/** `p0: 1 2 3` are versions of epoch 1 in the order of partition 0, and `2.1` is version 1 of epoch 2. */
function read(...partitions: string[]): { runs: readonly Run[]; early: Gap[] } {
  const account: { runs: readonly Run[] } = { runs: [] }
  const early: Gap[] = []
  for (const text of partitions) {
    const [, partition, messages] = /^p(\d+): (.*)$/.exec(text)!
    for (const message of messages!.split(' ')) {
      const [epoch, version] = message.includes('.') ? message.split('.') : ['1', message]
      const place = { epoch: Number(epoch), version: BigInt(version!) }
      const gap = addMessage(account, Number(partition), place, Number(version) * 1000)
      if (gap !== null) early.push(gap)
    }
  }
  return { ...account, early }
}

const asText = ({ after, next }: Gap) => `${next} follows ${after}`

describe('an account whose topic is complete', () => {
  it.each([
    ['stays on its partition', ['p0: 1 2 3'], []],
    ['is sent what it was sent before', ['p0: 1 2 3 2 3 4'], []],
    ['moves to a partition that was added', ['p0: 1 2 3', 'p4: 4 5'], []],
    ['moves, and the partition it moved to is read first', ['p4: 4 5', 'p0: 1 2 3'], []],
    ['moves while a message is sent again', ['p4: 3 4 5', 'p0: 1 2 3'], []],
    ['moves twice', ['p8: 6 7', 'p0: 1 2 3', 'p4: 4 5'], []],
    ['moves back for a while', ['p0: 1 2 5 6', 'p4: 3 4 7'], []],
    ['moves while an epoch begins', ['p4: 2.3 2.4', 'p0: 1.1 1.2 1.3 1.4 2.2'], []],
    ['is sent what a restored outbox held, on its new partition', ['p0: 1 2 3 4 5', 'p4: 1.4 1.5 2.5 2.6'], []],
    ['lacks one on its partition', ['p0: 1 2 4'], ['4 follows 2']],
    ['lacks one as it moves', ['p0: 1 2 3', 'p4: 5 6'], ['5 follows 3']],
    ['lacks one on the partition that it moved to', ['p0: 1 2 3', 'p4: 4 6'], ['6 follows 4']],
    ['lacks the first', ['p0: 2 3'], ['2 follows 0']],
    ['lacks one in an epoch that is over', ['p4: 2.3 2.4', 'p0: 1.1 1.3'], ['3 follows 1']],
    ['lacks one in the epoch that goes on', ['p0: 1.1 1.2 1.3', 'p4: 2.2 2.4'], ['4 follows 2']],
    ['has two in the wrong order', ['p0: 1 3 2 4'], ['3 follows 1']],
    ['has two in the wrong order on the partition that it moved to', ['p0: 1 2', 'p4: 3 5 4 6'], ['5 follows 3']],
  ])('and that %s', (_case, partitions, gaps) => {
    expect(findGaps(read(...partitions).runs, NEVER_GONE).map(asText)).toEqual(gaps)
  })

  it('misses nothing however it moved between partitions, and misses exactly what was left out', () => {
    const moves = fc.array(fc.record({ partition: fc.nat(3), count: fc.integer({ min: 1, max: 5 }) }), {
      minLength: 1,
      // Fewer runs than are kept.
      maxLength: 8,
    })
    fc.assert(
      fc.property(moves, fc.nat(), fc.infiniteStream(fc.boolean()), (legs, leaveOut, isReadFirst) => {
        const all = legs.flatMap(({ partition, count }) => Array<number>(count).fill(partition))
        const left = (leaveOut % all.length) + 1
        const readAll = (without: number) => {
          const logs = [0, 1, 2, 3].map((one) =>
            all.flatMap((partition, i) => (partition === one && i + 1 !== without ? [BigInt(i + 1)] : [])),
          )
          const account: { runs: readonly Run[] } = { runs: [] }
          while (logs.some(({ length }) => length > 0)) {
            const chosen = logs.findIndex(({ length }) => length > 0 && isReadFirst.next().value)
            const at = chosen === -1 ? logs.findIndex(({ length }) => length > 0) : chosen
            addMessage(account, at, { epoch: 1, version: logs[at]!.shift()! }, 0)
          }
          return account.runs
        }
        expect(findGaps(readAll(0), NEVER_GONE)).toEqual([])
        expect(newestOf(readAll(0))?.last).toBe(BigInt(all.length))
        // Only the database knows that the last one is missing.
        const expected = left === all.length ? [] : [{ after: BigInt(left - 1), next: BigInt(left + 1) }]
        expect(findGaps(readAll(left), NEVER_GONE)).toEqual(expected)
      }),
    )
  })
})

describe('an account of which retention may have deleted messages', () => {
  it.each([
    ['may begin anywhere', ['p0: 7 8'], []],
    ['may lack what lay on a partition between', ['p0: 3', 'p8: 6 7'], []],
    ['lacks nothing on one partition', ['p0: 7 9'], ['9 follows 7']],
  ])('%s', (_case, partitions, gaps) => {
    expect(findGaps(read(...partitions).runs, ALWAYS_GONE).map(asText)).toEqual(gaps)
  })

  it('misses what is too recent to be deleted', () => {
    const { runs } = read('p0: 2 3', 'p4: 5 6')
    // Version 3 was sent at 3000, from partition 0.
    const gone = (before: number, from: number) => (sinceMs: number, except: number | null) =>
      from !== except && sinceMs < before
    expect(findGaps(runs, gone(3000, 4)).map(asText)).toEqual(['5 follows 3'])
    expect(findGaps(runs, gone(3001, 4)).map(asText)).toEqual([])
    expect(findGaps(runs, gone(3001, 0)).map(asText)).toEqual(['5 follows 3'])
  })
})

it('gaps that are too many to keep are found while reading', () => {
  const versions = Array.from({ length: 1000 }, (_, i) => 2 * i + 1)
  const { runs, early } = read(`p0: ${versions.join(' ')}`)
  expect(runs.length).toBeLessThan(20)
  expect(early.length + findGaps(runs, NEVER_GONE).length).toBe(999)
})
