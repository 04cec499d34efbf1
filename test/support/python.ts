/** Python programs of `test/python`, run against an installation with everything that the documents' snippets need. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { findPython, type Python } from '../../stack/python.ts'
import { within } from '../../testkit/until.ts'
import type { TestInstallation } from './installation.ts'

const FOLDER = join(import.meta.dirname, '../python')

export function testPython(): Promise<Python> {
  return findPython(join(FOLDER, 'requirements.txt'), (line) => console.error(line))
}

export function spawnPython(
  python: Python,
  { config }: Pick<TestInstallation, 'config'>,
  args: readonly string[],
): ChildProcessWithoutNullStreams {
  const [program, ...rest] = args
  return spawn(python.command, [join(FOLDER, program!), ...rest], {
    env: {
      ...process.env,
      ...python.environment,
      // Leaves nothing in the checkout.
      PYTHONDONTWRITEBYTECODE: '1',
      KAFKA_BROKERS: config.kafka.brokers.join(','),
      SCHEMA_REGISTRY_URL: config.kafka.schemaRegistryUrl,
    },
  })
}

/** Runs the snippets of a page of docs/, and returns the named variables. */
export async function runPage<Variables>(
  python: Python,
  installation: Pick<TestInstallation, 'config'>,
  page: string,
  variables: readonly (keyof Variables & string)[] = [],
): Promise<Variables> {
  return await runPython(python, installation, ['page.py', page, ...variables])
}

/** Runs a program, and returns the JSON that it printed. */
export async function runPython<Printed>(
  python: Python,
  installation: Pick<TestInstallation, 'config'>,
  args: readonly string[],
): Promise<Printed> {
  const program = spawnPython(python, installation, args)
  try {
    const ended = Promise.all([text(program.stdout), text(program.stderr), once(program, 'close')])
    const [stdout, stderr, [exitCode]] = await within(`the end of ${args.join(' ')}`, ended)
    if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode}:\n${stderr}`)
    return JSON.parse(stdout) as Printed
  } finally {
    program.kill('SIGKILL')
  }
}

/** The consumer of docs/CONSUMERS.md that follows service status. */
export interface StatusConsumer {
  /** From its start until it had caught up, without the start of Python. */
  readonly caughtUpAfterSeconds: number
  /** How many messages it read until then. */
  readonly messagesRead: number
  /** Its current state, by account. */
  known(): Promise<Record<string, unknown>>
  stop(): Promise<void>
}

/** Resolves when it has caught up. */
export async function startStatusConsumer(
  python: Python,
  installation: Pick<TestInstallation, 'config'>,
  page: string,
): Promise<StatusConsumer> {
  const program = spawnPython(python, installation, ['status_consumer.py', page])
  const closed = once(program, 'close')
  const said = text(program.stderr)
  const lines = createInterface(program.stdout)[Symbol.asyncIterator]()
  const answer = async <T>(): Promise<T> => {
    const { value, done } = await within('an answer of the status consumer', lines.next())
    if (done) throw new Error(`the status consumer ended:\n${await said}`)
    return JSON.parse(value) as T
  }
  const { seconds, messages } = await answer<{ seconds: number; messages: number }>()
  return {
    caughtUpAfterSeconds: seconds,
    messagesRead: messages,
    known() {
      program.stdin.write('?\n')
      return answer()
    },
    async stop() {
      program.stdin.end()
      await within('the end of the status consumer', closed)
    },
  }
}
