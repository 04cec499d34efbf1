/**
 * The relay carries the outbox to Kafka, and on the way to the live view: at least once, in order per account, without a
 * gap.
 *
 * Of each shard and lane there is one leader, by a lease in the database (`leases.ts`). It sends under an id that belongs to
 * the shard and lane, and taking that over fences whoever led before; only then are packs read. So a leader that was paused
 * past its lease cannot append an old `blocked` after its successor's `active`, which compaction would keep for good. One
 * loop a lane serves all shards that are led here (`turns.ts`): as many processes as there are may share them, and one alone
 * needs no more requests for four shards than for one. The lanes go their own pace: what trails in `record` never holds up
 * what is awaited in `now`.
 *
 * Any failure ends a leadership. Whoever leads next, mostly the same process a moment later, goes on from the lowest pack:
 * consumers drop what is not newer.
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
  RENEW_MILLIS,
  releaseLeases,
  renewLeases,
} from './leases.ts'
import { LANES, type Lane, SHARDS } from './messages.ts'

const BACKOFF = { firstMs: 500, maxMs: 500 }
/** Who cannot publish for so long gives its leases up, for it may be the only one that cannot. */
const GIVE_UP_MILLIS = 10_000
/** And stands back for so long: several times what another relay takes to notice. */
const STAND_BACK_MILLIS = 5_000

const ALL_SHARDS = Array.from({ length: SHARDS }, (_, shard) => shard)

interface RelayParts {
  readonly kafka: KafkaClient
  readonly pool: Pool
  readonly instanceId: string
  readonly log: Logger
  readonly report: RelayReport
  readonly lanes?: readonly Lane[]
  /** Null: what is meant for the live view is noted as missed. */
  readonly view?: ViewSink | null
  /** A leadership is begun anew after so long, lest the broker forget the ids that its fencing rests on. */
  readonly leadForMillis?: number
}

export interface Relay {
  /** Something was put into the outbox: look now rather than at the next poll. */
  wake(): void
  /** When the slowest lane was last looked after, in milliseconds since 1970. */
  lastTurnAt(): number
  /** Sends what is unsent, then gives the leases back. */
  stop(): Promise<void>
}

/** The brokers keep an id without transactions for a week, and what it wrote to a partition for a day. */
const LEAD_FOR_MILLIS = 6 * 60 * 60_000

export function startRelay({
  kafka,
  pool,
  instanceId,
  log,
  report,
  lanes = LANES,
  view = null,
  leadForMillis = LEAD_FOR_MILLIS,
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
          // Nothing could be sent by it, so nothing was held up by it.
          state.lastGoodAt = Date.now()
          await pause(RENEW_MILLIS, signal)
          continue
        }
        await leadShards({
          ...{ kafka, pool, report, signal, lane, shards, claimedAt, leadForMillis, state, holder },
          renew: () => renewAndClaim(lane, shards, holder),
          view: lane === 'now' ? view : null,
        })
        if (signal.aborted) await releaseLeases(pool, lane, shards, instanceId)
      } catch (error) {
        report.interrupted()
        log.warn({ err: error, lane }, 'the relay of a lane was interrupted; it is taken up again')
        await pause(retryWaitMs(BACKOFF, 1), signal)
        if (Date.now() - state.lastGoodAt > GIVE_UP_MILLIS) await standBack(lane)
      }
    }
  }

  /** The shards that are not led have to be claimed now and then, for whoever had them may be gone. */
  async function renewAndClaim(lane: Lane, shards: readonly number[], holder: Holder): Promise<number[]> {
    const held = await renewLeases(pool, lane, shards, holder)
    const others = ALL_SHARDS.filter((shard) => !shards.includes(shard))
    return others.length === 0 ? held : [...held, ...(await claimExpiredLeases(pool, lane, others, holder))]
  }

  async function standBack(lane: Lane): Promise<void> {
    log.warn({ lane }, 'nothing could be published for ten seconds: another relay may take over')
    try {
      await releaseLeases(pool, lane, ALL_SHARDS, instanceId)
      await pause(STAND_BACK_MILLIS, signal)
    } catch (error) {
      log.debug({ err: error, lane }, 'the leases were not given back; they run out by themselves')
    }
  }
}
