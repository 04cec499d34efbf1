/**
 * `npm run bench`: measures this machine and prints a table and JSON, with the limits measured in the same run.
 * `npm run bench -- --help` lists what can be measured.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { benchBacklog } from './backlog.ts'
import { benchDecode } from './decode.ts'
import {
  benchAlternating,
  benchDuplicates,
  benchEndToEnd,
  PUBLISHED_NOW,
  RECORDED,
  WHAT_IS_TIMED,
} from './end-to-end.ts'
import { benchExport } from './export.ts'
import { against, asTable, type Figure, find, medianOf } from './figures.ts'
import { benchForecast } from './forecast.ts'
import { benchAccounts, benchPartitions, benchPrefixes, benchRows, benchZipf } from './growth.ts'
import { benchLatency, probesOf } from './latency.ts'
import { BOTH, benchLimit, COPIED } from './limit.ts'
import { describeDatabase, describeMachine } from './machine.ts'
import { hotMix, onlyMix, twiceMix, uniformMix, zipfMix } from './mixes.ts'
import { benchRating } from './rating.ts'
import { openRig, type Rig } from './rig.ts'
import { benchScaleOut } from './scale-out.ts'
import { benchSearch } from './search.ts'
import { BenchFailed } from './until-done.ts'
import { benchView } from './view.ts'

const RUNS = 3
/** For comparing two variants, whose difference may be small. */
const ALTERNATING_RUNS = 5
const LATENCY_SECONDS = 20
const STEADY_LOADS = [50, 1000]
const SHARES_OF_MAXIMUM = [0.5, 0.8]
const PROBES = 10_000
const BACKLOG_EVENTS = 10_000_000
const GROWN_PREFIXES = 200_000
const GROWN_PARTITIONS = 48
/** The scenarios that are compared with the limit. */
const DRAINED = ['end to end, uniform', 'end to end, zipf']

const HELP = `Usage: npm run bench -- [options] [scenario ...]

Measures what this machine does. Without a scenario all of the first group, some 25 minutes. Each rate is the median of ${RUNS} runs.

  rating            the core alone, on one thread
  decode            from bytes to usage events, on one thread
  end-to-end        a backlog of usage, drained by tollgate serve
  limit             the same rows copied and messages sent with no program in between
  hot               one account has a tenth, half, all of the usage
  duplicates        half, all of the events come twice
  outcomes          only covered calls, only charged ones
  roll-up           with and without the role jobs, which sums up behind the ledger, in turn
  latency           from an event to its balance change and its block, under load; needs end-to-end before it, or --maximum

Only when named, seconds to an hour each:

  growth-rows       ten times as many rows of earlier usage as events, against none; minutes, as each growth
  growth-accounts   as many accounts as events, against 10,000
  growth-prefixes   ${GROWN_PREFIXES.toLocaleString('en-US')} prefixes a deck, against those of the demo
  growth-partitions ${GROWN_PARTITIONS} partitions a topic, against 12
  growth-zipf       an account's share of the usage one to its rank, against equal shares
  scale-out         one, two, three raters on this machine
  backlog           the memory of a rater, over a backlog of ten times as many events
  search            pages, searches and summaries of an account with as many movements, among ten times as many
  view              changes that the live view takes, heard by nobody and by one; seconds
  export            so many movements of one account as a file: time, memory, size
  forecast          how well days left are predicted, on synthetic histories; seconds

Options:
  --events N      events of a backlog, at least 1000 (default 1000000; 50000 to try it out)
  --maximum N     events a second that latency is paced by, instead of what end-to-end measured
  --json FILE     where the figures go (default bench/results/latest.json)
  --profile DIR   leave CPU profiles of tollgate serve there

Exit code: 0 done, 1 something could not be measured, 2 wrong usage.`

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        events: { type: 'string', default: '1000000' },
        json: { type: 'string', default: resolve(import.meta.dirname, 'results/latest.json') },
        maximum: { type: 'string' },
        profile: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    console.error(`bench: ${(error as Error).message.split('. ')[0]}\n(run with --help for usage)`)
    process.exit(2)
  }
}

const startedAt = performance.now()
const { values, positionals } = readArguments()
const events = Number(values.events)
/** For scenarios that are compared with each other; it is enough to distinguish them. */
const fewer = Math.ceil(events * 0.3)
const profileDirectory = values.profile === undefined ? null : resolve(values.profile)

type Scenario = (rig: Rig, known: readonly Figure[]) => Promise<Figure[]>

const RIG_SCENARIOS: Readonly<Record<string, Scenario>> = {
  decode: (rig) => benchDecode(rig, RUNS),

  'end-to-end': async (rig) => {
    const options = { runs: RUNS, messages: events, profileDirectory }
    const uniform = await benchEndToEnd('end to end, uniform', rig, uniformMix, options)
    const zipf = await benchEndToEnd('end to end, zipf', rig, zipfMix, options)
    const bare = await benchEndToEnd('end to end, without record topics', rig, uniformMix, {
      ...options,
      environment: { TOLLGATE_RECORD_TOPICS: 'none' },
    })
    const base = find(uniform, 'end to end, uniform', RECORDED)
    return [...uniform, ...withRatio(zipf, RECORDED, base), ...bare]
  },

  limit: async (rig, known) => {
    const limit = await benchLimit(rig, await rig.preload(uniformMix, fewer), RUNS)
    const comparedWith = (name: string, what: string, of: Figure) =>
      known
        .filter((figure) => DRAINED.includes(figure.scenario) && figure.name === name)
        .map((figure) => against({ ...figure, scenario: `${figure.scenario} / ${what}` }, of))
    return [
      ...limit,
      ...comparedWith(PUBLISHED_NOW, 'limit', find(limit, 'limit', BOTH)),
      ...comparedWith(RECORDED, 'COPY alone', find(limit, 'limit', COPIED)),
    ]
  },

  hot: async (rig) => {
    const options = { runs: RUNS, messages: fewer, profileDirectory }
    const uniform = await benchEndToEnd('hot 0 %', rig, uniformMix, options)
    const base = find(uniform, 'hot 0 %', RECORDED)
    const figures = speeds(uniform)
    for (const share of [0.1, 0.5, 1]) {
      const hot = await benchEndToEnd(`hot ${share * 100} %`, rig, hotMix(share), options)
      figures.push(...withRatio(speeds(hot), RECORDED, base))
    }
    return figures
  },

  duplicates: async (rig) => {
    const options = { runs: RUNS, messages: fewer, profileDirectory }
    const { fresh, duplicates } = await benchDuplicates('duplicates 100 %', rig, uniformMix, options)
    const base = fresh.find(({ name }) => name === RECORDED)!
    const half = await benchEndToEnd('duplicates 50 %', rig, twiceMix, options)
    return [...fresh, ...withRatio(duplicates, RECORDED, base), ...withRatio(speeds(half), RECORDED, base)]
  },

  outcomes: async (rig) => {
    const options = { runs: RUNS, messages: fewer, profileDirectory }
    const covered = await benchEndToEnd('covered only', rig, onlyMix('covered'), options)
    const charged = await benchEndToEnd('charged only', rig, onlyMix('charged'), options)
    return [...speeds(covered), ...speeds(charged)]
  },

  'roll-up': async (rig) => {
    const ways = [
      { scenario: 'without jobs', options: {} },
      { scenario: 'with jobs', options: { roles: ['rater,relay,jobs'] } },
    ]
    const figures = await benchAlternating(rig, await rig.preload(uniformMix, fewer), ways, ALTERNATING_RUNS)
    return withRatio(figures, RECORDED, find(figures, 'without jobs', RECORDED))
  },

  latency: async (rig, known) => {
    const most = maximumOf(known)
    const loads = [
      ...STEADY_LOADS.map((eventsPerSecond) => ({ name: `${eventsPerSecond} events/s`, eventsPerSecond })),
      ...SHARES_OF_MAXIMUM.map((share) => ({
        name: `${share * 100} % load`,
        eventsPerSecond: Math.floor(most * share),
      })),
    ]
    if (probesOf(loads, LATENCY_SECONDS) > PROBES) throw new TypeError(`${PROBES} accounts for probes are too few`)
    return benchLatency(rig, loads, LATENCY_SECONDS)
  },
}

const ALONE: Readonly<Record<string, () => Promise<Figure[]>>> = {
  'growth-rows': () => benchRows(fewer, events * 10),
  'growth-accounts': () => benchAccounts(fewer, events),
  'growth-prefixes': () => benchPrefixes(fewer, GROWN_PREFIXES),
  'growth-partitions': () => benchPartitions(fewer, GROWN_PARTITIONS),
  'growth-zipf': () => benchZipf(fewer),
  'scale-out': () => benchScaleOut(events),
  backlog: () => benchBacklog(Math.min(BACKLOG_EVENTS, events * 10)),
  search: () => benchSearch({ movements: events * 10, say }),
  view: () => benchView(ALTERNATING_RUNS),
  export: () => benchExport({ movements: events, say }),
  forecast: async () => benchForecast(),
}

const names = positionals.length > 0 ? positionals : ['rating', ...Object.keys(RIG_SCENARIOS)]
const known = ['rating', ...Object.keys(RIG_SCENARIOS), ...Object.keys(ALONE)]
const unknown = names.filter((name) => !known.includes(name))
if (values.help) {
  console.log(HELP)
} else if (unknown.length > 0 || !Number.isInteger(events) || events < 1000) {
  const wrong =
    unknown.length > 0 ? `no scenario ${unknown.join(', ')}` : `--events ${values.events} is not 1000 or more`
  console.error(`bench: ${wrong}\n(run with --help for usage)`)
  process.exitCode = 2
} else {
  await run().catch((error: unknown) => {
    console.error(error instanceof BenchFailed ? `bench: ${error.message}` : error)
    process.exitCode = 1
  })
}

/** The maximum rate of events per second at which everything was published. */
function maximumOf(known: readonly Figure[]): number {
  if (values.maximum !== undefined) return Number(values.maximum)
  const measured = known.find(({ scenario, name }) => scenario === 'end to end, uniform' && name === PUBLISHED_NOW)
  if (measured === undefined)
    throw new BenchFailed('latency is paced by the maximum: name end-to-end before it, or give --maximum')
  const most = medianOf(measured)
  if (Number.isNaN(most)) throw new BenchFailed('latency is paced by the maximum, which so few --events do not show')
  return most
}

function say(what: string): void {
  console.error(`${Math.round((performance.now() - startedAt) / 1000)} s: ${what}`)
}

async function run(): Promise<void> {
  const machine = describeMachine()
  const figures: Figure[] = []
  let database: Record<string, string> = {}
  const measure = async (name: string, scenario: () => Promise<Figure[]>) => {
    say(name)
    const measured = await scenario()
    figures.push(...measured)
    console.error(asTable(measured))
  }
  try {
    if (names.includes('rating')) {
      await measure('rating', async () =>
        benchRating().map(({ name, value, unit }) => ({ scenario: 'rating', name, unit, runs: [value] })),
      )
    }
    const rigNames = names.filter((name) => Object.hasOwn(RIG_SCENARIOS, name))
    if (rigNames.length > 0) {
      say('starting')
      const rig = await openRig({ probes: PROBES })
      try {
        database = await describeDatabase(rig)
        if (rigNames.some((name) => name !== 'decode')) {
          say('warming up')
          await warmUp(rig)
        }
        for (const name of rigNames) await measure(name, () => RIG_SCENARIOS[name]!(rig, figures))
      } finally {
        await rig.close()
      }
    }
    for (const name of names.filter((one) => Object.hasOwn(ALONE, one))) await measure(name, ALONE[name]!)
  } finally {
    // Keep what was measured before the failure.
    if (figures.length > 0) {
      const settings = Object.entries(database).map(([name, setting]) => `${name} ${setting}`)
      const { cpu, cores, memoryGb, node } = machine
      console.log([`${cpu}, ${cores} cores, ${memoryGb} GB, node ${node}`, ...settings].join('; '))
      console.log(asTable(figures))
      if (figures.some(({ scenario, name }) => name === RECORDED && scenario !== 'backlog'))
        console.log(`\n${WHAT_IS_TIMED}`)
      mkdirSync(dirname(values.json), { recursive: true })
      writeFileSync(values.json, `${JSON.stringify({ machine, database, events, figures }, null, 2)}\n`)
      say(`as JSON in ${values.json}`)
    }
  }
}

/** Warms up the broker: just after its start it is busy with compilation. */
async function warmUp(rig: Rig): Promise<void> {
  const { database } = await rig.drain(await rig.preload(uniformMix, fewer))
  await rig.dropDatabase(database)
}

function speeds(figures: readonly Figure[]): Figure[] {
  return figures.filter(({ unit }) => unit === 'events/s')
}

function withRatio(figures: readonly Figure[], name: string, of: Figure): Figure[] {
  return figures.map((figure) => (figure.name === name ? against(figure, of) : figure))
}
