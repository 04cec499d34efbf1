/** Sends the demo's traffic at a given rate, as a producer should: acknowledged by all replicas, idempotent, keyed by account. */
import { setTimeout as delay } from 'node:timers/promises'
import { foreignKafka } from '../testkit/foreign-kafka.ts'
import type { Installation } from '../testkit/installation.ts'
import type { Produced } from '../testkit/tally.ts'
import { createTraffic, type TrafficItem } from '../testkit/traffic.ts'

const TICK_MS = 50

export interface ProduceOptions {
  readonly seed: number
  readonly eventsPerSecond: number
  readonly until: AbortSignal
  readonly onProgress: (produced: Readonly<Produced>) => void
}

export async function produceTraffic(
  { config, encode, accounts, startMicros }: Installation,
  { seed, eventsPerSecond, until, onProgress }: ProduceOptions,
): Promise<Readonly<Produced>> {
  const traffic = createTraffic({ seed, accounts, startMicros })
  const producer = foreignKafka(config.kafka.brokers).producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const startedAt = Date.now()
  try {
    while (!until.aborted) {
      // By elapsed time, not by counting ticks: the next tick makes up for a slow one.
      const due = Math.floor(((Date.now() - startedAt) / 1000) * eventsPerSecond) - traffic.produced.items
      if (due > 0) {
        const items = Array.from({ length: due }, () => traffic.next())
        const topicMessages = [...Map.groupBy(items, ({ topic }) => topic)].map(([topic, sent]) => ({
          topic,
          messages: sent.map(message),
        }))
        await producer.sendBatch({ acks: -1, topicMessages })
        onProgress(traffic.produced)
      }
      await delay(TICK_MS, undefined, { signal: until }).catch(() => {})
    }
  } finally {
    await producer.disconnect()
  }
  return traffic.produced

  function message(item: TrafficItem) {
    if (item.kind === 'junk') return { key: item.accountKey, value: item.value }
    return { key: item.event.account_id, value: Buffer.from(encode(item.topic, item.event)) }
  }
}
