/** Measures `tollgate serve` from a backlog on the broker until everything is recorded and published. */
import { type Figure, gather, type Row } from './figures.ts'
import type { Mix } from './mixes.ts'
import type { Drained, DrainOptions, Preloaded, Rig } from './rig.ts'

export interface EndToEndOptions extends DrainOptions {
  readonly runs: number
  readonly messages: number
}

export const RECORDED = 'recorded'
export const PUBLISHED_NOW = 'published, lane now'
export const TIMED = 'timed'
export const PUBLISHED_RECORD = 'published, lane record'

/** Progress is polled every 50 ms, so a shorter time gives no meaningful rate. */
const MIN_TIMED_SECONDS = 2

export const WHAT_IS_TIMED = `What is timed of a backlog: from the first batch recorded after every rater had joined and had its partitions, until
all events are recorded (recorded), or until the outbox is empty (published). '-': that took less than ${MIN_TIMED_SECONDS} s, too short
for a rate; a larger --events gives one.`

export async function benchEndToEnd(scenario: string, rig: Rig, mix: Mix, options: EndToEndOptions): Promise<Figure[]> {
  const preloaded = await rig.preload(mix, options.messages)
  return benchPreloaded(scenario, rig, preloaded, options)
}

export async function benchPreloaded(
  scenario: string,
  rig: Rig,
  preloaded: Preloaded,
  options: EndToEndOptions,
): Promise<Figure[]> {
  const runs: Row[][] = []
  for (let run = 0; run < options.runs; run++) {
    const drained = await rig.drain(preloaded, options)
    await rig.dropDatabase(drained.database)
    runs.push(rowsOf(drained, preloaded.messages))
  }
  return gather(scenario, runs)
}

/** Drains the same backlog in several ways, alternately, so that other load on the machine affects all of them. */
export async function benchAlternating(
  rig: Rig,
  preloaded: Preloaded,
  ways: readonly { readonly scenario: string; readonly options: DrainOptions }[],
  runs: number,
): Promise<Figure[]> {
  const rows = ways.map((): Row[][] => [])
  for (let run = 0; run < runs; run++) {
    for (const [i, { options }] of ways.entries()) {
      const drained = await rig.drain(preloaded, options)
      await rig.dropDatabase(drained.database)
      rows[i]!.push(rowsOf(drained, preloaded.messages))
    }
  }
  return ways.flatMap(({ scenario }, i) => gather(scenario, rows[i]!))
}

/** Drains a backlog, then drains it again with another consumer group into the same database: all events are duplicates. */
export async function benchDuplicates(
  scenario: string,
  rig: Rig,
  mix: Mix,
  options: EndToEndOptions,
): Promise<{ fresh: Figure[]; duplicates: Figure[] }> {
  const preloaded = await rig.preload(mix, options.messages)
  const fresh: Row[][] = []
  const duplicates: Row[][] = []
  for (let run = 0; run < options.runs; run++) {
    const first = await rig.drain(preloaded, options)
    fresh.push(speedsOf(first))
    duplicates.push(speedsOf(await rig.drain(preloaded, { ...options, database: first.database })))
    await rig.dropDatabase(first.database)
  }
  return { fresh: gather(`${scenario}, fresh`, fresh), duplicates: gather(scenario, duplicates) }
}

type Timed = Pick<Drained, 'seconds' | 'timedEvents'>

/** The rates of a run; NaN if the timed part was too short. */
function enoughEventsOf({ seconds, timedEvents }: Timed): number {
  return seconds.recorded < MIN_TIMED_SECONDS ? Number.NaN : timedEvents
}

export function speedsOf(timed: Timed): Row[] {
  const { seconds } = timed
  const events = enoughEventsOf(timed)
  return [
    [RECORDED, 'events/s', events / seconds.recorded],
    [PUBLISHED_NOW, 'events/s', events / seconds.now],
    [PUBLISHED_RECORD, 'events/s', events / seconds.record],
  ]
}

function rowsOf(drained: Drained, messages: number): Row[] {
  const { seconds, timedEvents, cpuMs, raterPeakMb, walBytes, storedBytes, batches } = drained
  return [
    ...speedsOf(drained),
    [TIMED, 'events', timedEvents],
    ['events a batch', 'events', messages / batches],
    ...[...cpuMs].map(([name, cpuMs]): Row => [`CPU of ${name}`, 'µs/event', (cpuMs * 1000) / enoughEventsOf(drained)]),
    ['CPU of all', '% of a core', [...cpuMs.values()].reduce((a, b) => a + b, 0) / 10 / seconds.record],
    ['memory of serve, peak', 'MB', raterPeakMb],
    ['WAL', 'bytes/event', walBytes / messages],
    ['stored, with indexes', 'bytes/event', storedBytes / messages],
  ]
}
