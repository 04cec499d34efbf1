/** Gives a test file empty topics: their names are fixed, and a worker's files share its broker. */
import { Kafka, logLevel } from 'kafkajs'
import { TOPICS } from '../../src/topics.ts'
import { until } from '../../testkit/until.ts'
import { componentEnvironment } from './components.ts'

export function testKafka(): Kafka {
  const brokers = async () => (await componentEnvironment(['kafka'])).TOLLGATE_KAFKA_BROKERS!.split(',')
  return new Kafka({ clientId: 'test', brokers, logLevel: logLevel.NOTHING })
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
