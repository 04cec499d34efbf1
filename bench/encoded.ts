/** Sends usage as the relay sends: encoded ahead, so that what is measured is not the bench. */
import type { Kafka } from 'kafkajs'
import { outboxKey } from '../src/outbox/messages.ts'
import { decodePack, encodePack, type PackedRecord } from '../src/outbox/pack.ts'
import { recordSets } from '../src/outbox/record-sets.ts'
import { openFencedSender } from '../src/platform/fenced-sender.ts'
import type { UsageMessage } from './mixes.ts'

export interface EncodedSender {
  /** Resolves once the broker has them. */
  send(records: readonly PackedRecord[]): Promise<void>
  close(): void
}

export function encodeUsage(messages: readonly UsageMessage[]): readonly PackedRecord[] {
  return decodePack(
    encodePack(
      messages.map(({ topic, key, value }) => {
        return { topic, key: outboxKey(Buffer.from(key)), value, sharedHeaders: {}, headers: {} }
      }),
    ),
  ).records
}

export async function openEncodedSender(kafka: Kafka, topics: readonly string[]): Promise<EncodedSender> {
  const sender = await openFencedSender(kafka)
  const fence = await sender.fence(`bench-${Date.now()}`)
  const partitions = await sender.partitionCounts(topics)
  return {
    async send(records) {
      const requests = recordSets([{ owner: 0, records, sets: [] }], (topic) => partitions.get(topic)!)
      await Promise.all(requests.map((sets) => sender.send(sets.map((set) => ({ ...set, fence })))))
    },
    close: () => sender.close(),
  }
}
