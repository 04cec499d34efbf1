import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Fence, openFencedSender, SendRefused } from '../../../src/platform/kafka/fenced-sender.ts'
import { PartitionMap } from '../../../src/platform/kafka/places.ts'
import { encodeProduce } from '../../../src/platform/kafka/produce-request.ts'
import { readProduce } from '../../support/produce-request.ts'
import { SimulatedCluster } from '../../support/simulated-cluster.ts'

const TOPIC = 'credit.balance-changed.v1'

const fence = fc
  .record({ producerId: fc.bigInt({ min: 0n, max: 2n ** 62n }), epoch: fc.integer({ min: 0, max: 32_767 }) })
  .map((one): Fence => ({ ...one, nextSequences: new PartitionMap(), openings: new PartitionMap() }))

const set = fc.record({
  fence,
  topic: fc.constantFrom(TOPIC, 'usage.rated.v1', 'ü'),
  partition: fc.nat(47),
  count: fc.integer({ min: 1, max: 100_000 }),
  bytes: fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
  compression: fc.constantFrom('none' as const, 'zstd' as const),
})

const sets = fc.uniqueArray(fc.record({ set, firstSequence: fc.nat(2 ** 31 - 1) }), {
  selector: ({ set: { topic, partition } }) => `${topic}/${partition}`,
  maxLength: 20,
})

describe('a produce request', () => {
  it('is read by a broker as intended, by topic', () => {
    fc.assert(
      fc.property(sets, (given) => {
        const byTopic = [...Map.groupBy(given, ({ set: { topic } }) => topic).values()].flat()
        expect(readProduce(encodeProduce(given))).toEqual(
          byTopic.map(({ set: { fence, topic, partition, count, bytes, compression }, firstSequence }) => ({
            ...{ topic, partition, count, bytes, firstSequence },
            attributes: compression === 'zstd' ? 4 : 0,
            producerId: String(fence.producerId),
            epoch: fence.epoch,
          })),
        )
      }),
    )
  })
})

/** A sender with its own fence, to a topic with one partition. */
async function toOnePartition() {
  const cluster = new SimulatedCluster()
  cluster.leaders.set(TOPIC, [1])
  const sender = await openFencedSender(cluster.kafka)
  await sender.partitionCounts([TOPIC])
  return { cluster, sender, taken: await sender.fence('relay') }
}

it('sequence numbers restart at 0 after the highest possible one', async () => {
  const { sender, taken } = await toOnePartition()
  const send = (count: number) =>
    sender.send([{ fence: taken, topic: TOPIC, partition: 0, count, bytes: Buffer.from(`${count}`) }])
  await send(2 ** 31 - 2)
  await send(5)
  expect(taken.nextSequences.get({ topic: TOPIC, partition: 0 })).toBe(3)
})

it('nothing is sent after a failure: it would take the failed sequence numbers', async () => {
  const { cluster, sender, taken } = await toOnePartition()
  const send = (partitions: number[]) =>
    sender.send(
      partitions.map((partition) => ({ fence: taken, topic: TOPIC, partition, count: 1, bytes: Buffer.of(1) })),
    )
  const sent = await Promise.allSettled([send([0, 7]), send([0]), send([0])])
  expect(sent.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  await expect(send([0])).rejects.toThrow(new SendRefused(TOPIC, 7, null))
  expect(cluster.read(TOPIC, 0)).toEqual([])
})
