import { describe, expect, it, vi } from 'vitest'
import { Membership } from '../../src/intake/membership.ts'
import type { Fetched } from '../../src/platform/kafka/consumer.ts'
import type { TopicPartition } from '../../src/platform/kafka/places.ts'
import { Registry } from '../../src/platform/metrics.ts'

const CALLS = { topic: 'usage.calls.v1', partition: 1 }
const OTHER = { topic: 'usage.other.v1', partition: 1 }

/** Offsets from `first` to `last`; transaction markers take the offsets after that, up to `next`. */
function fetchedOf(
  place: TopicPartition,
  first: bigint,
  last: bigint,
  { next = last + 1n, high }: { next?: bigint; high?: bigint } = {},
): Fetched {
  return {
    ...place,
    ...{
      firstOffset: first,
      lastOffset: last,
      nextOffset: next,
      highWatermark: high ?? next,
      count: Number(last - first) + 1,
    },
    read: () => [],
    isCurrent: () => true,
    markTaken() {},
    heartbeat: async () => {},
  }
}

const atOnce = async () => {}
const done = (place: TopicPartition, nextOffset: bigint) => ({ ...place, nextOffset, previousOffset: null })

function memberOf(places: readonly TopicPartition[]) {
  const registry = new Registry()
  const membership = new Membership([CALLS.topic, OTHER.topic], registry)
  membership.assign(places, atOnce)
  return {
    membership,
    fetch: (fetched: Fetched) => membership.noteFetched(membership.owned(fetched)!, fetched),
    lag: () => membership.assignment.partitions.map(({ behind }) => behind),
    async metric(name: string) {
      const { values } = await registry.getSingleMetric(name)!.get()
      return values.map(({ labels, value }) => [Object.values(labels).join(), value])
    },
  }
}

describe('the lag of a partition', () => {
  it('is what the broker has beyond what is done, per topic in the metrics', async () => {
    const { membership, fetch, lag, metric } = memberOf([CALLS, OTHER])
    fetch(fetchedOf(CALLS, 10n, 19n, { high: 100n }))
    fetch(fetchedOf(OTHER, 0n, 4n))
    expect(lag()).toEqual([90n, 5n])
    membership.noteDone([done(CALLS, 15n), done(OTHER, 5n)])
    expect(lag()).toEqual([85n, 0n])
    expect(await metric('tollgate_consumer_lag')).toEqual([
      [CALLS.topic, 85],
      [OTHER.topic, 0],
    ])
  })

  it('is zero once the last message is done, despite transaction markers behind it', () => {
    const { membership, fetch, lag } = memberOf([CALLS])
    fetch(fetchedOf(CALLS, 0n, 7n, { next: 10n, high: 10n }))
    membership.noteDone([done(CALLS, 7n)])
    expect(lag()).toEqual([3n])
    membership.noteDone([done(CALLS, 8n)])
    expect(lag()).toEqual([0n])
  })
})

it('a batch brings its partition past the transaction markers behind its last message', () => {
  const { membership, fetch } = memberOf([CALLS])
  fetch(fetchedOf(CALLS, 0n, 7n, { next: 10n, high: 10n }))
  const partition = membership.owned(CALLS)!
  expect([3n, 7n].map((last) => partition.noteBatched(last))).toEqual([
    { ...CALLS, nextOffset: 4n, previousOffset: null },
    { ...CALLS, nextOffset: 10n, previousOffset: 4n },
  ])
  fetch(fetchedOf(CALLS, 10n, 11n))
  // The batch before may have been recorded in parts, which end with its last message.
  expect(partition.noteBatched(11n)).toEqual({ ...CALLS, nextOffset: 12n, previousOffset: 8n })
})

describe('a member that had caught up', () => {
  const HEALTHY = { topic: CALLS.topic, partition: 2 }

  it.each([
    ['without a stopped partition', null],
    ['with a stopped partition, whose messages no longer count', CALLS],
  ])('%s is expected to progress only from the next message on', (_what, bad) => {
    vi.useFakeTimers({ now: 0 })
    try {
      const { membership, fetch } = memberOf([CALLS, HEALTHY])
      if (bad !== null) {
        fetch(fetchedOf(bad, 0n, 9n))
        expect(membership.progress().waiting).toBe(10n)
        membership.stop({ ...bad, offset: 3n, code: 'bug' })
      }
      expect(membership.progress().waiting).toBe(0n)
      vi.setSystemTime(120_000)
      fetch(fetchedOf(HEALTHY, 0n, 4n))
      expect(membership.progress()).toMatchObject({ waiting: 5n, lastProgressAt: 120_000 })
      vi.setSystemTime(240_000)
      fetch(fetchedOf(HEALTHY, 5n, 6n))
      expect(membership.progress()).toMatchObject({ waiting: 7n, lastProgressAt: 120_000 })
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a rebalance', () => {
  it('replaces everything known, and a late report counts only if its partition was assigned again', () => {
    const { membership, fetch, lag } = memberOf([CALLS, OTHER])
    fetch(fetchedOf(CALLS, 0n, 9n))
    const before = membership.assignment
    membership.assign([CALLS], atOnce)
    expect(membership.assignment).not.toBe(before)
    expect(lag()).toEqual([0n])
    membership.noteDone([done(CALLS, 10n), done(OTHER, 5n)])
    expect(lag()).toEqual([0n])
    expect([membership.owned(CALLS) !== undefined, membership.owned(OTHER)]).toEqual([true, undefined])
  })

  it('allows stopped partitions to be retried by their new owner', async () => {
    const { membership, metric } = memberOf([CALLS, OTHER])
    const stopped = { ...CALLS, offset: 3n, code: 'bug' } as const
    expect(membership.stop(stopped)).toBe(true)
    expect(membership.progress().stopped).toEqual([stopped])
    expect(await metric('tollgate_partition_stopped')).toEqual([['1', 1]])
    expect(membership.assign([OTHER], atOnce)).toEqual([1])
    expect(membership.progress().stopped).toEqual([])
    expect(await metric('tollgate_partition_stopped')).toEqual([])
    expect(membership.stop(stopped)).toBe(false)
  })

  it('gives each partition a new chain of offsets, from the database', () => {
    const { membership } = memberOf([CALLS])
    const first = membership.owned(CALLS)!
    first.noteStored(4n)
    expect([first.noteBatched(5n), first.noteBatched(8n)].map(({ previousOffset }) => previousOffset)).toEqual([4n, 6n])
    membership.assign([CALLS], atOnce)
    expect(membership.owned(CALLS)!.noteBatched(5n)).toEqual({ ...CALLS, nextOffset: 6n, previousOffset: null })
  })
})

it('a lost member owns nothing, but its lag is still reported: it may be stuck', () => {
  const { membership, fetch, lag } = memberOf([CALLS])
  fetch(fetchedOf(CALLS, 0n, 9n))
  membership.lose()
  expect(membership.owned(CALLS)).toBeUndefined()
  expect(membership.progress().hasJoined).toBe(false)
  expect(lag()).toEqual([10n])
})
