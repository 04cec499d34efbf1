/**
 * A stack with an installation, and runs of `tollgate serve` on it.
 *
 * A mix of usage is preloaded once, replacing the previous one, and can be drained any number of times: each run has its own
 * database, copied from the installation's, and a new consumer group.
 */
import { join } from 'node:path'
import pg from 'pg'
import { loadCatalog } from '../src/catalog/load.ts'
import type { AccountSettings } from '../src/core/settings/settings.ts'
import { applyAccounts } from '../src/ledger/accounts/apply-accounts.ts'
import { CatalogStore } from '../src/ledger/catalogs/catalogs.ts'
import type { Lane } from '../src/outbox/messages.ts'
import { type Config, parseConfig, SECTION_NAMES } from '../src/platform/config.ts'
import { createKafka } from '../src/platform/kafka/client.ts'
import { createLog } from '../src/platform/log.ts'
import { createEncoders } from '../src/platform/schemas.ts'
import { USAGE_TOPICS } from '../src/topics.ts'
import { type Serve, startServe } from '../stack/serve.ts'
import { type Stack, startStack } from '../stack/stack.ts'
import { foreignKafka } from '../testkit/foreign-kafka.ts'
import { openInstallation } from '../testkit/installation.ts'
import { encodeUsage, openEncodedSender, sendInFlight } from './encoded.ts'
import type { Mix, MixParts, UsageMessage } from './mixes.ts'
import { giveOpeningCredit } from './opening-credit.ts'
import { memoryOf, meterProcesses, type ProcessName, type Spent } from './processes.ts'
import { stopAll, untilDone, withinMsOf } from './until-done.ts'

/** The same as in deploy/Dockerfile. */
const IMAGE_ENVIRONMENT = { NODE_OPTIONS: '--max-semi-space-size=32', MALLOC_ARENA_MAX: '2' }
const OPENING_CREDIT_MICROS = 1_000_000_000n
const PROBE_CREDIT_MICROS = 1n
const MESSAGES_PER_SEND = 5_000
const ACCOUNTS_PER_CALL = 20_000
const JOINED_WITHIN_MS = 60_000
const PROCESSES: readonly ProcessName[] = ['serve', 'postgres', 'kafka', 'redis', 'registry', 'bench']

/** The next offset of every partition, by topic. */
export type Positions = ReadonlyMap<string, readonly bigint[]>

export interface Preloaded {
  readonly start: Positions
  readonly end: Positions
  readonly messages: number
}

export interface DrainOptions {
  /** Overrides the installation's environment. */
  readonly environment?: Readonly<Record<string, string>>
  /** The roles of each process, all with a rater; by default one process with rater and relay. */
  readonly roles?: readonly string[]
  readonly profileDirectory?: string | null
  /** A database to continue with, instead of a copy of the installation's. */
  readonly database?: string
}

export interface Drained {
  /**
   * The number of timed events: those recorded after the first batch after every rater had its partitions. Earlier events do not
   * count, as raters were still joining.
   */
  readonly timedEvents: number
  /** Seconds from that batch until all events are recorded, and until each lane is empty. */
  readonly seconds: { readonly recorded: number } & Readonly<Record<Lane, number>>
  /** Processor milliseconds until the last lane was empty. */
  readonly cpuMs: ReadonlyMap<ProcessName, number>
  /** The peak memory of the process with the role `rater`. */
  readonly raterPeakMb: number
  readonly walBytes: number
  readonly storedBytes: number
  readonly batches: number
  readonly database: string
}

export interface RigOptions {
  readonly accounts?: number
  /** Accounts `probe-0` and so on, active, with less credit than a call costs. */
  readonly probes?: number
  readonly partitions?: number
  /** Runs on the installation's database before it is copied. */
  readonly prepare?: (database: pg.Client) => Promise<void>
  readonly catalogDirectory?: string
}

export interface Rig {
  readonly stack: Stack
  readonly config: Config
  readonly parts: MixParts
  preload(mix: Mix, messages: number): Promise<Preloaded>
  drain(preloaded: Preloaded, options?: DrainOptions): Promise<Drained>
  /** Copies the installation's database, as if everything up to `from` were recorded. */
  createRun(from: Positions, database?: string): Promise<RunEnvironment>
  positions(): Promise<Positions>
  /** Waits until all processes have joined the group and have their partitions. */
  untilJoined(group: string, serves: readonly Serve[]): Promise<void>
  /** Waits until everything that is on the topics now is recorded. */
  untilRecorded(database: string, group: string, serves: readonly Serve[]): Promise<void>
  connect(database: string): Promise<pg.Client>
  dropDatabase(database: string): Promise<void>
  close(): Promise<void>
}

export interface RunEnvironment {
  readonly database: string
  readonly group: string
  readonly environment: Record<string, string>
}

/** Starts a stack and sets up its installation. */
export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const stack = await startStack()
  try {
    return await rigOn(stack, options)
  } catch (error) {
    await stack.stop()
    throw error
  }
}

/** Longer than other functions, as its parts share the connections and counters of one rig. */
async function rigOn(
  stack: Stack,
  { accounts = 10_000, probes = 0, partitions = 12, prepare, catalogDirectory }: RigOptions,
): Promise<Rig> {
  const base = { ...stack.environment(), TOLLGATE_PARTITIONS: String(partitions) }
  const config = parseConfig(base, SECTION_NAMES)
  const log = createLog('error')
  const installation = await openInstallation(base, catalogDirectory)
  const many: AccountSettings[] = Array.from({ length: accounts }, (_, i) => {
    return { ...installation.accounts[i % installation.accounts.length]!, accountId: `bench-${i}` }
  })
  const withoutPackage = installation.accounts.find(({ packages }) => packages.length === 0)!
  const probing = Array.from({ length: probes }, (_, i) => ({ ...withoutPackage, accountId: `probe-${i}` }))
  const baseName = new URL(config.database.url).pathname.slice(1)
  const setUp = await connect(baseName)
  const catalogs = new CatalogStore()
  for (const [accounts, creditMicros] of [
    [probing, PROBE_CREDIT_MICROS],
    [many, OPENING_CREDIT_MICROS],
  ] as const) {
    for (let at = 0; at < accounts.length; at += ACCOUNTS_PER_CALL) {
      await applyAccounts(installation, catalogs, accounts.slice(at, at + ACCOUNTS_PER_CALL), 'bench')
    }
    await giveOpeningCredit(setUp, creditMicros)
  }
  await installation.close()
  // The announcements of the set-up are not part of the measurement.
  await setUp.query('delete from tollgate.outbox_packs')
  await prepare?.(setUp)
  await setUp.query('vacuum analyze')
  await setUp.end()

  const { encode } = await createEncoders(config.kafka)
  const { catalog } = loadCatalog(catalogDirectory ?? join(import.meta.dirname, '../demo/catalog'))
  const parts: MixParts = { accounts: many, catalog: catalog!, startMicros: installation.startMicros, encode }
  const admin = foreignKafka(config.kafka.brokers).admin()
  await admin.connect()
  const control = await connect('template1')
  let seed = 1
  let runs = 0

  function urlOf(database: string): string {
    const url = new URL(config.database.url)
    url.pathname = `/${database}`
    return url.href
  }

  async function connect(database: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: urlOf(database) })
    await client.connect()
    return client
  }

  async function positions(): Promise<Positions> {
    const topics = [...USAGE_TOPICS.keys()]
    return new Map(
      await Promise.all(
        topics.map(async (topic) => {
          const offsets = await admin.fetchTopicOffsets(topic)
          return [topic, offsets.toSorted((a, b) => a.partition - b.partition).map(({ high }) => BigInt(high))] as const
        }),
      ),
    )
  }

  /** Whether the group is stable with this many members. */
  async function haveJoined(group: string, members: number): Promise<boolean> {
    const [description] = (await admin.describeGroups([group])).groups
    return description?.state === 'Stable' && description.members.length === members
  }

  async function untilJoined(group: string, serves: readonly Serve[]): Promise<void> {
    await untilDone(serves, {
      condition: 'every rater has joined and has its partitions',
      isDone: () => haveJoined(group, serves.length),
      progress: () => 'joining',
      withinMs: JOINED_WITHIN_MS,
    })
  }

  async function untilRecorded(database: string, group: string, serves: readonly Serve[]): Promise<void> {
    const total = sumOf(await positions())
    const client = await connect(database)
    try {
      await untilDone(serves, {
        condition: 'what is on the topics is recorded',
        isDone: async () => (await recordedBy(client, group)) >= total,
        progress: () => recordedBy(client, group),
        withinMs: JOINED_WITHIN_MS,
      })
    } finally {
      await client.end()
    }
  }

  async function preload(mix: Mix, messages: number): Promise<Preloaded> {
    const start = await positions()
    for (const [topic, offsets] of start) {
      const before = offsets.map((offset, partition) => ({ partition, offset: String(offset) }))
      const partitions = before.filter(({ offset }) => offset !== '0')
      if (partitions.length > 0) await admin.deleteTopicRecords({ topic, partitions })
    }
    const sender = await openEncodedSender(createKafka(config.kafka, log), [...USAGE_TOPICS.keys()])
    try {
      const batches = inBatches(mix(parts, seed++), messages)
      await sendInFlight(batches, (batch) => sender.send(encodeUsage(batch)))
    } finally {
      sender.close()
    }
    return { start, end: await positions(), messages }
  }

  async function createRun(from: Positions, database?: string): Promise<RunEnvironment> {
    runs++
    const name = database ?? `bench_${runs}`
    const group = `bench-${runs}`
    if (database === undefined) await control.query(`create database ${name} template ${baseName}`)
    const client = await connect(name)
    for (const [topic, offsets] of from) {
      await client.query(
        `insert into tollgate.consumer_offsets (consumer_group, topic, partition, next_offset)
         select $1, $2, (n - 1)::integer, o from unnest($3::bigint[]) with ordinality as given (o, n)`,
        [group, topic, offsets],
      )
    }
    if (database === undefined) await client.query('vacuum analyze')
    await client.query('checkpoint')
    await client.end()
    const environment = {
      ...base,
      ...IMAGE_ENVIRONMENT,
      TOLLGATE_DATABASE_URL: urlOf(name),
      TOLLGATE_CONSUMER_GROUP: group,
    }
    return { database: name, group, environment }
  }

  async function drain(preloaded: Preloaded, options: DrainOptions = {}): Promise<Drained> {
    const { database, group, environment } = await createRun(preloaded.start, options.database)
    const client = await connect(database)
    const total = sumOf(preloaded.end)
    const sizeBefore = await storedBytes(client)
    const lsn = (await client.query('select pg_current_wal_insert_lsn() as lsn')).rows[0].lsn
    const nodeArguments = options.profileDirectory ? ['--cpu-prof', `--cpu-prof-dir=${options.profileDirectory}`] : []
    const serves: Serve[] = []
    const meter = meterProcesses()
    let isDone = false
    try {
      const starts = (options.roles ?? ['rater,relay']).map((roles) =>
        startServe({ ...environment, ...options.environment, TOLLGATE_ROLES: roles }, nodeArguments),
      )
      for (const start of await Promise.allSettled(starts)) {
        if (start.status === 'fulfilled') serves.push(start.value)
      }
      await Promise.all(starts)
      await untilJoined(group, serves)
      const isEmpty = async (lane: Lane) =>
        (await client.query('select from tollgate.outbox_packs where lane = $1 limit 1', [lane])).rowCount === 0
      let done = await recordedBy(client, group)
      const untilRecorded = (condition: string, from: bigint) =>
        untilDone(serves, {
          condition,
          isDone: async () => {
            done = await recordedBy(client, group)
            return done >= from
          },
          progress: () => done,
          withinMs: withinMsOf(preloaded.messages),
        })
      const untilEmpty = (lane: Lane) =>
        untilDone(serves, {
          condition: `lane ${lane} is empty`,
          isDone: () => isEmpty(lane),
          progress: async () => (await client.query('select count(*) from tollgate.outbox_packs')).rows[0].count,
          withinMs: withinMsOf(preloaded.messages),
        })
      if (done < total) await untilRecorded('the first batch is recorded since all raters have joined', done + 1n)
      const timedEvents = Number(total - done)
      const startedAt = performance.now()
      const spentBefore = meter.read()
      const elapsed = () => (performance.now() - startedAt) / 1000
      await untilRecorded(`all ${preloaded.messages} events are recorded`, total)
      const recordedSeconds = elapsed()
      await untilEmpty('now')
      const nowSeconds = elapsed()
      await untilEmpty('record')
      const recordSeconds = elapsed()
      const spentAfter = meter.read()
      const wal = await client.query('select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1)::float8 as bytes', [lsn])
      const figures = await Promise.all(serves.map((serve) => serve.figures()))
      isDone = true
      return {
        timedEvents,
        seconds: { recorded: recordedSeconds, now: nowSeconds, record: recordSeconds },
        cpuMs: new Map(PROCESSES.map((name) => [name, cpuOf(spentAfter, name) - cpuOf(spentBefore, name)])),
        raterPeakMb: memoryOf(serves[0]!.pid)?.peakMb ?? Number.NaN,
        walBytes: wal.rows[0].bytes,
        storedBytes: (await storedBytes(client)) - sizeBefore,
        batches: figures.reduce((sum, figure) => sum + (figure.get('tollgate_batches_total') ?? 0), 0),
        database,
      }
    } finally {
      meter.stop()
      await stopAll(serves, !isDone)
      await client.end()
    }
  }

  return {
    stack,
    config,
    parts,
    preload,
    drain,
    createRun,
    positions,
    untilJoined,
    untilRecorded,
    connect,
    async dropDatabase(database) {
      await control.query(`drop database ${database} with (force)`)
    },
    async close() {
      await control.end()
      await admin.disconnect()
      await stack.stop()
    },
  }
}

function* inBatches(stream: Generator<UsageMessage>, messages: number): Generator<UsageMessage[]> {
  for (let taken = 0; taken < messages; taken += MESSAGES_PER_SEND) {
    yield take(stream, Math.min(MESSAGES_PER_SEND, messages - taken))
  }
}

export function take<T>(stream: Generator<T>, count: number): T[] {
  return Array.from({ length: count }, () => stream.next().value as T)
}

/** The sum of the next offsets of a group in the database. */
export async function recordedBy(client: pg.Client, group: string): Promise<bigint> {
  const { rows } = await client.query<{ done: string }>(
    'select coalesce(sum(next_offset), 0)::text as done from tollgate.consumer_offsets where consumer_group = $1',
    [group],
  )
  return BigInt(rows[0]!.done)
}

function cpuOf(spent: ReadonlyMap<ProcessName, Spent>, name: ProcessName): number {
  return spent.get(name)?.cpuMs ?? 0
}

function sumOf(positions: Positions): bigint {
  return [...positions.values()].flat().reduce((sum, offset) => sum + offset, 0n)
}

/** The size of what events leave permanently, including indexes. */
async function storedBytes(client: pg.Client): Promise<number> {
  const { rows } = await client.query(
    `select sum(pg_total_relation_size(c.oid))::float8 as bytes
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'tollgate' and c.relkind = 'r'
        and c.relname ~ '^(usage_identity|rated_usage|movements)_'`,
  )
  return rows[0].bytes
}
