/** The numbers operators watch, in a registry of their own so that several instances live in one process. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  readonly registry: Registry
  readonly eventsTotal: Counter<'outcome'>
  readonly batchesTotal: Counter
  readonly batchEvents: Histogram
  readonly batchSeconds: Histogram
  readonly deadLettersTotal: Counter<'reason'>
  readonly outboxPacks: Gauge<'shard' | 'lane'>
  readonly relayPublishedTotal: Counter<'topic'>
  readonly consumerLag: Gauge<'topic'>
  readonly partitionStopped: Gauge<'partition'>
  readonly retriesTotal: Counter<'stage'>
  readonly awaitedCorrections: Gauge
  readonly awaitedCorrectionsOldestSeconds: Gauge
  readonly awaitedCorrectionsExpiredTotal: Counter
  readonly viewMissesTotal: Counter<'shard'>
  readonly viewRebuildsTotal: Counter<'result'>
  readonly viewTrusted: Gauge<'shard'>
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'tollgate_' })
  return {
    registry,
    eventsTotal: new Counter({
      name: 'tollgate_events_total',
      help: 'Usage events decided, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    batchesTotal: new Counter({ name: 'tollgate_batches_total', help: 'Batches committed to the ledger', registers }),
    batchEvents: new Histogram({
      name: 'tollgate_batch_events',
      help: 'Messages in one batch',
      buckets: [1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000],
      registers,
    }),
    batchSeconds: new Histogram({
      name: 'tollgate_batch_seconds',
      help: 'Seconds from a batch being cut to its commit in the database',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    deadLettersTotal: new Counter({
      name: 'tollgate_dead_letters_total',
      help: 'Messages sent to the dead-letter topic, by reason',
      labelNames: ['reason'],
      registers,
    }),
    outboxPacks: new Gauge({
      name: 'tollgate_outbox_packs',
      help: 'Packs in the outbox that the broker does not have yet, of the shards and lanes led here',
      labelNames: ['shard', 'lane'],
      registers,
    }),
    relayPublishedTotal: new Counter({
      name: 'tollgate_relay_published_total',
      help: 'Messages the broker acknowledged, by topic',
      labelNames: ['topic'],
      registers,
    }),
    consumerLag: new Gauge({
      name: 'tollgate_consumer_lag',
      help: 'Messages in the assigned partitions that are not in the ledger yet, by topic',
      labelNames: ['topic'],
      registers,
    }),
    partitionStopped: new Gauge({
      name: 'tollgate_partition_stopped',
      help: '1 for a partition number that stopped at an event that meets a bug; a mended release has to be started',
      labelNames: ['partition'],
      registers,
    }),
    retriesTotal: new Counter({
      name: 'tollgate_retries_total',
      help: 'Transient faults that were retried, by stage',
      labelNames: ['stage'],
      registers,
    }),
    awaitedCorrections: new Gauge({
      name: 'tollgate_awaited_corrections',
      help: 'Corrections that wait for the event they take back',
      registers,
    }),
    awaitedCorrectionsOldestSeconds: new Gauge({
      name: 'tollgate_awaited_corrections_oldest_seconds',
      help: 'For how long the oldest of them has waited; 0 when none does',
      registers,
    }),
    awaitedCorrectionsExpiredTotal: new Counter({
      name: 'tollgate_awaited_corrections_expired_total',
      help: 'Corrections given up because their event never came',
      registers,
    }),
    viewMissesTotal: new Counter({
      name: 'tollgate_view_misses_total',
      help: 'Times that changes did not reach the live view, by shard; each is mended by a rebuild',
      labelNames: ['shard'],
      registers,
    }),
    viewRebuildsTotal: new Counter({
      name: 'tollgate_view_rebuilds_total',
      help: 'Rebuilds of the live view by this process, by result',
      labelNames: ['result'],
      registers,
    }),
    viewTrusted: new Gauge({
      name: 'tollgate_view_trusted',
      help: '1 while answers come from the live view, 0 while the database answers, of the shards led here',
      labelNames: ['shard'],
      registers,
    }),
  }
}
