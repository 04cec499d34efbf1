/**
 * How long after a message was sent its consequences can be read: the balance change, and the block where it took the last
 * of the credit. Under a paced load of which every few milliseconds some events are probes, each on an account of its own
 * with next to no credit, so that it is the only cause there is for what is told of that account.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { createKafka } from '../src/platform/kafka.ts'
import { createLog } from '../src/platform/log.ts'
import { startServe } from '../stack/serve.ts'
import { until } from '../testkit/until.ts'
import { type Figure, percentile } from './figures.ts'
import { type Mix, type UsageMessage, uniformMix } from './mixes.ts'
import { byTopic, type Rig, take } from './rig.ts'
import { assertRunning, stopAll, untilDone } from './until-done.ts'

const TICK_MILLIS = 20
const WARM_UP_SECONDS = 5
const PROBES_A_TICK = 2
const ANSWERS_WITHIN_MS = 60_000
const JOINED_WITHIN_MS = 60_000
const BALANCE = 'credit.balance-changed.v1'
const STATUS = 'credit.service-status.v1'

/** Accounts `probe-0` and so on are expected to be there, active, with less credit than a call costs. */
export async function benchLatency(
  rig: Rig,
  loads: readonly { readonly name: string; readonly eventsPerSecond: number }[],
  secondsALoad: number,
  mix: Mix = uniformMix,
): Promise<Figure[]> {
  const { environment, database } = await rig.createRun(await rig.positions())
  const serve = await startServe(environment)
  const kafka = createKafka(rig.config.kafka, createLog('error'))
  const answeredAt: Record<string, Map<string, number>> = { [BALANCE]: new Map(), [STATUS]: new Map() }
  const consumer = kafka.consumer({ groupId: `bench-latency-${Date.now()}`, maxWaitTimeInMs: 1000 })
  await consumer.connect()
  await consumer.subscribe({ topics: [BALANCE, STATUS] })
  let hasJoined = false
  consumer.on(consumer.events.GROUP_JOIN, () => {
    hasJoined = true
  })
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: 24,
    eachBatch: async ({ batch }) => {
      const now = performance.now()
      const answered = answeredAt[batch.topic]!
      for (const { key } of batch.messages) if (key?.[0] === PROBE_FIRST_BYTE) answered.set(key.toString(), now)
    },
  })
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const figures: Figure[] = []
  let probe = 0
  let seed = 1000
  let isDone = false
  try {
    await until('the consumer of the answers has joined', () => hasJoined, JOINED_WITHIN_MS)
    for (const { name, eventsPerSecond } of loads) {
      const seconds = WARM_UP_SECONDS + secondsALoad
      const load = take(mix(rig.parts, seed++), Math.ceil(eventsPerSecond * seconds))
      const sentAt = new Map<string, number>()
      const startedAt = performance.now()
      let sent = 0
      while (sent < load.length) {
        assertRunning([serve])
        const elapsed = (performance.now() - startedAt) / 1000
        const due = Math.min(load.length, Math.floor(elapsed * eventsPerSecond))
        if (due > sent) {
          const batch = load.slice(sent, due)
          sent = due
          const now = performance.now()
          if (elapsed > WARM_UP_SECONDS) {
            for (let i = 0; i < PROBES_A_TICK; i++) {
              const key = `probe-${probe++}`
              batch.push(probeCall(rig, key))
              sentAt.set(key, now)
            }
          }
          await producer.sendBatch({ acks: -1, topicMessages: byTopic(batch) })
        }
        await delay(TICK_MILLIS)
      }
      const isAnswered = (key: string) => answeredAt[BALANCE]!.has(key) && answeredAt[STATUS]!.has(key)
      const unanswered = () => [...sentAt.keys()].filter((key) => !isAnswered(key)).length
      await untilDone([serve], {
        condition: `at ${name} all ${sentAt.size} probes are answered`,
        isDone: () => unanswered() === 0,
        progress: unanswered,
        withinMs: ANSWERS_WITHIN_MS,
      })
      const add = (what: string, unit: string, value: number) =>
        figures.push({ scenario: `latency at ${name}`, name: what, unit, runs: [value] })
      add('load', 'events/s', eventsPerSecond)
      for (const [topic, what] of [
        [BALANCE, 'balance changed'],
        [STATUS, 'blocked'],
      ] as const) {
        const millis = [...sentAt].map(([key, at]) => answeredAt[topic]!.get(key)! - at)
        add(`${what}, p50`, 'ms', percentile(millis, 0.5))
        add(`${what}, p99`, 'ms', percentile(millis, 0.99))
        add(`${what}, most`, 'ms', percentile(millis, 1))
      }
    }
    isDone = true
  } finally {
    await stopAll([serve], !isDone)
    await producer.disconnect()
    await consumer.disconnect()
    await rig.dropDatabase(database)
  }
  return figures
}

const PROBE_FIRST_BYTE = 'p'.charCodeAt(0)

/** Outside any package, so that it is charged. */
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
  return { topic: 'usage.calls.v1', key: accountId, value: Buffer.from(rig.parts.encode('usage.calls.v1', event)) }
}
