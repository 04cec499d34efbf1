import { expect, it } from 'vitest'
import { createOffsetCommitter } from '../../src/intake/commit-offsets.ts'
import type { PartitionOffset } from '../../src/platform/kafka/places.ts'
import { createLog } from '../../src/platform/log.ts'

const log = createLog('silent')
const place = { topic: 'usage.calls.v1', partition: 0 }
const offset = (nextOffset: bigint) => ({ ...place, nextOffset, previousOffset: null })

function committerTo(committed: bigint[], { isOwned = true, failures = 0 } = {}) {
  let left = failures
  const commit = async (offsets: readonly PartitionOffset[]) => {
    if (left-- > 0) throw new Error('no coordinator')
    committed.push(...offsets.map(({ nextOffset }) => nextOffset))
  }
  return createOffsetCommitter({ commit }, log, () => isOwned)
}

it('commits the newest offset of a partition, and what is added meanwhile with the next commit', async () => {
  const committed: bigint[] = []
  const committer = committerTo(committed)
  committer.add([offset(1n)])
  committer.add([offset(2n)])
  committer.add([offset(3n)])
  await committer.flush()
  expect(committed).toEqual([1n, 3n])
})

/** One of these falls between the last look at what is pending and the end. */
it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('commits an offset that is added %i steps after a flush began', async (steps) => {
  const committed: bigint[] = []
  const committer = committerTo(committed)
  committer.add([offset(1n)])
  const flushed = committer.flush()
  for (let step = 0; step < steps; step++) await Promise.resolve()
  committer.add([offset(2n)])
  await flushed
  await committer.flush()
  expect(committed).toEqual([1n, 2n])
})

it('leaves out partitions with another owner, and continues after a failure', async () => {
  const committed: bigint[] = []
  const lost = committerTo(committed, { isOwned: false })
  lost.add([offset(1n)])
  await lost.flush()
  expect(committed).toEqual([])
  const failing = committerTo(committed, { failures: 1 })
  failing.add([])
  failing.add([offset(1n)])
  await failing.flush()
  failing.add([offset(2n)])
  await failing.flush()
  expect(committed).toEqual([2n])
})
