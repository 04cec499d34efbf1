/**
 * A backlog that takes minutes to drain, with live traffic on top: the memory of the rater, looked at each second. It runs
 * as a process of its own, the relay as another.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { createKafka } from '../src/platform/kafka.ts'
import { createLog } from '../src/platform/log.ts'
import { startServe } from '../stack/serve.ts'
import { type Figure, median, percentile } from './figures.ts'
import { uniformMix } from './mixes.ts'
import { memoryOf } from './processes.ts'
import { byTopic, openRig, take } from './rig.ts'

const LIVE_EVENTS_PER_SECOND = 500
const LONGEST_SECONDS = 15 * 60

export async function benchBacklog(messages: number): Promise<Figure[]> {
  const rig = await openRig()
  try {
    const { start } = await rig.preload(uniformMix, messages)
    const { environment, database, group } = await rig.createRun(start)
    const client = await rig.connect(database)
    const relay = await startServe({ ...environment, TOLLGATE_ROLES: 'relay' })
    const rater = await startServe({ ...environment, TOLLGATE_ROLES: 'rater' })
    const over = new AbortController()
    const live = (async () => {
      const stream = uniformMix(rig.parts, 777)
      const producer = createKafka(rig.config.kafka, createLog('error')).producer({
        idempotent: true,
        maxInFlightRequests: 1,
      })
      await producer.connect()
      while (!over.signal.aborted) {
        await producer.sendBatch({ acks: -1, topicMessages: byTopic(take(stream, LIVE_EVENTS_PER_SECOND)) })
        await delay(1000, undefined, { signal: over.signal }).catch(() => {})
      }
      await producer.disconnect()
    })()
    const recorded = async () => {
      const { rows } = await client.query(
        'select coalesce(sum(next_offset), 0)::float8 as done from tollgate.consumer_offsets where consumer_group = $1',
        [group],
      )
      return rows[0].done as number
    }
    const before = [...start.values()].flat().reduce((sum, offset) => sum + Number(offset), 0)
    const megabytes: number[] = []
    const startedAt = performance.now()
    const elapsed = () => (performance.now() - startedAt) / 1000
    let done = 0
    while (done < messages && elapsed() < LONGEST_SECONDS) {
      await delay(1000)
      megabytes.push(memoryOf(rater.pid)?.nowMb ?? Number.NaN)
      done = (await recorded()) - before
      if (rater.ended.aborted) throw new Error(`the rater ended by itself; its log is ${rater.logFile}`)
    }
    const seconds = elapsed()
    over.abort()
    await live
    await Promise.all([rater.stop(), relay.stop()])
    await client.end()
    const half = megabytes.length >> 1
    const figure = (name: string, unit: string, value: number): Figure => ({
      scenario: 'backlog',
      name,
      unit,
      runs: [value],
    })
    return [
      figure('recorded', 'events', done),
      figure('recorded', 'events/s', done / seconds),
      figure('memory of the rater, most', 'MB', percentile(megabytes, 1)),
      figure('memory, median of the first half', 'MB', median(megabytes.slice(0, half))),
      figure('memory, median of the second half', 'MB', median(megabytes.slice(half))),
    ]
  } finally {
    await rig.close()
  }
}
