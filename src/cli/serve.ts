/** `tollgate serve`: runs until it is asked to stop, then drains. */
import { readServiceConfig, startService } from '../main.ts'
import { createLog } from '../platform/log.ts'
import { asUsage } from './connected.ts'

/** Past the grace of the batch in hand: what still hangs then is let go, rolls back, and comes again. */
const LAST_PATIENCE_MS = 5_000

export async function serve(): Promise<never> {
  const config = asUsage(() => readServiceConfig(process.env))
  const log = createLog(config.log.level)
  const stopping = new AbortController()
  const asked = Promise.withResolvers<NodeJS.Signals>()
  const fatal = Promise.withResolvers<never>()
  // Looked at below; until then a fault must not pass for one that nobody handles.
  fatal.promise.catch(() => {})
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      asked.resolve(signal)
      stopping.abort()
      setTimeout(() => process.exit(1), config.process.drainMs + LAST_PATIENCE_MS).unref()
      // Whoever asks a second time, by whichever signal, does not want to wait.
      for (const again of ['SIGTERM', 'SIGINT'] as const) process.once(again, () => process.exit(1))
    })
  }

  let exitCode = 0
  try {
    const service = await startService({ config, log, signal: stopping.signal, onFatal: fatal.reject })
    try {
      const signal = await Promise.race([asked.promise, fatal.promise])
      log.info({ signal }, 'finishing what is in hand')
    } catch (error) {
      log.fatal({ err: error }, 'a fault that only a new process can mend')
      exitCode = 1
      setTimeout(() => process.exit(1), config.process.drainMs + LAST_PATIENCE_MS).unref()
    }
    await service.stop()
  } catch (error) {
    if (stopping.signal.aborted && error === stopping.signal.reason) {
      log.info('asked to stop before it had started')
    } else {
      log.fatal({ err: error }, 'tollgate did not start, or did not stop in order')
      exitCode = 1
    }
  }
  // Left to itself a half-started process would live on by its timers and sockets, and nobody would start it again.
  process.exit(exitCode)
}
