/** `tollgate serve`: runs the service until it is asked to stop, then drains. */
import { readServiceConfig, startService } from '../main.ts'
import { createLog } from '../platform/log.ts'
import { asUsage } from './connected.ts'

/**
 * Time beyond the drain of the last batch. What still hangs then is abandoned and rolled back; it is processed again
 * later.
 */
const STOP_MARGIN_MS = 5_000

export async function serve(): Promise<never> {
  const config = asUsage(() => readServiceConfig(process.env))
  const log = createLog(config.log.level)
  const stopping = new AbortController()
  const asked = Promise.withResolvers<NodeJS.Signals>()
  const fatal = Promise.withResolvers<never>()
  // Handled below; until then the rejection must not count as unhandled.
  fatal.promise.catch(() => {})
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      asked.resolve(signal)
      stopping.abort()
      setTimeout(() => process.exit(1), config.process.drainMs + STOP_MARGIN_MS).unref()
      // A second signal, of either kind, stops at once.
      for (const again of ['SIGTERM', 'SIGINT'] as const) process.once(again, () => process.exit(1))
    })
  }

  let exitCode = 0
  try {
    const service = await startService({ config, log, signal: stopping.signal, onFatal: fatal.reject })
    try {
      const signal = await Promise.race([asked.promise, fatal.promise])
      log.info({ signal }, 'stopping: finishing work in progress')
    } catch (error) {
      log.fatal({ err: error }, 'stopping after a fault that only a restart can resolve')
      exitCode = 1
      setTimeout(() => process.exit(1), config.process.drainMs + STOP_MARGIN_MS).unref()
    }
    await service.stop()
  } catch (error) {
    if (stopping.signal.aborted && error === stopping.signal.reason) {
      log.info('received a stop signal during startup')
    } else {
      log.fatal({ err: error }, 'tollgate failed to start or to stop cleanly')
      exitCode = 1
    }
  }
  // A half-started process would stay alive through its timers and sockets, and nobody would restart it.
  process.exit(exitCode)
}
