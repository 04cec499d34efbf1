/** `npm run stack`: runs a stack until Ctrl-C. The environment for `tollgate serve` goes to stdout, everything else to stderr. */
import { startStack } from './stack.ts'

try {
  const stack = await startStack({ log: (line) => console.error(line) })
  for (const [name, value] of Object.entries(stack.environment())) console.log(`export ${name}=${value}`)
  console.error('the stack runs until Ctrl-C')
  const running = setInterval(() => {}, 2 ** 30)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, async () => {
      await stack.stop()
      clearInterval(running)
    })
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
