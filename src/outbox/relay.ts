/**
 * The relay sends the outbox to Kafka and to the live view: at least once, in order per account, without gaps.
 *
 * Each shard and lane has one leader, by a lease in the database (`leases.ts`). The leader sends with a producer id
 * that belongs to the shard and lane. Taking over the id fences the previous leader, and only then are packs read. So a
 * leader that was paused past its lease cannot append an old `blocked` after its successor's `active`, which compaction
 * would keep for ever. One loop per lane serves all shards led here (`turns.ts`): any number of processes may share the
 * shards, and a single process needs no more requests for four shards than for one. Each lane has its own pace, so a
 * backlog in `record` never delays `now`.
 *
 * Any failure ends a leadership. The next leader, usually the same process a moment later, continues from the lowest
 * pack. Consumers ignore what is not newer.
 */
import type { KafkaClient } from '../platform/kafka/client.ts'
import type { Logger } from '../platform/log.ts'
import type { Pool } from '../platform/postgres.ts'
import { pause, retryWaitMs } from '../platform/retry.ts'
import { createAlarm } from './alarm.ts'
import { leadShards } from './lead.ts'
import type { Leadership, RelayReport, ViewSink } from './leadership.ts'
import {
  claimExpiredLeases,
  claimLeases,
  type Holder,
  newHolder,
  RENEW_MS,
  releaseLeases,
  renewLeases,
} from './leases.ts'
import { LANES, type Lane, SHARDS } from './messages.ts'

const BACKOFF = { firstMs: 500, maxMs: 500 }
/** A leader that cannot publish for this long releases its leases, because other processes may be able to. */
const GIVE_UP_MS = 10_000
/** Then it waits for this long: several times as long as another relay needs to notice. */
const STAND_BACK_MS = 5_000

const ALL_SHARDS = Array.from({ length: SHARDS }, (_, shard) => shard)

interface RelayParts {
  readonly kafka: KafkaClient
  readonly pool: Pool
  readonly instanceId: string
  readonly log: Logger
  readonly report: RelayReport
  readonly lanes?: readonly Lane[]
  /** Null: changes for the live view are noted as missed. */
  readonly view?: ViewSink | null
  /**
   * A leadership is renewed after this time, so that the broker does not forget the producer ids that fencing needs.
   */
  readonly leadForMs?: number
}

/** A running relay. */
export interface Relay {
  /** There are new packs in the outbox: read it now and not at the next poll. */
  wake(): void
  /** When the slowest lane was last served, in milliseconds since 1970. */
  lastTurnAt(): number
  /** Sends what is unsent, then releases the leases. */
  stop(): Promise<void>
}

/** Brokers keep an idle id without transactions for a week, and its sequence numbers in a partition for a day. */
const LEAD_FOR_MS = 6 * 60 * 60_000

/** Starts a relay for the given lanes. One closure, because its loops share the lanes and the signal to stop. */
export function startRelay({
  kafka,
  pool,
  instanceId,
  log,
  report,
  lanes = LANES,
  view = null,
  leadForMs = LEAD_FOR_MS,
}: RelayParts): Relay {
  const stopping = new AbortController()
  const { signal } = stopping
  const led = lanes.map((lane) => ({ lane, alarm: createAlarm(), lastTurnAt: Date.now(), lastGoodAt: Date.now() }))
  const loops = led.map(leadWhileRunning)

  return {
    wake() {
      for (const { alarm } of led) alarm.ring()
    },
    lastTurnAt: () => Math.min(...led.map(({ lastTurnAt }) => lastTurnAt)),
    async stop() {
      stopping.abort()
      for (const { alarm } of led) alarm.ring()
      await Promise.all(loops)
    },
  }

  async function leadWhileRunning(state: Leadership['state'] & { readonly lane: Lane }): Promise<void> {
    const { lane } = state
    while (!signal.aborted) {
      try {
        const claimedAt = performance.now()
        const holder = newHolder(instanceId)
        const shards = await claimLeases(pool, lane, ALL_SHARDS, holder)
        state.lastTurnAt = Date.now()
        if (shards.length === 0) {
          // It had nothing to send, so nothing was delayed.
          state.lastGoodAt = Date.now()
          await pause(RENEW_MS, signal)
          continue
        }
        await leadShards({
          kafka,
          pool,
          report,
          signal,
          lane,
          holder,
          shards,
          claimedAt,
          renew: () => renewAndClaim(lane, shards, holder),
          view: lane === 'now' ? view : null,
          leadForMs,
          state,
        })
      } catch (error) {
        report.interrupted()
        log.warn({ err: error, lane }, 'the relay of a lane failed; restarting it')
        await pause(retryWaitMs(BACKOFF, 1), signal)
        if (Date.now() - state.lastGoodAt > GIVE_UP_MS) await standBack(lane)
      }
    }
    await release(lane)
  }

  /** Renews the leases held, and tries to claim the others, whose leader may be gone. */
  async function renewAndClaim(lane: Lane, shards: readonly number[], holder: Holder): Promise<number[]> {
    const held = await renewLeases(pool, lane, shards, holder)
    const others = ALL_SHARDS.filter((shard) => !shards.includes(shard))
    return others.length === 0 ? held : [...held, ...(await claimExpiredLeases(pool, lane, others, holder))]
  }

  async function standBack(lane: Lane): Promise<void> {
    log.warn({ lane }, 'nothing was published for ten seconds: another relay may take over')
    if (await release(lane)) await pause(STAND_BACK_MS, signal)
  }

  /** Releases every lease of this process, also one gained at the last moment. False if the database did not answer. */
  async function release(lane: Lane): Promise<boolean> {
    try {
      await releaseLeases(pool, lane, ALL_SHARDS, instanceId)
      return true
    } catch (error) {
      log.debug({ err: error, lane }, 'the leases were not released; they will expire')
      return false
    }
  }
}
