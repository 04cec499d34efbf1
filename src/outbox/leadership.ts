/** What a leadership consists of, and the lease that limits it. */
import { setTimeout as delay } from 'node:timers/promises'
import type { KafkaClient } from '../platform/kafka/client.ts'
import type { Fence, FencedSender } from '../platform/kafka/fenced-sender.ts'
import type { Pool } from '../platform/postgres.ts'
import { pause } from '../platform/retry.ts'
import type { Alarm } from './alarm.ts'
import { type Holder, LEASE_SECONDS, RENEW_MS } from './leases.ts'
import type { Lane } from './messages.ts'
import { countPacks } from './packs.ts'

/** A lease counts as over this much before it expires, because the clocks of two nodes may differ in speed. */
const LEASE_MARGIN_MS = 500

/** What the relay reports for metrics. */
export interface RelayReport {
  published(topic: string, messages: number): void
  /** The number of packs waiting in a partition of the relay that is led here. Null when it is no longer led here. */
  waiting(partition: RelayPartition, packs: number | null): void
  /** A lane failed and is started again. */
  interrupted(): void
}

/** One shard of one lane. Each has its own leader. */
export interface RelayPartition {
  readonly shard: number
  readonly lane: Lane
}

/** The live view, as the relay feeds it. No call throws or waits for long, although the view may fail at any time. */
export interface ViewSink {
  /** This process leads the shard from now on. No other process may vouch for its view. */
  lead(shard: number): void
  resign(shard: number): void
  /** Resolves to false if the view did not apply all changes. */
  apply(shard: number, changes: readonly Buffer[]): Promise<boolean>
  /**
   * Call it once everything committed by `knownAtMs` (monotonic clock) has been applied or counted as missed: it writes
   * the heartbeat or starts a rebuild.
   */
  beat(shard: number, knownAtMs: number): Promise<void>
}

/** Everything that one leadership needs. */
export interface Leadership {
  readonly kafka: KafkaClient
  readonly pool: Pool
  readonly report: RelayReport
  readonly signal: AbortSignal
  readonly lane: Lane
  /** The holder of the leases. */
  readonly holder: Holder
  readonly shards: readonly number[]
  /** When the leases were requested, by this process's monotonic clock. */
  readonly claimedAt: number
  /** Renews the leases and claims others that are free. Resolves to the shards whose lease is held. */
  readonly renew: () => Promise<readonly number[]>
  readonly view: ViewSink | null
  readonly leadForMs: number
  readonly state: {
    readonly alarm: Alarm
    lastTurnAt: number
    /** When the outbox was last empty or something was published, in milliseconds since 1970. */
    lastGoodAt: number
  }
}

/** The leases of one leadership. */
export interface Lease {
  /** Whether the lease is certainly held, and was held without a gap. */
  isHeld(): boolean
  /** Whether the shards held differ from those at the start, or the lease had expired. */
  hasChanged(): boolean
  /** Resolves when no renewal is in flight. */
  stop(): Promise<void>
}

/** A leadership that has fenced its predecessors. */
export interface Leading extends Leadership {
  readonly sender: FencedSender
  /** By shard. */
  readonly fences: ReadonlyMap<number, Fence>
  readonly lease: Lease
  /** When the leadership has lasted long enough, by this process's monotonic clock. */
  readonly until: number
}

/** Renews the lease in the background, however long a turn takes. */
export function keepLease({ renew: askFor, claimedAt, shards, lane, pool, report, state }: Leadership): Lease {
  const stopping = new AbortController()
  const { signal } = stopping
  const leaseMs = LEASE_SECONDS * 1000 - LEASE_MARGIN_MS
  let heldUntil = claimedAt + leaseMs
  let hasChanged = false
  const renew = async () => {
    const askedAt = performance.now()
    const held = await askFor()
    if (signal.aborted) return
    // If it had expired, another process may have led meanwhile and sent some packs again. Then this leadership is
    // over.
    const isKept = performance.now() < heldUntil && shards.every((shard) => held.includes(shard))
    heldUntil = isKept ? askedAt + leaseMs : Number.NEGATIVE_INFINITY
    // Later renewals no longer name a gained shard, as only free leases are claimed. Nobody leads it until this leadership
    // ends, so the change is kept.
    hasChanged ||= !isKept || held.length !== shards.length
    if (hasChanged) state.alarm.ring()
  }
  let isCounting = false
  /** Runs beside the renewals, which must not wait for it. */
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
      await pause(RENEW_MS, signal)
      if (signal.aborted) return
      // If either fails it is tried again next time. The lease expires meanwhile, which every turn checks.
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
      // Do not wait for ever for a database that does not answer: the lease expires.
      await Promise.race([keeping, delay(LEASE_SECONDS * 1000, undefined, { ref: false })])
    },
  }
}

/** Thrown right before sending. Another process may lead by now, and continues from the lowest pack. */
export class LeaseOver extends Error {
  override readonly name = 'LeaseOver'

  constructor(lane: Lane) {
    super(`lane ${lane}: the lease expired or was lost before sending`)
  }
}
