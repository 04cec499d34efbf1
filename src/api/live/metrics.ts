/** Metrics of live streams. */
import { counter, gauge, type Registry } from '../../platform/metrics.ts'

/** The metrics of live streams in a registry. */
export function liveMetrics(registry: Registry) {
  return {
    open: gauge(registry, { name: 'tollgate_live_streams', help: 'Open streams of live updates' }),
    heard: gauge(registry, {
      name: 'tollgate_live_accounts_heard',
      help: 'Followed accounts whose updates come from the live view; those of the others are read from the database every second',
    }),
    updates: counter(registry, {
      name: 'tollgate_live_updates_total',
      help: 'Updates of followed accounts that were new, by source: the live view, or the database in its place',
      labelNames: ['source'],
    }),
    events: counter(registry, {
      name: 'tollgate_live_events_total',
      help: 'Events sent to streams of live updates, by event',
      labelNames: ['event'],
    }),
    ended: counter(registry, {
      name: 'tollgate_live_streams_ended_total',
      help: 'Streams of live updates that ended, by reason',
      labelNames: ['reason'],
    }),
  }
}
