/**
 * A fresh installation on this worker's components: a separate database and consumer group, empty topics, the sample catalog
 * and accounts.
 */
import { randomBytes } from 'node:crypto'
import type { Consumer, KafkaMessage, Message } from 'kafkajs'
import { USAGE_TOPICS } from '../../src/topics.ts'
import { foreignRegistry } from '../../testkit/foreign-kafka.ts'
import { type Installation, openInstallation } from '../../testkit/installation.ts'
import { until } from '../../testkit/until.ts'
import { componentEnvironment } from './components.ts'
import { createDatabase, type TestDatabase } from './database.ts'
import { dropTopics, testKafka } from './topics.ts'

/** Enough to share among raters, and created in a third of the time of the default number. */
const PARTITIONS = '4'

export interface TestInstallation extends Installation {
  readonly database: Pick<TestDatabase, 'backUp' | 'restore' | 'copy'>
  /** Appends messages to a topic and waits for the broker. */
  produce(topic: string, messages: Message[]): Promise<void>
  /** Waits until the rater has recorded everything on its topics, and the relay has published the results. */
  untilDrained(): Promise<void>
  /** Everything on a topic, decoded, as read by a consumer that reads committed messages from the start. */
  readTopic(topic: string): Promise<Record<string, unknown>[]>
  /** The same, with the rest of each message. */
  readMessages(topic: string): Promise<ReadMessage[]>
  /** Balance in micros of every account. */
  balances(): Promise<Map<string, bigint>>
}

export interface ReadMessage {
  readonly key: string
  readonly headers: Readonly<Record<string, string>>
  readonly value: Record<string, unknown>
}

export async function createInstallation(settings: Record<string, string> = {}): Promise<TestInstallation> {
  const database = await createDatabase()
  await dropTopics()
  const group = `test-${randomBytes(6).toString('hex')}`
  const installation = await openInstallation({
    ...(await componentEnvironment()),
    TOLLGATE_PARTITIONS: PARTITIONS,
    // All test files share one address and one Redis, where requests without a credential are counted.
    TOLLGATE_API_ANONYMOUS_REQUESTS_PER_MINUTE: '1000000',
    ...settings,
    TOLLGATE_DATABASE_URL: database.url,
    TOLLGATE_CONSUMER_GROUP: group,
  })
  const { pool, config } = installation
  const kafka = testKafka()
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const admin = kafka.admin()
  await admin.connect()
  const registry = foreignRegistry(config.kafka.schemaRegistryUrl)

  return {
    ...installation,
    database,
    async produce(topic, messages) {
      for (let at = 0; at < messages.length; at += 5_000) {
        await producer.send({ topic, acks: -1, messages: messages.slice(at, at + 5_000) })
      }
    },
    async untilDrained() {
      const ends = await Promise.all([...USAGE_TOPICS.keys()].map((topic) => admin.fetchTopicOffsets(topic)))
      const produced = ends.flat().reduce((sum, { high }) => sum + Number(high), 0)
      await until('everything produced is recorded', async () => {
        const { rows } = await pool.query<{ recorded: string }>(
          'select coalesce(sum(next_offset), 0)::text as recorded from tollgate.consumer_offsets where consumer_group = $1',
          [group],
        )
        return Number(rows[0]!.recorded) >= produced
      })
      await until('the outbox is empty', async () => {
        const { rows } = await pool.query<{ packs: bigint }>('select count(*) as packs from tollgate.outbox_packs')
        return rows[0]!.packs === 0n
      })
    },
    readMessages,
    readTopic: async (topic) => (await readMessages(topic)).map(({ value }) => value),
    async balances() {
      const { rows } = await pool.query<{ account_id: string; balance_micros: bigint }>(
        'select account_id, balance_micros from tollgate.accounts',
      )
      return new Map(rows.map((row) => [row.account_id, row.balance_micros]))
    },
    async close() {
      await producer.disconnect()
      await admin.disconnect()
      await installation.close()
      await database.drop()
    },
  }

  async function readMessages(topic: string): Promise<ReadMessage[]> {
    const consumer = kafka.consumer({ groupId: `read-${randomBytes(6).toString('hex')}`, maxWaitTimeInMs: 100 })
    await consumer.connect()
    try {
      const messages = await readToEnd(consumer, topic)
      return await Promise.all(
        messages.map(async ({ key, headers, value }) => ({
          key: String(key),
          headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)])),
          value: await registry.decode(value!),
        })),
      )
    } finally {
      await consumer.disconnect()
    }
  }

  async function readToEnd(consumer: Consumer, topic: string): Promise<KafkaMessage[]> {
    const ends = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]))
    const messages: KafkaMessage[] = []
    const reached = new Map<number, number>()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      eachBatch: async ({ batch }) => {
        for (const message of batch.messages) if (message.value !== null) messages.push(message)
        reached.set(batch.partition, Number(batch.lastOffset()) + 1)
      },
      eachBatchAutoResolve: true,
    })
    await until(`${topic} is read to its end`, () =>
      [...ends].every(([partition, end]) => (reached.get(partition) ?? 0) >= end),
    )
    return messages
  }
}
