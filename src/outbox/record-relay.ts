/**
 * The relay of the lane `record`, on a thread of its own: most of what is published is of this lane, and nobody waits for
 * it, so it neither takes the rater's turns nor, where the system lets a thread have a priority, its processor.
 */
import { Worker } from 'node:worker_threads'
import type { Config } from '../platform/config.ts'
import type { RelayReport } from './leadership.ts'
import type { Relay } from './relay.ts'

export type RelayConfig = Pick<Config, 'process' | 'kafka' | 'database' | 'relay' | 'log'>

/** What the thread tells: a call of the report, or when it last took a turn. */
export type Told =
  | { readonly report: keyof RelayReport; readonly args: readonly unknown[] }
  | { readonly lastTurnAt: number }

export type Asked = 'wake' | 'stop'

const HEAP_MB = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8 }

const WAKE_AFTER_MILLIS = 100

interface RecordRelayParts {
  readonly config: RelayConfig
  readonly report: RelayReport
  /** The thread ended and nobody asked it to: only a new process helps. */
  readonly onFatal: (error: unknown) => void
}

export function startRecordRelay({ config, report, onFatal }: RecordRelayParts): Relay {
  const { process, kafka, database, relay, log } = config
  const worker = new Worker(new URL('./record-relay-thread.ts', import.meta.url), {
    workerData: { process, kafka, database, relay, log } satisfies RelayConfig,
    resourceLimits: HEAP_MB,
  })
  let lastTurnAt = Date.now()
  let isStopping = false
  worker.on('message', (told: Told) => {
    if ('lastTurnAt' in told) lastTurnAt = told.lastTurnAt
    else (report[told.report] as (...args: unknown[]) => void)(...told.args)
  })
  worker.on('error', onFatal)
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  ended.then(() => {
    if (!isStopping) onFatal(new Error('the thread that relays records ended by itself'))
  })
  const ask = (asked: Asked) => worker.postMessage(asked)
  let waking: NodeJS.Timeout | null = null
  return {
    // Each message between threads is a call of the system, and this lane may trail.
    wake() {
      waking ??= setTimeout(() => {
        waking = null
        ask('wake')
      }, WAKE_AFTER_MILLIS).unref()
    },
    lastTurnAt: () => lastTurnAt,
    async stop() {
      isStopping = true
      clearTimeout(waking ?? undefined)
      ask('stop')
      await ended
    },
  }
}
