/** What a leadership has, and the lease that it lasts for. */
import { setTimeout as delay } from 'node:timers/promises'
import type { KafkaClient } from '../platform/kafka/client.ts'
import type { Fence, FencedSender } from '../platform/kafka/fenced-sender.ts'
import type { Pool } from '../platform/postgres.ts'
import { pause } from '../platform/retry.ts'
import type { Alarm } from './alarm.ts'
import { type Holder, LEASE_SECONDS, RENEW_MILLIS } from './leases.ts'
import type { Lane } from './messages.ts'
import { countPacks } from './packs.ts'

/** A lease is taken for over so much before it is: the clocks of two nodes tick alike, but not quite. */
const LEASE_MARGIN_MILLIS = 500

/** What the relay tells of itself, for metrics. */
export interface RelayReport {
  published(topic: string, messages: number): void
  /** Packs that wait in a channel led here; null when it is led here no longer. */
  waiting(channel: Channel, packs: number | null): void
  /** A lane could not be served, and is taken up again. */
  interrupted(): void
}

export interface Channel {
  readonly shard: number
  readonly lane: Lane
}

/** The live view as the relay feeds it. Nothing here throws or waits for long: the view may fail at any time. */
export interface ViewSink {
  /** This process leads the shard from now on; nobody else may vouch for its view. */
  lead(shard: number): void
  resign(shard: number): void
  /** False if the view did not take all of it. */
  apply(shard: number, changes: readonly Buffer[]): Promise<boolean>
  /**
   * Call it once everything committed by `knownAtMs` (monotonic clock) has been applied or counted as missed: it writes
   * the heartbeat or starts a rebuild.
   */
  beat(shard: number, knownAtMs: number): Promise<void>
}

export interface Leadership {
  readonly kafka: KafkaClient
  readonly pool: Pool
  readonly report: RelayReport
  readonly signal: AbortSignal
  readonly lane: Lane
  /** Whose leases they are. */
  readonly holder: Holder
  readonly shards: readonly number[]
  /** When the leases were asked for, by this process's monotonic clock. */
  readonly claimedAt: number
  /** Renews them, and takes what else is free. Says which are held. */
  readonly renew: () => Promise<readonly number[]>
  readonly view: ViewSink | null
  readonly leadForMillis: number
  readonly state: {
    readonly alarm: Alarm
    lastTurnAt: number
    /** When the outbox was last empty, or something was published, in milliseconds since 1970. */
    lastGoodAt: number
  }
}

export interface Lease {
  /** Whether it is certainly ours, and always was. */
  isHeld(): boolean
  /** Other shards than at first are held by now, or it had run out. */
  hasChanged(): boolean
  /** Resolves once no renewal is under way any more. */
  stop(): Promise<void>
}

/** A leadership whose predecessors are fenced. */
export interface Leading extends Leadership {
  readonly sender: FencedSender
  /** By shard. */
  readonly fences: ReadonlyMap<number, Fence>
  readonly lease: Lease
  /** When the leadership has lasted long enough, by this process's monotonic clock. */
  readonly until: number
}

/** Renewed beside the turns, however long one takes. */
export function keepLease({ renew: askFor, claimedAt, shards, lane, pool, report, state }: Leadership): Lease {
  const stopping = new AbortController()
  const { signal } = stopping
  const lastsMillis = LEASE_SECONDS * 1000 - LEASE_MARGIN_MILLIS
  let heldUntil = claimedAt + lastsMillis
  let hasChanged = false
  const renew = async () => {
    const askedAt = performance.now()
    const held = await askFor()
    if (signal.aborted) return
    // One that had run out may have been another's meanwhile, who has sent some of it again: this leadership is over.
    const isKept = performance.now() < heldUntil && shards.every((shard) => held.includes(shard))
    heldUntil = isKept ? askedAt + lastsMillis : Number.NEGATIVE_INFINITY
    hasChanged = !isKept || held.length !== shards.length
    if (hasChanged) state.alarm.ring()
  }
  let isCounting = false
  /** Beside the renewals, which must not wait for it. */
  const count = async () => {
    if (isCounting) return
    isCounting = true
    try {
      for (const [shard, packs] of await countPacks(pool, lane, shards)) {
        if (!signal.aborted) report.waiting({ shard, lane }, packs)
      }
    } finally {
      isCounting = false
    }
  }
  const keep = async () => {
    while (!signal.aborted) {
      await pause(RENEW_MILLIS, signal)
      if (signal.aborted) return
      // Either that fails is asked for again; the lease runs out meanwhile, and turns look at that.
      count().catch(() => {})
      await renew().catch(() => {})
    }
  }
  const keeping = keep()
  return {
    isHeld: () => performance.now() < heldUntil,
    hasChanged: () => hasChanged,
    async stop() {
      stopping.abort()
      // A database that does not answer holds up nobody for long: then the lease runs out.
      await Promise.race([keeping, delay(LEASE_SECONDS * 1000, undefined, { ref: false })])
    },
  }
}

/** Seen by whoever was about to send. Another may lead by now, and goes on from the lowest pack. */
export class LeaseOver extends Error {
  override readonly name = 'LeaseOver'

  constructor(lane: Lane) {
    super(`lane ${lane}: the lease ran out, or was lost, before this was sent`)
  }
}
