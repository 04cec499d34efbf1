/**
 * The `tollgate` program for files that run dozens of its commands: in one process, one after another. Files that use
 * `runTollgate` test that each command is a process that ends.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { within } from '../../testkit/until.ts'
import type { Ended } from './tollgate.ts'

const PROCESS = join(import.meta.dirname, 'resident-process.mjs')
const END_WITHIN_MS = 100_000

export interface ResidentTollgate {
  run(environment: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended>
  close(): Promise<void>
}

export function startResidentTollgate(): ResidentTollgate {
  const child: ChildProcess = fork(PROCESS, { execArgv: [] })
  const ended = once(child, 'exit')
  let last: Promise<unknown> = Promise.resolve()

  async function runNow(environment: Readonly<Record<string, string>>, args: readonly string[]): Promise<Ended> {
    const answered = once(child, 'message')
    child.send({ args, environment })
    const died = ended.then(([code]) => Promise.reject(new Error(`the process of the commands ended with ${code}`)))
    const [answer] = await within(
      `the end of tollgate ${args.join(' ')}`,
      Promise.race([answered, died]),
      END_WITHIN_MS,
    )
    return answer as Ended
  }

  return {
    run(environment, ...args) {
      const run = last.then(() => runNow(environment, args))
      last = run.catch(() => {})
      return run
    },
    async close() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
