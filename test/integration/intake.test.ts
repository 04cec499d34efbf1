/** The intake on a real broker: order within a partition, offsets after the commit, and where it continues after a restart. */
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import kafkajs, { type Kafka } from 'kafkajs'
import { afterEach, expect, it } from 'vitest'
import type { BatchDone, IntakeBatch, StoppedPartition } from '../../src/intake/batch.ts'
import { type Intake, type IntakeOptions, startIntake } from '../../src/intake/consume.ts'
import { asClient, type KafkaClient } from '../../src/platform/kafka/kafkajs.ts'
import { type BatchOffset, PartitionMap } from '../../src/platform/kafka/places.ts'
import { createLog } from '../../src/platform/log.ts'
import { Registry } from '../../src/platform/metrics.ts'
import { until, within } from '../../testkit/until.ts'
import { createTopic, testClient, testKafka } from '../support/topics.ts'

const PARTITIONS = 3
const log = createLog('silent')
const running: Intake[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((intake) => intake.stop()))
})

async function newTopic(): Promise<string> {
  const topic = `intake-${randomBytes(4).toString('hex')}`
  await createTopic(topic, PARTITIONS)
  return topic
}

async function produce(topic: string, from: number, count: number): Promise<void> {
  const producer = testKafka().producer()
  await producer.connect()
  const messages = Array.from({ length: count }, (_, i) => ({ value: String(from + i), partition: i % PARTITIONS }))
  await producer.send({ topic, acks: -1, messages })
  await producer.disconnect()
}

async function committedOffsets(groupId: string, topic: string): Promise<string[]> {
  const admin = testKafka().admin()
  await admin.connect()
  const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] })
  await admin.disconnect()
  return answer!.partitions.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => offset)
}

interface StartOptions extends Partial<Omit<IntakeOptions, 'onBatch'>> {
  /** Without an answer, the whole batch is done. */
  readonly onBatch?: (batch: IntakeBatch) => Promise<BatchDone | undefined> | Promise<void>
}

/** An intake whose database is a map of next offsets and a list of values. */
async function start(topic: string, stored: PartitionMap<BatchOffset>, { onBatch, ...more }: StartOptions = {}) {
  const seen: { partition: number; offset: bigint; value: string }[] = []
  const batches: IntakeBatch[] = []
  const fatal: unknown[] = []
  const intake = await startIntake({
    kafka: testClient(),
    groupId: `group-${topic}`,
    topics: [topic],
    batchEvents: 100,
    batchMs: 10,
    concurrentBatches: 2,
    endRetries: () => {},
    onBatch: async (batch) => {
      if (onBatch !== undefined) return (await onBatch(batch)) ?? { offsets: batch.offsets, stopped: [] }
      batches.push(batch)
      for (const { partition, offset, value } of batch.messages) seen.push({ partition, offset, value: String(value) })
      for (const next of batch.offsets) stored.set(next, next)
      return { offsets: batch.offsets, stopped: [] }
    },
    startOffsets: async () => [...stored.values()],
    log,
    registry: new Registry(),
    onFatal: (error) => fatal.push(error),
    ...more,
  })
  running.push(intake)
  return { intake, seen, batches, fatal }
}

/** The real client, but heartbeats sent while messages wait for room fail at first, and no rebalance follows. */
function withFailingHeartbeats(kafka: Kafka, failures: number): KafkaClient {
  let left = failures
  const failing = Object.assign(Object.create(kafka) as Kafka, {
    consumer(config: Parameters<Kafka['consumer']>[0]) {
      const consumer = kafka.consumer(config)
      const run: typeof consumer.run = ({ eachBatch, ...options } = {}) =>
        consumer.run({
          ...options,
          eachBatch: (payload) => {
            let calls = 0
            const heartbeat = async () => {
              calls++
              if (calls > 1 && left-- > 0) throw new kafkajs.KafkaJSConnectionError('the coordinator went away')
              await payload.heartbeat()
            }
            return eachBatch!({ ...payload, heartbeat })
          },
        })
      return { ...consumer, run }
    },
  })
  return asClient(failing)
}

function offsetsOf(seen: readonly { partition: number; offset: bigint }[], partition: number): bigint[] {
  return seen.filter((one) => one.partition === partition).map(({ offset }) => offset)
}

const upTo = (end: number) => Array.from({ length: end }, (_, i) => BigInt(i))

it('passes on every message once, in order within its partition, and commits afterwards', async () => {
  const topic = await newTopic()
  await produce(topic, 0, 900)
  const { intake, seen, batches } = await start(topic, new PartitionMap())
  await until('all arrive', () => seen.length >= 900)
  for (let partition = 0; partition < PARTITIONS; partition++) {
    expect(offsetsOf(seen, partition)).toEqual(upTo(300))
  }
  expect(Math.max(...batches.map(({ messages }) => messages.length))).toBeLessThanOrEqual(200)
  await until(
    'Kafka has the offsets',
    async () => (await committedOffsets(`group-${topic}`, topic)).join() === '300,300,300',
  )
  expect(intake.progress().hasJoined).toBe(true)
  expect(intake.progress().waiting).toBe(0n)
})

it('continues where it stopped, and rewinds if the database is behind Kafka', async () => {
  const topic = await newTopic()
  await produce(topic, 0, 30)
  const stored = new PartitionMap<BatchOffset>()
  const first = await start(topic, stored)
  await until('all arrive', () => first.seen.length === 30)
  await running.pop()!.stop()
  expect(await committedOffsets(`group-${topic}`, topic)).toEqual(['10', '10', '10'])

  stored.set({ topic, partition: 1 }, { topic, partition: 1, nextOffset: 4n, previousOffset: null })
  await produce(topic, 30, 3)
  const second = await start(topic, stored)
  await until('the rest arrives', () => second.seen.length >= 9)
  const byPartition = [0, 1, 2].map((n) => second.seen.filter(({ partition }) => partition === n).map((m) => m.offset))
  expect(byPartition).toEqual([[10n], [4n, 5n, 6n, 7n, 8n, 9n, 10n], [10n]])
})

it.each([new Error('disk full'), new TypeError('a bug'), new RangeError('another')])(
  'stops without a commit if a batch is rejected with %s',
  async (failure) => {
    const topic = await newTopic()
    await produce(topic, 0, 3)
    const { fatal } = await start(topic, new PartitionMap(), { onBatch: () => Promise.reject<BatchDone>(failure) })
    await until('it gives up', () => fatal.length > 0)
    expect(fatal).toEqual([failure])
    expect(await committedOffsets(`group-${topic}`, topic)).toEqual(['-1', '-1', '-1'])
  },
)

it('finishes the batch in flight when stopped, and commits it', async () => {
  const topic = await newTopic()
  await produce(topic, 0, 3)
  const inFlight = Promise.withResolvers<void>()
  let isStarted = false
  const { intake } = await start(topic, new PartitionMap(), {
    onBatch: () => {
      isStarted = true
      return inFlight.promise
    },
    batchMs: 300,
  })
  await until('a batch is in flight', () => isStarted)
  const stopped = intake.stop()
  running.length = 0
  inFlight.resolve()
  await stopped
  expect((await committedOffsets(`group-${topic}`, topic)).filter((offset) => offset === '1').length).toBeGreaterThan(0)
})

it('ends the retries of a batch that cannot be recorded, and stops within the time it has', async () => {
  const topic = await newTopic()
  await produce(topic, 0, 3)
  const retries = Promise.withResolvers<void>()
  let isStarted = false
  const { intake, fatal } = await start(topic, new PartitionMap(), {
    drainMs: 2000,
    endRetries: () => retries.reject(new Error('the retries ended')),
    onBatch: () => {
      isStarted = true
      return retries.promise
    },
  })
  await until('a batch is in flight', () => isStarted)
  running.length = 0
  await intake.stop()
  await expect(retries.promise).rejects.toThrow('the retries ended')
  expect(fatal).toEqual([])
  expect(await committedOffsets(`group-${topic}`, topic)).toEqual(['-1', '-1', '-1'])
})

it('records past the transaction markers at the end of a partition', async () => {
  const topic = await newTopic()
  const producer = testKafka().producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const transaction = await producer.transaction()
  const messages = Array.from({ length: 30 }, (_, i) => ({ value: String(i), partition: i % PARTITIONS }))
  await transaction.send({ topic, acks: -1, messages })
  await transaction.commit()
  await producer.disconnect()
  const stored = new PartitionMap<BatchOffset>()
  const { seen, intake } = await start(topic, stored)
  await until('all arrive', () => seen.length === 30)
  await until('all are committed', () => intake.progress().waiting === 0n)
  expect([...stored.values()].map(({ nextOffset }) => nextOffset)).toEqual([11n, 11n, 11n])
})

it('checks the offsets of all partitions at each assignment, whoever owns them', async () => {
  const topic = await newTopic()
  await produce(topic, 0, 30)
  const stored = new PartitionMap<BatchOffset>()
  const first = await start(topic, stored)
  await until('all arrive', () => first.seen.length === 30)
  await until(
    'Kafka has the offsets',
    async () => (await committedOffsets(`group-${topic}`, topic)).join() === '10,10,10',
  )
  const checked: string[] = []
  const { intake } = await start(topic, stored, {
    startOffsets: async (committed) => {
      checked.push(committed.map(({ partition, nextOffset }) => `${partition}: ${nextOffset}`).join())
      return [...stored.values()]
    },
  })
  await until('the second has joined', () => intake.progress().hasJoined && checked.length > 0)
  expect(checked[0]!.split(',').toSorted()).toEqual(['0: 10', '1: 10', '2: 10'])
})

it('stops in the middle of a backlog without losing a message, and the next one continues there', async () => {
  const topic = await newTopic()
  await produce(topic, 0, 6000)
  const stored = new PartitionMap<BatchOffset>()
  const seen: { partition: number; offset: bigint }[] = []
  const isPartRead = Promise.withResolvers<void>()
  const onBatch: StartOptions['onBatch'] = async ({ messages, offsets }) => {
    await delay(2)
    seen.push(...messages)
    for (const next of offsets) stored.set(next, next)
    if (seen.length > 300) isPartRead.resolve()
  }
  const first = await start(topic, stored, { batchEvents: 50, onBatch })
  await within('part of the backlog', isPartRead.promise)
  await running.pop()!.stop()
  const atStop = seen.length
  expect(atStop).toBeLessThan(6000)
  expect(first.fatal).toEqual([])
  const known = [0, 1, 2].map((partition) => stored.get({ topic, partition })?.nextOffset ?? -1n)
  expect(await committedOffsets(`group-${topic}`, topic)).toEqual(known.map(String))

  await start(topic, stored, { batchEvents: 50, onBatch })
  await until('the rest arrives', () => seen.length >= 6000)
  for (let partition = 0; partition < PARTITIONS; partition++) expect(offsetsOf(seen, partition)).toEqual(upTo(2000))
})

it('leaves no gap if a heartbeat fails while messages wait, and the group does not rebalance', async () => {
  const topic = await newTopic()
  await produce(topic, 0, 3000)
  const seen: { partition: number; offset: bigint }[] = []
  const { fatal } = await start(topic, new PartitionMap(), {
    kafka: withFailingHeartbeats(testKafka(), 2),
    batchEvents: 50,
    onBatch: async ({ messages }) => {
      await delay(2)
      seen.push(...messages)
    },
  })
  await until('all arrive', () => seen.length >= 3000)
  for (let partition = 0; partition < PARTITIONS; partition++) expect(offsetsOf(seen, partition)).toEqual(upTo(1000))
  expect(fatal).toEqual([])
})

it('leaves no gap if the answer to a fetch from before an assignment arrives after it', async () => {
  const topic = await newTopic()
  const producer = testKafka().producer()
  await producer.connect()
  const messages = Array.from({ length: 900 }, (_, i) => ({ value: Buffer.alloc(1000), partition: i % PARTITIONS }))
  for (let i = 0; i < 5; i++) await producer.send({ topic, acks: -1, messages })
  await producer.disconnect()

  // With one broker the two never cross: the second answer is held back until the member has rejoined.
  const require = createRequire(import.meta.url)
  const ConsumerGroup = require('kafkajs/src/consumer/consumerGroup')
  const Broker = require('kafkajs/src/broker')
  const { connect } = ConsumerGroup.prototype
  const { fetch } = Broker.prototype
  let rejoin = async () => {}
  let fetches = 0
  let mayCommit = Promise.resolve()
  ConsumerGroup.prototype.connect = function () {
    rejoin = () => this.joinAndSync()
    return connect.call(this)
  }
  Broker.prototype.fetch = async function (request: unknown) {
    if (++fetches !== 2) return fetch.call(this, request)
    const joined = Promise.withResolvers<void>()
    mayCommit = joined.promise
    const answer = await fetch.call(this, request)
    await rejoin()
    joined.resolve()
    return answer
  }
  try {
    const seen = new Set<string>()
    const stored = new PartitionMap<BatchOffset>()
    await start(topic, stored, {
      batchEvents: 50,
      onBatch: async (batch) => {
        await delay(2)
        await mayCommit
        for (const { partition, offset } of batch.messages) seen.add(`${partition}:${offset}`)
        for (const next of batch.offsets) stored.set(next, next)
      },
    })
    await until('all arrive', () => seen.size === 4500)
  } finally {
    Object.assign(ConsumerGroup.prototype, { connect })
    Object.assign(Broker.prototype, { fetch })
  }
})

it('counts messages as waiting until they are committed', async () => {
  const topic = await newTopic()
  await produce(topic, 0, 30)
  const commit = Promise.withResolvers<void>()
  const { intake } = await start(topic, new PartitionMap(), { onBatch: () => commit.promise })
  await until('all are fetched', () => intake.progress().waiting === 30n)
  commit.resolve()
  await until('all are committed', () => intake.progress().waiting === 0n)
})

it('reads a quiet topic while others have a backlog larger than one fetch', async () => {
  const busy = await Promise.all([newTopic(), newTopic(), newTopic()])
  const quiet = await newTopic()
  const producer = testKafka().producer()
  await producer.connect()
  const many = Array.from({ length: 30 }, (_, i) => ({ value: Buffer.alloc(20_000), partition: i % PARTITIONS }))
  for (const topic of busy) for (let i = 0; i < 48; i++) await producer.send({ topic, acks: -1, messages: many })
  await producer.send({ topic: quiet, acks: -1, messages: [{ value: 'x', partition: 0 }] })
  await producer.disconnect()
  const order: string[] = []
  const { fatal } = await start(quiet, new PartitionMap(), {
    topics: [...busy, quiet],
    batchEvents: 500,
    onBatch: async ({ messages }) => {
      for (const { topic } of messages) order.push(topic)
    },
  })
  await until('all arrive', () => order.length === 4321)
  // A fetch holds four of the nine busy partitions, in random order. Were the quiet one always last, it would have to wait for
  // five of the nine to be read; as it is, not to get in by half is as good as impossible.
  expect(order.indexOf(quiet)).toBeLessThan(2160)
  expect(fatal).toEqual([])
})

it('loses nothing while members join and leave during a backlog, and passes nothing on out of order', async () => {
  const topic = await newTopic()
  const count = 6000
  await produce(topic, 0, count)
  const stored = new PartitionMap<BatchOffset>()
  const outOfOrder: string[] = []
  const seen = new Set<string>()
  const fatal: unknown[] = []
  const member = async () =>
    (
      await start(topic, stored, {
        batchEvents: 50,
        onFatal: (error) => fatal.push(error),
        onBatch: async ({ messages, offsets }) => {
          // The ledger's check against a restored database.
          for (const { topic, partition, previousOffset } of offsets) {
            const known = stored.get({ topic, partition })?.nextOffset ?? 0n
            if (previousOffset !== null && known < previousOffset) outOfOrder.push(`${known} < ${previousOffset}`)
          }
          await delay(2)
          for (const { value } of messages) seen.add(String(value))
          for (const next of offsets) {
            const known = stored.get(next)?.nextOffset ?? 0n
            if (known < next.nextOffset) stored.set(next, next)
          }
        },
      })
    ).intake
  const first = await member()
  await until('the first has begun', () => seen.size > 0)
  const second = await member()
  await until('both have joined', () => second.progress().hasJoined)
  await produce(topic, count, count)
  await first.stop()
  running.splice(running.indexOf(first), 1)
  await until('all arrive', () => seen.size === 2 * count)
  expect(outOfOrder).toEqual([])
  expect(fatal).toEqual([])
})

it('reads nothing more of a stopped partition number, on any topic, until the next assignment', async () => {
  const [one, other] = [await newTopic(), await newTopic()]
  await produce(one, 0, 300)
  const bad = { topic: one, partition: 1, offset: 40n }
  const stored = new PartitionMap<BatchOffset>()
  const recorded: string[] = []
  let isFixed = false
  const registry = new Registry()
  const { intake, fatal } = await start(one, stored, {
    topics: [one, other],
    registry,
    batchEvents: 20,
    onBatch: async ({ messages }) => {
      const done = new PartitionMap<BatchOffset>()
      let stopped: StoppedPartition[] = []
      for (const { topic, partition, offset, value } of messages) {
        if (!isFixed && stopped.some((stop) => stop.partition === partition)) continue
        if (!isFixed && topic === bad.topic && partition === bad.partition && offset === bad.offset) {
          stopped = [{ ...bad, code: 'bug' }]
          continue
        }
        recorded.push(`${topic}:${partition}:${value}`)
        done.set({ topic, partition }, { topic, partition, nextOffset: offset + 1n, previousOffset: null })
      }
      const offsets = [...done.values()]
      for (const next of offsets) stored.set(next, next)
      return { offsets, stopped }
    },
  })
  await until(
    'it stops, and the others are done',
    () => intake.progress().stopped.length === 1 && recorded.length === 240,
  )
  expect(intake.progress().stopped).toEqual([{ ...bad, code: 'bug' }])
  expect(intake.progress().waiting).toBe(0n)
  const lag = await registry.getSingleMetric('tollgate_consumer_lag')!.get()
  expect(lag.values).toContainEqual({ labels: { topic: one }, value: 60 })
  await produce(other, 0, 30)
  await until('the other topic is read', () => recorded.filter((each) => each.startsWith(other)).length === 20)
  expect(recorded.filter((each) => each.startsWith(`${other}:1:`))).toEqual([])
  await until('what is done is committed', async () => (await committedOffsets(`group-${one}`, one))[1] === '40')

  isFixed = true
  await start(one, stored, { groupId: `group-${one}`, topics: [one, other] })
  await until(
    'the rest arrives at the new owner of the partition',
    () => stored.get({ topic: one, partition: 1 })?.nextOffset === 100n,
  )
  await until('on the other topic as well', () => stored.get({ topic: other, partition: 1 })?.nextOffset === 10n)
  await until('the first has its new assignment', () => intake.progress().stopped.length === 0)
  expect(fatal).toEqual([])
})
