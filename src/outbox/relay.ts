/**
 * The relay carries the outbox to Kafka: at least once, in order per account, without a gap.
 *
 * Per shard there is one leader, by a lease in the database. Its producer has a transactional id that belongs to the
 * shard, and starting it fences whoever led before; only then are packs read. So a leader that was paused past its lease
 * cannot append an old `blocked` after its successor's `active`, which compaction would keep for good.
 *
 * Packs leave the outbox once the broker has them. A crash in between sends them again: consumers drop what is not newer.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Kafka, Producer, TopicMessages } from 'kafkajs'
import { createTransactionalProducer } from '../platform/kafka.ts'
import type { Logger } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Pool } from '../platform/postgres.ts'
import { claimLease, LEASE_SECONDS, releaseLease } from './leases.ts'
import { type OutboxMessage, SHARDS } from './messages.ts'
import { decodePack } from './pack.ts'
import { countPacks, deletePacks, readPacks, type UnsentPack } from './packs.ts'

const RENEW_MILLIS = (LEASE_SECONDS * 1000) / 3
const PACKS_AT_ONCE = 64
const RETRY_MILLIS = 500

/**
 * A send becomes one record batch a partition, and all of it may be for one partition. A broker refuses batches above
 * 1 MiB unless told otherwise, and a backlog refused once would be refused for ever.
 */
const SEND_BYTES = 800_000
/** What framing adds to a message, on the high side. */
const MESSAGE_OVERHEAD_BYTES = 50

interface RelayParts {
  readonly kafka: Kafka
  readonly pool: Pool
  readonly instanceId: string
  readonly log: Logger
  readonly metrics: Metrics
  /** How often to look when nobody calls: the backstop for packs that other processes wrote. */
  readonly pollMillis?: number
}

export interface Relay {
  /** Something was put into the outbox: look now rather than at the next poll. */
  wake(): void
  /** When the slowest shard was last looked after, in milliseconds since 1970. */
  lastTurnAt(): number
  /** Sends what is unsent, then gives the leases back. */
  stop(): Promise<void>
}

export function startRelay({ kafka, pool, instanceId, log, metrics, pollMillis = 200 }: RelayParts): Relay {
  const stopping = new AbortController()
  const alarms = Array.from({ length: SHARDS }, () => createAlarm())
  const turnedAt = alarms.map(() => Date.now())
  const loops = alarms.map((alarm, shard) => leadWhileRunning(shard, alarm))

  return {
    wake() {
      for (const alarm of alarms) alarm.ring()
    },
    lastTurnAt: () => Math.min(...turnedAt),
    async stop() {
      stopping.abort()
      for (const alarm of alarms) alarm.ring()
      await Promise.all(loops)
    },
  }

  async function leadWhileRunning(shard: number, alarm: Alarm): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        if (await claimLease(pool, shard, instanceId)) await lead(shard, alarm)
        else await alarm.sleep(RENEW_MILLIS)
        turnedAt[shard] = Date.now()
      } catch (error) {
        metrics.retriesTotal.inc({ stage: 'relay' })
        log.warn({ err: error, shard }, 'the relay of a shard was interrupted; it is taken up again')
        await delay(RETRY_MILLIS, undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
  }

  /** Leads the shard until the lease is lost or the process stops; throws on any fault, and whoever leads next goes on. */
  async function lead(shard: number, alarm: Alarm): Promise<void> {
    const producer = createTransactionalProducer(kafka, `tollgate-relay-${shard}`)
    await producer.connect()
    try {
      await fencePredecessor(producer)
      let renewAt = Date.now() + RENEW_MILLIS
      for (;;) {
        if (Date.now() >= renewAt) {
          if (!(await claimLease(pool, shard, instanceId))) return
          renewAt = Date.now() + RENEW_MILLIS
          metrics.outboxPacks.set({ shard: String(shard) }, await countPacks(pool, shard))
        }
        const packs = await readPacks(pool, shard, PACKS_AT_ONCE)
        if (packs.length > 0) await publish(producer, packs)
        // Others may go on writing: who stops sends what was there, and leaves the rest to a successor.
        if (stopping.signal.aborted) break
        if (packs.length === 0) await alarm.sleep(pollMillis)
        turnedAt[shard] = Date.now()
      }
      await releaseLease(pool, shard, instanceId)
    } finally {
      metrics.outboxPacks.remove({ shard: String(shard) })
      await producer.disconnect().catch(() => {})
    }
  }

  /** The first transaction initialises the producer's epoch at the broker, after which the predecessor's sends fail. */
  async function fencePredecessor(producer: Producer): Promise<void> {
    const transaction = await producer.transaction()
    await transaction.abort()
  }

  async function publish(producer: Producer, packs: readonly UnsentPack[]): Promise<void> {
    const parts = partsBySize(packs.flatMap((pack) => decodePack(pack.messages))).map(asTopicMessages)
    const transaction = await producer.transaction()
    try {
      for (const topicMessages of parts) await transaction.sendBatch({ acks: -1, topicMessages })
      await transaction.commit()
    } catch (error) {
      await transaction.abort().catch(() => {})
      throw error
    }
    await deletePacks(
      pool,
      packs.map(({ packId }) => packId),
    )
    for (const { topic, messages } of parts.flat()) metrics.relayPublishedTotal.inc({ topic }, messages.length)
  }
}

function partsBySize(messages: readonly OutboxMessage[]): OutboxMessage[][] {
  const parts: OutboxMessage[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const message of messages) {
    const size = sizeOf(message)
    if (bytes + size > SEND_BYTES) {
      parts.push([])
      bytes = 0
    }
    parts.at(-1)!.push(message)
    bytes += size
  }
  return parts
}

function sizeOf({ key, value, headers }: OutboxMessage): number {
  let size = MESSAGE_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0)
  for (const name in headers) size += name.length * 3 + headers[name]!.length
  return size
}

function asTopicMessages(messages: readonly OutboxMessage[]): TopicMessages[] {
  const byTopic = new Map<string, TopicMessages>()
  for (const { topic, key, value, headers } of messages) {
    const ofTopic = byTopic.get(topic) ?? { topic, messages: [] }
    byTopic.set(topic, ofTopic)
    ofTopic.messages.push({ key: asBuffer(key), value: asBuffer(value), headers: headers as Record<string, Buffer> })
  }
  return [...byTopic.values()]
}

interface Alarm {
  ring(): void
  /** Until it rings, or rang since the last sleep, or the time is over. */
  sleep(millis: number): Promise<void>
}

function createAlarm(): Alarm {
  let rang = false
  let wake: (() => void) | null = null
  return {
    ring() {
      rang = true
      wake?.()
    },
    async sleep(millis) {
      if (!rang) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, millis)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      wake = null
      rang = false
    },
  }
}

function asBuffer(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
