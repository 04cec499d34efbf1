/** Gives a test file empty topics: their names are fixed, and a worker's files share its broker. */
import type { Admin, Kafka } from 'kafkajs'
import { asClient, type KafkaClient } from '../../src/platform/kafka/kafkajs.ts'
import { TOPICS } from '../../src/topics.ts'
import { foreignKafka } from '../../testkit/foreign-kafka.ts'
import { until } from '../../testkit/until.ts'
import { componentEnvironment } from './components.ts'

/** An external client: tests produce and read with it. */
export function testKafka(): Kafka {
  return foreignKafka(async () => (await componentEnvironment(['kafka'])).TOLLGATE_KAFKA_BROKERS!.split(','))
}

/** For parts of the product that a test starts separately. */
export function testClient(): KafkaClient {
  return asClient(testKafka())
}

/** Creates a topic, and returns when all of its partitions can be written and read. */
export async function createTopic(topic: string, partitions: number, kafka: Kafka = testKafka()): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    // The client's own wait fails if the broker does not know its new topic at once.
    await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: partitions }] })
    await until(`${topic} is ready`, () => isReady(admin, topic))
  } finally {
    await admin.disconnect()
  }
}

/**
 * A broker names itself as leader a moment before it has opened all logs. A batch for several partitions would then be written
 * twice to those that are open, because the client repeats all of it.
 */
async function isReady(admin: Admin, topic: string): Promise<boolean> {
  try {
    await admin.fetchTopicOffsets(topic)
    return true
  } catch (error) {
    if ((error as { retriable?: unknown }).retriable === true) return false
    throw error
  }
}

export async function dropTopics(): Promise<void> {
  const admin = testKafka().admin()
  await admin.connect()
  try {
    const ours = new Set<string>(TOPICS.map(({ topic }) => topic))
    const existing = (await admin.listTopics()).filter((topic) => ours.has(topic))
    if (existing.length > 0) await admin.deleteTopics({ topics: existing })
    await until('the topics are gone', async () => !(await admin.listTopics()).some((topic) => ours.has(topic)))
  } finally {
    await admin.disconnect()
  }
}
