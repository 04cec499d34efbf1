/** The topics: created where missing, and looked at where somebody else has made them. */
import kafkajs, { type Admin } from 'kafkajs'
import { TOPICS, USAGE_TOPIC_SETTINGS, USAGE_TOPICS } from '../../topics.ts'
import type { Config } from '../config.ts'
import type { Logger } from '../log.ts'
import { retry } from '../retry.ts'
import { createKafka } from './client.ts'
import { kafkajsOf } from './kafkajs.ts'

/** What our client reads: gzip by itself, zstd by Node's. */
const READABLE_COMPRESSION = ['uncompressed', 'gzip', 'zstd']
const LEADERS_WITHIN_MS = 30_000
const LEADERS_BACKOFF = { firstMs: 50, maxMs: 50 }
const { ConfigResourceTypes } = kafkajs

/** Idempotent, and safe when several processes start at once. Topics that exist are left as they are. */
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
      // False when another process was quicker.
      const isCreated = await admin.createTopics({
        // The client's own wait takes the moment before the broker knows its new topic for a failure.
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
    await haveLeaders(admin)
    await warnOfSettings(admin, log)
  } finally {
    await admin.disconnect()
  }
}

/** Topics that somebody else made are left as they are, so all that can be done is to say in time what may go wrong. */
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

/** Until then producers and consumers would be told that there is no such topic, whoever of us created it. */
async function haveLeaders(admin: Admin): Promise<void> {
  const giveUpAt = performance.now() + LEADERS_WITHIN_MS
  await retry(
    async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: TOPICS.map(({ topic }) => topic) })
      const isLed = topics.every(
        ({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0),
      )
      if (!isLed) throw new WithoutLeaders('the topics have no leaders: not enough brokers answer')
    },
    { backoff: LEADERS_BACKOFF, isRetried: ({ error }) => performance.now() <= giveUpAt && isPassing(error) },
  )
}

function isPassing(error: unknown): boolean {
  return error instanceof WithoutLeaders || (error as { retriable?: unknown }).retriable === true
}
