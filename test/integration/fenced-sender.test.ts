/** The basis of the relay's order, shown on a real broker: epochs fence, and sets in flight keep their order. */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outboxKey } from '../../src/outbox/messages.ts'
import { decodePack, encodePack } from '../../src/outbox/pack.ts'
import { recordSets } from '../../src/outbox/record-sets.ts'
import { type Fence, type FencedSender, openFencedSender, SendRefused } from '../../src/platform/kafka/fenced-sender.ts'
import { asClient } from '../../src/platform/kafka/kafkajs.ts'
import { startKafka } from '../../stack/kafka.ts'
import { openStackFolder, type StackFolder } from '../../stack/supervision.ts'
import { until } from '../../testkit/until.ts'
import { createTopic, testClient, testKafka } from '../support/topics.ts'

const PARTITIONS = 3
const IN_FLIGHT = 200

describe('a fence', () => {
  const log = readerOf(testKafka)
  let senders: FencedSender[] = []

  afterAll(async () => {
    for (const sender of senders) sender.close()
    await log.stop()
  })

  async function connected(): Promise<FencedSender> {
    const sender = await openFencedSender(testClient())
    senders = [...senders, sender]
    await sender.partitionCounts([log.topic])
    return sender
  }

  beforeAll(() => log.start())

  it('refuses its predecessor wherever it has written, and its writes come last elsewhere', async () => {
    const [zombie, successor] = [await connected(), await connected()]
    const id = newId()
    const old = await zombie.fence(id)
    await zombie.send([log.set(old, 0, 'old'), log.set(old, 1, 'old')])
    const fresh = await successor.fence(id)
    expect(fresh.producerId).toBe(old.producerId)
    expect(fresh.epoch).toBeGreaterThan(old.epoch)
    await successor.send([log.set(fresh, 0, 'new')])
    // A stale one may land where nothing newer exists: the successor has yet to write there.
    await zombie.send([log.set(old, 1, 'stale')])
    await successor.send([log.set(fresh, 1, 'new')])
    for (const partition of [0, 1]) {
      // A sender that was refused once sends nothing more.
      const again = await connected()
      const refused = await again.send([log.set(old, partition, 'stale')]).catch((error: unknown) => error)
      expect(refused).toEqual(new SendRefused(log.topic, partition, 47))
    }
    await until('the last have arrived', () => log.valuesOf(1).at(-1) === 'new' && log.valuesOf(0).at(-1) === 'new')
    expect(log.valuesOf(0)).toEqual(['old', 'new'])
    expect(log.valuesOf(1)).toEqual(['old', 'stale', 'new'])
  })

  it('keeps the order of sends that do not wait for each other', async () => {
    const sender = await connected()
    const fence = await sender.fence(newId())
    const before = log.valuesOf(2).length
    const sending = Array.from({ length: IN_FLIGHT }, (_, i) => sender.send([log.set(fence, 2, `${i}`)]))
    await Promise.all(sending)
    await until('all have arrived', () => log.valuesOf(2).length === before + IN_FLIGHT)
    expect(log.valuesOf(2).slice(before)).toEqual(Array.from({ length: IN_FLIGHT }, (_, i) => `${i}`))
  })

  it.each(['first', 'later'])('accepts nothing after a refused set, whether its %s in the partition', async (which) => {
    const sender = await connected()
    const fence = await sender.fence(newId())
    if (which === 'later') await sender.send([log.set(fence, 0, 'before')])
    const sending = ['x'.repeat(1_100_000), 'behind'].map((text) => sender.send([log.set(fence, 0, text)]))
    const [large, behind] = await Promise.allSettled(sending)
    expect(large).toEqual({ status: 'rejected', reason: new SendRefused(log.topic, 0, 10) })
    // It would precede what has to be sent again.
    expect(behind).toEqual({
      status: 'rejected',
      reason: new SendRefused(log.topic, 0, which === 'first' ? 10 : 45),
    })
  })
})

/** Ids and their producer state expire within seconds here: several times as long as a busy machine may delay a renewal. */
const SHORT_EXPIRATION = {
  'producer.id.expiration.ms': 8_000,
  'producer.id.expiration.check.interval.ms': 250,
  'transactional.id.expiration.ms': 8_000,
  'transaction.remove.expired.transaction.cleanup.interval.ms': 250,
}
const RENEWAL_MS = 1_000

describe.skipIf(process.env.TOLLGATE_STACK === 'containers')('on a broker that forgets within seconds', () => {
  let folder: StackFolder
  let kafka: Kafka
  const log = readerOf(() => kafka)

  beforeAll(async () => {
    folder = await openStackFolder()
    const { address } = await startKafka(folder, () => {}, SHORT_EXPIRATION)
    kafka = new Kafka({ clientId: 'test', brokers: [address], logLevel: logLevel.NOTHING })
    await log.start()
  })

  afterAll(async () => {
    await log.stop()
    await folder?.close()
  })

  it('fences a leader that has renewed its id, but would not fence one that never did', async () => {
    const [idle, successor] = [await openFencedSender(asClient(kafka)), await openFencedSender(asClient(kafka))]
    for (const sender of [idle, successor]) await sender.partitionCounts([log.topic])
    const id = newId()
    let fence = await idle.fence(id)
    const unrenewed = await idle.fence(`${id}-for-ever`)
    await idle.send([log.set(fence, 0, 'old')])
    const startedAt = Date.now()
    const expiredAt = startedAt + 1.5 * SHORT_EXPIRATION['producer.id.expiration.ms']
    while (Date.now() < expiredAt) {
      await delay(RENEWAL_MS)
      const { producerId } = fence
      fence = await idle.fence(id)
      expect(fence.producerId).toBe(producerId)
    }
    const fresh = await successor.fence(id)
    await successor.send([log.set(fresh, 0, 'new')])
    expect((await successor.fence(`${id}-for-ever`)).producerId).not.toBe(unrenewed.producerId)
    await expect(idle.send([log.set(fence, 0, 'stale')])).rejects.toThrow(new SendRefused(log.topic, 0, 47))
    await until('all have arrived', () => log.valuesOf(0).at(-1) === 'new')
    expect(log.valuesOf(0)).toEqual(['old', 'new'])
    for (const sender of [idle, successor]) sender.close()
  })
})

function newId(): string {
  return `test-${randomBytes(4).toString('hex')}`
}

/** A separate topic, and all its messages. */
function readerOf(kafkaOf: () => Kafka) {
  const topic = `fenced-${randomBytes(4).toString('hex')}`
  const values: string[][] = Array.from({ length: PARTITIONS }, () => [])
  let stop = async () => {}
  return {
    topic,
    valuesOf: (partition: number): readonly string[] => values[partition]!,
    set: (fence: Fence, partition: number, text: string) => {
      const message = {
        topic,
        key: outboxKey(Buffer.from('k')),
        value: Buffer.from(text),
        sharedHeaders: {},
        headers: {},
      }
      const pack = { ...decodePack(encodePack([message])), owner: 0 }
      return { ...recordSets([pack], () => PARTITIONS)[0]![0]!, partition, fence }
    },
    async start(): Promise<void> {
      await createTopic(topic, PARTITIONS, kafkaOf())
      const consumer = kafkaOf().consumer({ groupId: `group-${topic}` })
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
      await consumer.run({
        eachMessage: async ({ partition, message }) => {
          values[partition]!.push(String(message.value))
        },
      })
      stop = () => consumer.disconnect()
    },
    stop: () => stop(),
  }
}
