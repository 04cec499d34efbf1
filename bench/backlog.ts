/**
 * Drains a backlog for minutes, with live traffic on top, and measures the memory of the rater every second. Rater and relay run
 * as separate processes.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Serve, startServe } from '../stack/serve.ts'
import { foreignKafka } from '../testkit/foreign-kafka.ts'
import { type Figure, median } from './figures.ts'
import { type UsageMessage, uniformMix } from './mixes.ts'
import { memoryOf } from './processes.ts'
import { openRig, type Rig, recordedBy, take } from './rig.ts'
import { stopAll, untilDone } from './until-done.ts'

const LIVE_EVENTS_PER_SECOND = 500
const MAX_SECONDS = 15 * 60

export async function benchBacklog(messages: number): Promise<Figure[]> {
  const rig = await openRig()
  try {
    const { start } = await rig.preload(uniformMix, messages)
    const { environment, database, group } = await rig.createRun(start)
    const client = await rig.connect(database)
    const serves: Serve[] = []
    const over = new AbortController()
    let live: Promise<void> = Promise.resolve()
    let isDone = false
    const megabytes: number[] = []
    let done = 0
    let eventsPerSecond = Number.NaN
    try {
      for (const roles of ['relay', 'rater']) serves.push(await startServe({ ...environment, TOLLGATE_ROLES: roles }))
      const rater = serves[1]!
      live = sendLive(rig, over.signal)
      // It is awaited at the end; until then a failure must not count as unhandled.
      live.catch(() => {})
      const before = [...start.values()].flat().reduce((sum, offset) => sum + Number(offset), 0)
      let startedAt = 0
      let doneAtStart = 0
      let lookAt = 0
      await untilDone(serves, {
        condition: `${messages} events are recorded, or ${MAX_SECONDS} s are over`,
        isDone: async () => {
          if (performance.now() < lookAt) return false
          lookAt = performance.now() + 1000
          megabytes.push(memoryOf(rater.pid)?.nowMb ?? Number.NaN)
          done = Number(await recordedBy(client, group)) - before
          if (startedAt === 0) [startedAt, doneAtStart] = [performance.now(), done]
          const seconds = (performance.now() - startedAt) / 1000
          eventsPerSecond = (done - doneAtStart) / seconds
          return done >= messages || seconds >= MAX_SECONDS
        },
        progress: () => done,
        withinMs: (MAX_SECONDS + 60) * 1000,
      })
      isDone = true
    } finally {
      over.abort()
      await stopAll(serves, !isDone)
      await client.end()
    }
    await live
    const half = Math.ceil(megabytes.length / 2)
    const figure = (name: string, unit: string, value: number): Figure => ({
      scenario: 'backlog',
      name,
      unit,
      runs: [value],
    })
    return [
      figure('recorded', 'events', done),
      figure('recorded', 'events/s', eventsPerSecond),
      figure('memory of the rater, most', 'MB', Math.max(...megabytes)),
      figure('memory, median of the first half', 'MB', median(megabytes.slice(0, half))),
      figure('memory, median of the second half', 'MB', median(megabytes.slice(-half))),
    ]
  } finally {
    await rig.close()
  }
}

/** Sends some hundred events per second, on top of the backlog. */
async function sendLive(rig: Rig, over: AbortSignal): Promise<void> {
  const stream = uniformMix(rig.parts, 777)
  const producer = foreignKafka(rig.config.kafka.brokers).producer({
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  while (!over.aborted) {
    await producer.sendBatch({ acks: -1, topicMessages: byTopic(take(stream, LIVE_EVENTS_PER_SECOND)) })
    await delay(1000, undefined, { signal: over }).catch(() => {})
  }
  await producer.disconnect()
}

function byTopic(messages: readonly UsageMessage[]) {
  return [...Map.groupBy(messages, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
    topic,
    messages: ofTopic.map(({ key, value }) => ({ key, value })),
  }))
}
