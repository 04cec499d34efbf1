/**
 * The relay carries the outbox to Kafka, and on the way to the live view: at least once, in order per account, without a
 * gap.
 *
 * Per shard and lane, its channel, there is one leader, by a lease in the database. Its producer has a transactional id
 * that belongs to the channel, and starting it fences whoever led before; only then are packs read. So a leader that was
 * paused past its lease cannot append an old `blocked` after its successor's `active`, which compaction would keep for
 * good. The lanes go their own pace: what trails in `record` never holds up what is awaited in `now`.
 *
 * Packs leave the outbox once every partition they went to has acknowledged them. Until then they are sent again, by a new
 * producer: consumers drop what is not newer.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Kafka, Producer } from 'kafkajs'
import { createTransactionalProducer, type RecordSet, readPartitionCounts, sendRecordSets } from '../platform/kafka.ts'
import type { Logger } from '../platform/log.ts'
import type { Pool } from '../platform/postgres.ts'
import { claimLease, LEASE_SECONDS, releaseLease } from './leases.ts'
import { LANES, type Lane, SHARDS } from './messages.ts'
import { decodePack, decompressPack, type PackedRecord } from './pack.ts'
import { type Channel, countPacks, deletePacks, readPacks, type UnsentPack } from './packs.ts'
import { recordSets } from './record-sets.ts'

const RENEW_MILLIS = (LEASE_SECONDS * 1000) / 3
/** All in memory at once, twice over: as bytes and as messages. */
const PACKS_AT_ONCE: Record<Lane, number> = { now: 32, record: 8 }
/** How often to look when nobody calls: the backstop for packs that other processes wrote. */
const POLL_MILLIS: Record<Lane, number> = { now: 200, record: 500 }
const RETRY_MILLIS = 500

interface RelayParts {
  readonly kafka: Kafka
  readonly pool: Pool
  readonly instanceId: string
  readonly log: Logger
  readonly report: RelayReport
  readonly lanes?: readonly Lane[]
  /** Null: what is meant for the live view is noted as missed. */
  readonly view?: ViewSink | null
}

/** What the relay tells of itself, for metrics. */
export interface RelayReport {
  published(topic: string, messages: number): void
  /** Packs that wait in a channel led here; null when it is led here no longer. */
  waiting(channel: Channel, packs: number | null): void
  /** A channel could not be served, and is taken up again. */
  interrupted(): void
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

export function startRelay({ kafka, pool, instanceId, log, report, lanes = LANES, view = null }: RelayParts): Relay {
  const stopping = new AbortController()
  const turns = Array.from({ length: SHARDS }, (_, shard) =>
    lanes.map((lane) => ({ channel: { shard, lane }, alarm: createAlarm(), lastAt: Date.now() })),
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
        report.interrupted()
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
          report.waiting(channel, await countPacks(pool, channel))
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
      report.waiting(channel, null)
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
    const whole = await Promise.all(packs.map(({ messages }) => decompressPack(messages)))
    const records = whole.flatMap(decodePack)
    const requests = await setsOf(producer, records)
    if (requests.length > 0) {
      const transaction = await producer.transaction()
      try {
        for (const sets of requests) await sendRecordSets(transaction, sets)
        await transaction.commit()
      } catch (error) {
        await transaction.abort().catch(() => {})
        throw error
      }
    }
    const packIds = packs.map(({ packId }) => packId)
    await deletePacks(pool, channel, packIds, await viewed)
    for (const { topic, count } of requests.flat()) report.published(topic, count)
  }

  async function setsOf(producer: Producer, records: readonly PackedRecord[]): Promise<RecordSet[][]> {
    const counts = await readPartitionCounts(producer, [...new Set(records.map(({ topic }) => topic))])
    return recordSets(records, (topic) => counts.get(topic)!)
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
