/** The relay: sends the outbox to Kafka and to the live view, each lane at its own pace. */
import type { RelayReport } from '../outbox/leadership.ts'
import { startRecordRelay } from '../outbox/record-relay.ts'
import { type Relay, startRelay } from '../outbox/relay.ts'
import type { Problem } from '../platform/http.ts'
import { createKafka } from '../platform/kafka/client.ts'
import { counter, gauge, type Registry, retriesCounter } from '../platform/metrics.ts'
import { createPool } from '../platform/postgres.ts'
import { createViewFeed } from '../view/feed.ts'
import { defineRole } from './role.ts'

/** A relay that has not read the outbox for this long is stuck and should be restarted. */
const STUCK_AFTER_MS = 60_000

export const relayRole = defineRole({
  name: 'relay',
  sections: ['process', 'log', 'kafka', 'database', 'redis', 'relay'],
  usesTopics: true,
  async start(config, { log, registry, outboxBell, onFatal }) {
    await using starting = new AsyncDisposableStack()
    const pool = createPool(config.database.url, log, config.relay.connections)
    starting.defer(() => pool.end())
    const view = createViewFeed({ redisUrl: config.redis.url, pool, log, registry })
    starting.defer(() => view.stop())

    const report = relayReport(registry)
    const { instanceId } = config.process
    const kafka = createKafka(config.kafka, log)
    const relays = [
      startRelay({ kafka, pool, instanceId, log, report, lanes: ['now'], view }),
      startRecordRelay({ config, report, onFatal }),
    ]
    starting.defer(async () => {
      await Promise.all(relays.map((relay) => relay.stop()))
    })
    outboxBell.onRing(() => {
      for (const relay of relays) relay.wake()
    })

    const running = starting.move()
    return {
      health: () => stuck(relays),
      degraded: () => [],
      readiness: () => null,
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})

function stuck(relays: readonly Relay[]): Problem | null {
  const isStuck = relays.some((relay) => Date.now() - relay.lastTurnAt() > STUCK_AFTER_MS)
  return isStuck ? { reason: 'the relay has not looked at the outbox for a minute' } : null
}

function relayReport(registry: Registry): RelayReport {
  const outboxPacks = gauge(registry, {
    name: 'tollgate_outbox_packs',
    help: 'Packs in the outbox that are not published yet, of the shards and lanes that this process leads',
    labelNames: ['shard', 'lane'],
  })
  const publishedTotal = counter(registry, {
    name: 'tollgate_relay_published_total',
    help: 'Messages the broker acknowledged, by topic',
    labelNames: ['topic'],
  })
  const retriesTotal = retriesCounter(registry)
  return {
    published: (topic, messages) => publishedTotal.inc({ topic }, messages),
    waiting: ({ shard, lane }, packs) => {
      const labels = { shard: String(shard), lane }
      if (packs === null) outboxPacks.remove(labels)
      else outboxPacks.set(labels, packs)
    },
    interrupted: () => retriesTotal.inc({ stage: 'relay' }),
  }
}
