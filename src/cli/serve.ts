/** `tollgate serve`: runs until it is told to stop, then drains. */
import { startService } from '../main.ts'
import { parseConfig } from '../platform/config.ts'
import { createLog } from '../platform/log.ts'
import { withConfig } from './connected.ts'

export async function serve(): Promise<void> {
  const config = withConfig(parseConfig)
  const log = createLog(config.logLevel)
  let fail: (error: unknown) => void = () => {}
  const fatal = new Promise<never>((_resolve, reject) => {
    fail = reject
  })
  const told = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve)
  })
  const service = await startService(config, log, fail)
  const signal = await Promise.race([told, fatal])
  log.info({ signal }, 'finishing what is in hand')
  // A second signal, or a drain that hangs past its grace, ends the process: the batch in hand rolls back and comes again.
  setTimeout(() => process.exit(1), config.drainMillis + 5_000).unref()
  await service.stop()
}
