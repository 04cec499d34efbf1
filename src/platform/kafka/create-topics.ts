/** Creates missing topics, and checks the settings of existing ones. */
import kafkajs, { type Admin } from 'kafkajs'
import { TOPICS, USAGE_TOPIC_SETTINGS, USAGE_TOPICS } from '../../topics.ts'
import type { Config } from '../config.ts'
import type { Logger } from '../log.ts'
import { retry } from '../retry.ts'
import { createKafka } from './client.ts'
import { kafkajsOf } from './kafkajs.ts'

/** The formats that our client reads: gzip by itself, zstd through Node. */
const READABLE_COMPRESSION = ['uncompressed', 'gzip', 'zstd']
const LEADERS_WITHIN_MS = 30_000
const LEADERS_BACKOFF = { firstMs: 50, maxMs: 50 }
const { ConfigResourceTypes } = kafkajs

/** Creates missing topics. Idempotent, and safe if several processes start at once. Existing topics are not changed. */
export async function createTopics(
  config: Pick<Config['kafka'], 'brokers' | 'partitions' | 'replicationFactor'>,
  log: Logger,
): Promise<void> {
  const admin = kafkajsOf(createKafka(config, log)).admin()
  await admin.connect()
  try {
    const existing = new Set(await admin.listTopics())
    for (const { topic, settings } of TOPICS) {
      if (existing.has(topic)) continue
      // False if another process was faster.
      const isCreated = await admin.createTopics({
        // The client's own wait fails if the broker does not know its new topic at once.
        waitForLeaders: false,
        topics: [
          {
            topic,
            numPartitions: config.partitions,
            replicationFactor: config.replicationFactor,
            configEntries: Object.entries(settings).map(([name, value]) => ({ name, value: String(value) })),
          },
        ],
      })
      if (isCreated) log.info({ topic, partitions: config.partitions }, 'created the topic')
    }
    await awaitLeaders(admin)
    await warnOfSettings(admin, log)
  } finally {
    await admin.disconnect()
  }
}

/** Existing topics are not changed, so the only thing to do is to warn early about settings that may cause trouble. */
async function warnOfSettings(admin: Admin, log: Logger): Promise<void> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [...USAGE_TOPICS.keys()].map((topic) => ({
      type: ConfigResourceTypes.TOPIC,
      name: topic,
      configNames: Object.keys(USAGE_TOPIC_SETTINGS),
    })),
  })
  for (const { resourceName: topic, configEntries } of resources) {
    const set = new Map(configEntries.map(({ configName, configValue }) => [configName, configValue]))
    const compression = set.get('compression.type')
    if (compression !== undefined && !READABLE_COMPRESSION.includes(compression)) {
      log.warn(
        { topic, compression },
        `a producer that compresses with lz4 or snappy would stop this rater: set compression.type of the topic to one of ${READABLE_COMPRESSION.join(', ')}`,
      )
    }
    const timestampType = set.get('message.timestamp.type')
    if (timestampType !== undefined && timestampType !== USAGE_TOPIC_SETTINGS['message.timestamp.type']) {
      log.warn(
        { topic, timestamp_type: timestampType },
        'backdated usage may be deleted before it is read: set message.timestamp.type of the topic to LogAppendTime',
      )
    }
  }
}

class WithoutLeaders extends Error {
  override readonly name = 'WithoutLeaders'
}

/**
 * Waits until the topics have leaders. Until then, producers and consumers get an error that the topic does not exist.
 */
async function awaitLeaders(admin: Admin): Promise<void> {
  const giveUpAt = performance.now() + LEADERS_WITHIN_MS
  await retry(
    async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: TOPICS.map(({ topic }) => topic) })
      const isLed = topics.every(
        ({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0),
      )
      if (!isLed) throw new WithoutLeaders('the topics have no leaders: too few brokers respond')
    },
    { backoff: LEADERS_BACKOFF, isRetried: ({ error }) => performance.now() <= giveUpAt && isPassing(error) },
  )
}

function isPassing(error: unknown): boolean {
  return error instanceof WithoutLeaders || (error as { retriable?: unknown }).retriable === true
}
