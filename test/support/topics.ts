/** Gives a test file empty topics: their names are fixed, and a worker's files share its broker. */
import type { Kafka } from 'kafkajs'
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
