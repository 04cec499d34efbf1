/** Sends as the relay does: encoded in advance, several requests at once, so that the bench itself is not the bottleneck. */
import { randomUUID } from 'node:crypto'
import { outboxKey } from '../src/outbox/messages.ts'
import { decodePack, encodePack, type PackedRecord } from '../src/outbox/pack.ts'
import { recordSets } from '../src/outbox/record-sets.ts'
import type { KafkaClient } from '../src/platform/kafka/client.ts'
import { openFencedSender } from '../src/platform/kafka/fenced-sender.ts'
import type { RecordSet } from '../src/platform/kafka/produce-request.ts'
import type { UsageMessage } from './mixes.ts'

const IN_FLIGHT = 4

export interface EncodedSender {
  /** Sends records and resolves once the broker has them. */
  send(records: readonly PackedRecord[]): Promise<void>
  /** Sends one request with at most one set per partition, and resolves once the broker has it. */
  sendSets(sets: readonly RecordSet[]): Promise<void>
  partitionsOf(topic: string): number
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

export async function openEncodedSender(kafka: KafkaClient, topics: readonly string[]): Promise<EncodedSender> {
  const sender = await openFencedSender(kafka)
  const fence = await sender.fence(`bench-${randomUUID()}`)
  const partitions = await sender.partitionCounts(topics)
  const partitionsOf = (topic: string) => partitions.get(topic)!
  const sendSets = (sets: readonly RecordSet[]) => sender.send(sets.map((set) => ({ ...set, fence })))
  return {
    partitionsOf,
    sendSets,
    async send(records) {
      await Promise.all(recordSets([{ owner: 0, records, sets: [] }], partitionsOf).map(sendSets))
    },
    close: () => sender.close(),
  }
}

/** Sends all items in order, a few at a time; each is taken from `left` when it is its turn. */
export async function sendInFlight<T>(left: IterableIterator<T>, send: (item: T) => Promise<void>): Promise<void> {
  const sendLeft = async () => {
    for (const item of left) await send(item)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, sendLeft))
}
