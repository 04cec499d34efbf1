/**
 * Measures how long after a message was sent its effects can be read: the balance change, and the block if it used up the
 * credit. Some events of a paced load are probes, each on a separate account with almost no credit, so that every announcement
 * about that account is caused by its probe.
 *
 * The stages are derived from times in the announcements: when the transaction recorded the usage, and when the relay sent the
 * announcement. All processes are on one machine and share its clock.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import type { PackedRecord } from '../src/outbox/pack.ts'
import { createKafka } from '../src/platform/kafka/client.ts'
import { createLog } from '../src/platform/log.ts'
import { USAGE_TOPICS } from '../src/topics.ts'
import { startServe } from '../stack/serve.ts'
import { foreignKafka } from '../testkit/foreign-kafka.ts'
import { until } from '../testkit/until.ts'
import { type EncodedSender, encodeUsage, openEncodedSender } from './encoded.ts'
import { type Figure, percentile } from './figures.ts'
import { type Mix, type UsageMessage, uniformMix } from './mixes.ts'
import { meterProcesses, type ProcessName, type Spent } from './processes.ts'
import { type Rig, take } from './rig.ts'
import { assertRunning, stopAll, untilDone } from './until-done.ts'

const TICK_MS = 20
const WARM_UP_SECONDS = 5
/** First of all: code that has not run yet is slower than at any load. */
const WARM_UP_EVENTS_PER_SECOND = 2_000
const MAX_PROBES_PER_SECOND = 100
const ANSWERS_WITHIN_MS = 60_000
const SETTLED_WITHIN_MS = 60_000
const USAGE = 'usage.calls.v1'
const BALANCE = 'credit.balance-changed.v1'
const STATUS = 'credit.service-status.v1'

export interface Load {
  readonly name: string
  readonly eventsPerSecond: number
}

/** Milliseconds since 1970. */
interface Answer {
  readonly recordedAt: number
  readonly relayedAt: number
  readonly readAt: number
}

/** How many probes the loads need, and thus how many accounts `probe-0` and so on. */
export function probesOf(loads: readonly Load[], secondsPerLoad: number): number {
  return loads.reduce(
    (sum, { eventsPerSecond }) => sum + Math.ceil(probesPerSecond(eventsPerSecond) * secondsPerLoad),
    0,
  )
}

function probesPerSecond(eventsPerSecond: number): number {
  return Math.min(MAX_PROBES_PER_SECOND, eventsPerSecond / 2)
}

/** Measures latency under each load. Accounts `probe-0` and so on must exist, active, with less credit than a call costs. */
export async function benchLatency(
  rig: Rig,
  loads: readonly Load[],
  secondsPerLoad: number,
  mix: Mix = uniformMix,
): Promise<Figure[]> {
  const { environment, database, group } = await rig.createRun(await rig.positions())
  const serve = await startServe(environment)
  const answers = await followAnswers(foreignKafka(rig.config.kafka.brokers))
  const sender = await openEncodedSender(createKafka(rig.config.kafka, createLog('error')), [...USAGE_TOPICS.keys()])
  const figures: Figure[] = []
  let probe = 0
  let seed = 1000
  let isDone = false
  try {
    await rig.untilJoined(group, [serve])
    const premade = (seconds: number, eventsPerSecond: number) =>
      encodeUsage(take(mix(rig.parts, seed++), Math.floor(seconds * eventsPerSecond)))
    await pace(sender, premade(WARM_UP_SECONDS, WARM_UP_EVENTS_PER_SECOND), WARM_UP_SECONDS)
    await rig.untilRecorded(database, group, [serve])
    for (const { name, eventsPerSecond } of loads) {
      const sentAt = new Map<string, number>()
      const probes = Array.from(
        { length: probesOf([{ name, eventsPerSecond }], secondsPerLoad) },
        () => `probe-${probe++}`,
      )
      const calls = encodeUsage(probes.map((accountId) => probeCall(rig, accountId)))
      await pace(sender, premade(WARM_UP_SECONDS, eventsPerSecond), WARM_UP_SECONDS)
      const load = premade(secondsPerLoad, eventsPerSecond - calls.length / secondsPerLoad)
      const meter = meterProcesses()
      let next = 0
      const seconds = await pace(sender, load, secondsPerLoad, (elapsed) => {
        assertRunning([serve])
        const due = Math.min(calls.length, Math.floor((elapsed / secondsPerLoad) * calls.length))
        const now = performance.timeOrigin + performance.now()
        for (const key of probes.slice(next, due)) sentAt.set(key, now)
        const dueCalls = calls.slice(next, due)
        next = due
        return dueCalls
      })
      const spent = meter.read()
      meter.stop()
      const unanswered = () => [...sentAt.keys()].filter((key) => !answers.hasBoth(key)).length
      await untilDone([serve], {
        condition: `at ${name} all ${sentAt.size} probes are answered`,
        isDone: () => unanswered() === 0,
        progress: unanswered,
        withinMs: ANSWERS_WITHIN_MS,
      })
      const add: Add = (what, unit, value) =>
        figures.push({ scenario: `latency at ${name}`, name: what, unit, runs: [value] })
      add('load', 'events/s', eventsPerSecond)
      for (const [topic, what] of [
        [BALANCE, 'balance changed'],
        [STATUS, 'blocked'],
      ] as const) {
        const latenciesMs = [...sentAt].map(([key, at]) => answers.of(topic, key).readAt - at)
        add(`${what}, p50`, 'ms', percentile(latenciesMs, 0.5))
        add(`${what}, p99`, 'ms', percentile(latenciesMs, 0.99))
        add(`${what}, most`, 'ms', percentile(latenciesMs, 1))
      }
      const stages: [string, (at: number, answer: Answer) => number][] = [
        ['sent to recorded', (at, { recordedAt }) => recordedAt - at],
        ['recorded to relayed', (_, { recordedAt, relayedAt }) => relayedAt - recordedAt],
        ['relayed to read', (_, { relayedAt, readAt }) => readAt - relayedAt],
      ]
      for (const [stage, msOf] of stages) {
        const latenciesMs = [...sentAt].map(([key, at]) => msOf(at, answers.of(BALANCE, key)))
        add(`${stage}, p50`, 'ms', percentile(latenciesMs, 0.5))
        add(`${stage}, p99`, 'ms', percentile(latenciesMs, 0.99))
      }
      addSpent(add, spent, seconds)
    }
    isDone = true
  } finally {
    await stopAll([serve], !isDone)
    sender.close()
    await answers.stop()
    await rig.dropDatabase(database)
  }
  return figures
}

type Add = (what: string, unit: string, value: number) => void

function addSpent(add: Add, spent: ReadonlyMap<ProcessName, Spent>, seconds: number): void {
  for (const process of ['serve', 'kafka', 'postgres', 'redis', 'bench'] satisfies ProcessName[]) {
    const { cpuMs, reads, writes } = spent.get(process) ?? { cpuMs: 0, reads: 0, writes: 0 }
    add(`CPU of ${process}`, '% of a core', cpuMs / 10 / seconds)
    if (process !== 'serve' && process !== 'kafka') continue
    add(`writes of ${process}`, 'a second', writes / seconds)
    add(`reads of ${process}`, 'a second', reads / seconds)
  }
}

/** Sends the load evenly over some seconds, adding the probes that are due, and returns how long it took. */
async function pace(
  sender: EncodedSender,
  load: readonly PackedRecord[],
  seconds: number,
  beside: (elapsedSeconds: number) => readonly PackedRecord[] = () => [],
): Promise<number> {
  const startedAt = performance.now()
  const sending: Promise<void>[] = []
  for (let sent = 0; sent < load.length; await delay(TICK_MS)) {
    const elapsed = (performance.now() - startedAt) / 1000
    const due = Math.min(load.length, Math.floor((elapsed / seconds) * load.length))
    const records = [...load.slice(sent, due), ...beside(elapsed)]
    sent = due
    if (records.length > 0) sending.push(sender.send(records))
  }
  await Promise.all(sending)
  return (performance.now() - startedAt) / 1000
}

/** Starts a consumer of the answers to probes. It is ready: it has joined its group and fetched since. */
async function followAnswers(kafka: Kafka) {
  const answered: Record<string, Map<string, Answer>> = { [BALANCE]: new Map(), [STATUS]: new Map() }
  const consumer = kafka.consumer({ groupId: `bench-latency-${Date.now()}`, maxWaitTimeInMs: 1000 })
  await consumer.connect()
  await consumer.subscribe({ topics: [BALANCE, STATUS] })
  let hasJoined = false
  let hasFetched = false
  consumer.on(consumer.events.GROUP_JOIN, () => {
    hasJoined = true
  })
  consumer.on(consumer.events.FETCH, () => {
    hasFetched = hasJoined
  })
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: 24,
    eachBatch: async ({ batch }) => {
      const readAt = performance.timeOrigin + performance.now()
      for (const { key, headers, timestamp } of batch.messages) {
        if (key?.[0] !== PROBE_FIRST_BYTE) continue
        const recordedAt = Date.parse(String(headers!.ce_time))
        answered[batch.topic]!.set(key.toString(), { recordedAt, relayedAt: Number(timestamp), readAt })
      }
    },
  })
  await until('the consumer of the answers has joined and fetched', () => hasFetched, SETTLED_WITHIN_MS)
  return {
    of: (topic: string, key: string) => answered[topic]!.get(key)!,
    hasBoth: (key: string) => answered[BALANCE]!.has(key) && answered[STATUS]!.has(key),
    stop: () => consumer.disconnect(),
  }
}

const PROBE_FIRST_BYTE = 'p'.charCodeAt(0)

/** A call outside of any package, so that it is charged. */
function probeCall(rig: Rig, accountId: string): UsageMessage {
  const event = {
    event_id: accountId,
    account_id: accountId,
    occurred_at: rig.parts.startMicros,
    user_id: 'probe',
    interaction_id: null,
    direction: 'outbound',
    leg: null,
    from: null,
    to: '+4930901820',
    duration_seconds: 600,
  }
  return { topic: USAGE, key: accountId, value: Buffer.from(rig.parts.encode(USAGE, event)) }
}
