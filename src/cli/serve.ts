/** `tollgate serve`: runs until it is told to stop, then drains. */
import { startService } from '../main.ts'
import { parseConfig } from '../platform/config.ts'
import { createLog } from '../platform/log.ts'
import { CommandFailed } from './command.ts'
import { withConfig } from './connected.ts'

/** Past the grace of the batch in hand: what still hangs then is let go, rolls back, and comes again. */
const LAST_PATIENCE_MILLIS = 5_000

export async function serve(): Promise<never> {
  const config = withConfig(parseConfig)
  const log = createLog(config.logLevel)
  const told = Promise.withResolvers<NodeJS.Signals>()
  const fatal = Promise.withResolvers<never>()
  // Looked at below; until then a fault must not pass for one that nobody handles.
  fatal.promise.catch(() => {})
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      told.resolve(signal)
      // Whoever asks a second time, by whichever signal, does not want to wait.
      for (const again of ['SIGTERM', 'SIGINT'] as const) process.once(again, () => process.exit(1))
    })
  }

  let exitCode = 0
  try {
    const service = await startService(config, log, fatal.reject)
    try {
      const signal = await Promise.race([told.promise, fatal.promise])
      log.info({ signal }, 'finishing what is in hand')
    } catch (error) {
      log.fatal({ err: error }, 'a fault that only a new process can mend')
      exitCode = 1
    }
    setTimeout(() => process.exit(1), config.drainMillis + LAST_PATIENCE_MILLIS).unref()
    await service.stop()
  } catch (error) {
    if (error instanceof CommandFailed) throw error
    log.fatal({ err: error }, 'tollgate did not start, or did not stop in order')
    exitCode = 1
  }
  // Left to itself a half-started process would live on by its timers and sockets, and nobody would start it again.
  process.exit(exitCode)
}
