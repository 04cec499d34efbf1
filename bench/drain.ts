/**
 * How fast a backlog is drained: call events preloaded on the broker, then one `tollgate serve` with everything it does,
 * on the real components, all on this machine. Timed from the first recorded event to the last.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Installation, openInstallation } from '../demo/installation.ts'
import { createTraffic } from '../demo/traffic.ts'
import { applyAccounts } from '../src/ledger/apply-accounts.ts'
import type { Lane } from '../src/outbox/messages.ts'
import { createKafka } from '../src/platform/kafka.ts'
import { createLog } from '../src/platform/log.ts'
import { startServe } from '../stack/serve.ts'
import { startStack } from '../stack/stack.ts'
import type { BenchFigure } from './rating.ts'

const TOPIC = 'usage.calls.v1'
const EVENTS = 1_000_000
const ACCOUNTS = 10_000
const MESSAGES_A_SEND = 5_000
const PROBE_MILLIS = 50

export async function benchDrain(events = EVENTS): Promise<BenchFigure[]> {
  const stack = await startStack()
  try {
    const installation = await openInstallation(stack.environment())
    await preload(installation, events)
    const before = await recorded(installation)
    const serve = await startServe(installation.environment)
    try {
      let firstAt = 0
      for (;;) {
        const done = await recorded(installation)
        if (firstAt === 0 && done > before) firstAt = performance.now()
        if (done >= events) break
        if (serve.ended.aborted) throw new Error(`the rater ended by itself; its log is ${serve.logFile}`)
        await delay(PROBE_MILLIS)
      }
      const seconds = (performance.now() - firstAt) / 1000
      const publishedSeconds = async (lane: Lane) => {
        while ((await unsent(installation, lane)) > 0n) await delay(PROBE_MILLIS)
        return (performance.now() - firstAt) / 1000
      }
      const nowSeconds = await publishedSeconds('now')
      const recordSeconds = await publishedSeconds('record')
      const figures = await serve.figures()
      return [
        { name: 'events recorded', value: events / seconds, unit: 'events/s' },
        { name: 'published, lane now', value: events / nowSeconds, unit: 'events/s' },
        { name: 'published, lane record', value: events / recordSeconds, unit: 'events/s' },
        { name: 'events a batch', value: events / (figures.get('tollgate_batches_total') ?? 1), unit: '' },
        { name: 'rater memory', value: (figures.get('tollgate_process_resident_memory_bytes') ?? 0) / 1e6, unit: 'MB' },
        {
          name: 'rater CPU',
          value: ((figures.get('tollgate_process_cpu_seconds_total') ?? 0) / recordSeconds) * 100,
          unit: '% of a core',
        },
      ]
    } finally {
      await serve.stop()
      await installation.close()
    }
  } finally {
    await stack.stop()
  }
}

/** The sample accounts many times over, under other ids, and as much of their traffic as asked for. */
async function preload({ accounts, config, encode, pool, startMicros }: Installation, events: number): Promise<void> {
  const many = Array.from({ length: ACCOUNTS }, (_, i) => {
    const sample = accounts[i % accounts.length]!
    return { ...sample, accountId: `bench-${i}` }
  })
  await applyAccounts(pool, encode, many)
  // The traffic favours the accounts that come first, as a handful of busy customers does.
  const traffic = createTraffic({ seed: 1, accounts: many, startMicros, kinds: 'calls' })
  const producer = createKafka(config, createLog('error')).producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  for (let sent = 0; sent < events; sent += MESSAGES_A_SEND) {
    const messages = Array.from({ length: Math.min(MESSAGES_A_SEND, events - sent) }, () => {
      const item = traffic.next()
      return item.kind === 'junk'
        ? { key: item.accountKey, value: item.value }
        : { key: item.event.account_id, value: Buffer.from(encode(TOPIC, item.event)) }
    })
    await producer.send({ topic: TOPIC, acks: -1, messages })
  }
  await producer.disconnect()
}

async function recorded({ pool }: Installation): Promise<number> {
  const { rows } = await pool.query<{ done: string }>(
    'select coalesce(sum(next_offset), 0)::text as done from tollgate.consumer_offsets',
  )
  return Number(rows[0]!.done)
}

async function unsent({ pool }: Installation, lane: Lane): Promise<bigint> {
  const { rows } = await pool.query<{ packs: bigint }>(
    'select count(*) as packs from tollgate.outbox_packs where lane = $1',
    [lane],
  )
  return rows[0]!.packs
}
