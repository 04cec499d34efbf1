/**
 * The relay of the lane `record`, on its own thread. Most records are in this lane, and nobody waits for them. So it
 * must not delay the rater's event loop, nor take its processor where the operating system supports priorities of
 * threads.
 */
import { Worker } from 'node:worker_threads'
import type { Config } from '../platform/config.ts'
import type { RelayReport } from './leadership.ts'
import type { Relay } from './relay.ts'

/** The configuration that the thread needs. */
export type RelayConfig = Pick<Config, 'process' | 'kafka' | 'database' | 'relay' | 'log'>

/** A message from the thread: a call of the report, or the time of its last turn. */
export type FromThread =
  | { readonly report: keyof RelayReport; readonly args: readonly unknown[] }
  | { readonly lastTurnAt: number }

/** A message to the thread. */
export type ToThread = 'wake' | 'stop'

const HEAP_MB = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8 }

const WAKE_AFTER_MS = 100

interface RecordRelayParts {
  readonly config: RelayConfig
  readonly report: RelayReport
  /** The thread ended unexpectedly. Only a new process helps. */
  readonly onFatal: (error: unknown) => void
}

/** Starts the thread and returns its relay. */
export function startRecordRelay({ config, report, onFatal }: RecordRelayParts): Relay {
  const { process, kafka, database, relay, log } = config
  const worker = new Worker(new URL('./record-relay-thread.ts', import.meta.url), {
    workerData: { process, kafka, database, relay, log } satisfies RelayConfig,
    resourceLimits: HEAP_MB,
  })
  let lastTurnAt = Date.now()
  let isStopping = false
  worker.on('message', (message: FromThread) => {
    if ('lastTurnAt' in message) lastTurnAt = message.lastTurnAt
    else (report[message.report] as (...args: unknown[]) => void)(...message.args)
  })
  worker.on('error', onFatal)
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  ended.then(() => {
    if (!isStopping) onFatal(new Error('the thread of the record relay ended unexpectedly'))
  })
  const send = (message: ToThread) => worker.postMessage(message)
  let waking: NodeJS.Timeout | null = null
  return {
    // A message between threads is a system call, and this lane may be slower, so calls are combined.
    wake() {
      waking ??= setTimeout(() => {
        waking = null
        send('wake')
      }, WAKE_AFTER_MS).unref()
    },
    lastTurnAt: () => lastTurnAt,
    async stop() {
      isStopping = true
      clearTimeout(waking ?? undefined)
      send('stop')
      await ended
    },
  }
}
