/**
 * The relay carries the outbox to Kafka, and on the way to the live view: at least once, in order per account, without a
 * gap.
 *
 * Per shard and lane, its channel, there is one leader, by a lease in the database. Its producer has a transactional id
 * that belongs to the channel, and starting it fences whoever led before; only then are packs read. So a leader that was
 * paused past its lease cannot append an old `blocked` after its successor's `active`, which compaction would keep for
 * good. The lanes go their own pace: what trails in `record` never holds up what is awaited in `now`.
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
import { type Headers, LANES, type Lane, type OutboxMessage, SHARDS } from './messages.ts'
import { decodePack } from './pack.ts'
import { type Channel, countPacks, deletePacks, readPacks, type UnsentPack } from './packs.ts'

const RENEW_MILLIS = (LEASE_SECONDS * 1000) / 3
/** All in memory at once, twice over: as bytes and as messages. */
const PACKS_AT_ONCE: Record<Lane, number> = { now: 32, record: 8 }
/** How often to look when nobody calls: the backstop for packs that other processes wrote. */
const POLL_MILLIS: Record<Lane, number> = { now: 200, record: 500 }
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
  /** Null: what is meant for the live view is noted as missed. */
  readonly view?: ViewSink | null
}

/** Where the live view is fed. None of it throws: the view may fail at any time, and nothing waits for it for long. */
export interface ViewSink {
  lead(shard: number): void
  resign(shard: number): void
  /** False when the view did not take all of it. */
  apply(shard: number, changes: readonly Buffer[]): Promise<boolean>
  /** The view of the shard has all there is to have. */
  beat(shard: number): Promise<void>
}

export interface Relay {
  /** Something was put into the outbox: look now rather than at the next poll. */
  wake(): void
  /** When the slowest shard was last looked after, in milliseconds since 1970. */
  lastTurnAt(): number
  /** Sends what is unsent, then gives the leases back. */
  stop(): Promise<void>
}

export function startRelay({ kafka, pool, instanceId, log, metrics, view = null }: RelayParts): Relay {
  const stopping = new AbortController()
  const turns = Array.from({ length: SHARDS }, (_, shard) =>
    LANES.map((lane) => ({ channel: { shard, lane }, alarm: createAlarm(), lastAt: Date.now() })),
  ).flat()
  const loops = turns.map(leadWhileRunning)

  return {
    wake() {
      for (const { alarm } of turns) alarm.ring()
    },
    lastTurnAt: () => Math.min(...turns.map(({ lastAt }) => lastAt)),
    async stop() {
      stopping.abort()
      for (const { alarm } of turns) alarm.ring()
      await Promise.all(loops)
    },
  }

  async function leadWhileRunning(turn: Turn): Promise<void> {
    const { channel, alarm } = turn
    while (!stopping.signal.aborted) {
      try {
        if (await claimLease(pool, channel, instanceId)) await lead(turn)
        else await alarm.sleep(RENEW_MILLIS)
        turn.lastAt = Date.now()
      } catch (error) {
        metrics.retriesTotal.inc({ stage: 'relay' })
        log.warn({ err: error, ...channel }, 'the relay of a shard was interrupted; it is taken up again')
        await delay(RETRY_MILLIS, undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
  }

  /** Leads until the lease is lost or the process stops; throws on any fault, and whoever leads next goes on. */
  async function lead(turn: Turn): Promise<void> {
    const { channel, alarm } = turn
    const { shard, lane } = channel
    const feedsView = lane === 'now' && view !== null
    const labels = { shard: String(shard), lane }
    const producer = createTransactionalProducer(kafka, `tollgate-relay-${shard}-${lane}`)
    await producer.connect()
    try {
      await fencePredecessor(producer)
      if (feedsView) view.lead(shard)
      let renewAt = Date.now() + RENEW_MILLIS
      for (;;) {
        if (Date.now() >= renewAt) {
          if (!(await claimLease(pool, channel, instanceId))) return
          renewAt = Date.now() + RENEW_MILLIS
          metrics.outboxPacks.set(labels, await countPacks(pool, channel))
        }
        const packs = await readPacks(pool, channel, PACKS_AT_ONCE[lane])
        if (packs.length > 0) await publish(producer, channel, packs)
        const isDrained = packs.length < PACKS_AT_ONCE[lane]
        if (feedsView && isDrained) await view.beat(shard)
        // Others may go on writing: who stops sends what was there, and leaves the rest to a successor.
        if (stopping.signal.aborted) break
        if (packs.length === 0) await alarm.sleep(POLL_MILLIS[lane])
        turn.lastAt = Date.now()
      }
      await releaseLease(pool, channel, instanceId)
    } finally {
      if (feedsView) view.resign(shard)
      metrics.outboxPacks.remove(labels)
      await producer.disconnect().catch(() => {})
    }
  }

  /** The first transaction initialises the producer's epoch at the broker, after which the predecessor's sends fail. */
  async function fencePredecessor(producer: Producer): Promise<void> {
    const transaction = await producer.transaction()
    await transaction.abort()
  }

  async function publish(producer: Producer, channel: Channel, packs: readonly UnsentPack[]): Promise<void> {
    const viewed = toView(channel, packs)
    const parts = partsBySize(packs.flatMap((pack) => decodePack(pack.messages))).map(asTopicMessages)
    if (parts.length > 0) {
      const transaction = await producer.transaction()
      try {
        for (const topicMessages of parts) await transaction.sendBatch({ acks: -1, topicMessages })
        await transaction.commit()
      } catch (error) {
        await transaction.abort().catch(() => {})
        throw error
      }
    }
    const packIds = packs.map(({ packId }) => packId)
    await deletePacks(pool, channel, packIds, await viewed)
    for (const { topic, messages } of parts.flat()) metrics.relayPublishedTotal.inc({ topic }, messages.length)
  }

  /** Beside the sending to Kafka, as neither waits for the other: what the view shows is committed either way. */
  async function toView({ shard }: Channel, packs: readonly UnsentPack[]): Promise<boolean> {
    const changes = packs.flatMap(({ viewChanges }) => viewChanges ?? [])
    if (changes.length === 0) return true
    return view !== null && (await view.apply(shard, changes))
  }
}

interface Turn {
  readonly channel: Channel
  readonly alarm: Alarm
  lastAt: number
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

function sizeOf({ key, value, sharedHeaders, headers }: OutboxMessage): number {
  const ownBytes = (key?.length ?? 0) + (value?.length ?? 0)
  return MESSAGE_OVERHEAD_BYTES + ownBytes + sizeOfHeaders(sharedHeaders) + sizeOfHeaders(headers)
}

/** A name may take three bytes a character; ours take one. */
function sizeOfHeaders(headers: Headers): number {
  let size = 0
  for (const name in headers) size += name.length * 3 + headers[name]!.length
  return size
}

function asTopicMessages(messages: readonly OutboxMessage[]): TopicMessages[] {
  const byTopic = new Map<string, TopicMessages>()
  for (const { topic, key, value, sharedHeaders, headers } of messages) {
    const ofTopic = byTopic.get(topic) ?? { topic, messages: [] }
    byTopic.set(topic, ofTopic)
    const all = { ...sharedHeaders, ...headers } as Record<string, Buffer>
    ofTopic.messages.push({ key: asBuffer(key), value: asBuffer(value), headers: all })
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
