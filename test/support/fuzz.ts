/** Schemathesis against an API: requests of every kind made from its OpenAPI document, each answer checked against it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { findPython } from '../../stack/python.ts'
import { within } from '../../testkit/until.ts'

const FOLDER = join(import.meta.dirname, '../python/fuzz')
const EXAMPLES = 6
/** Its output: the last requests, and its report. */
const ENDS_WITHIN_MS = 300_000

export interface FuzzOptions {
  readonly url: string
  readonly token: string
  /** How long it runs; null: for a fixed number of examples per operation, however long that takes, the same in each run. */
  readonly seconds: number | null
  readonly seed: number
}

export interface Fuzzed {
  readonly exitCode: number
  /** Its report, for people. */
  readonly report: string
}

export async function fuzzApi({ url, token, seconds, seed }: FuzzOptions): Promise<Fuzzed> {
  const python = await findPython(join(FOLDER, 'requirements.txt'), (line) => console.error(line))
  // What it keeps between runs is deleted with it.
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-fuzz-'))
  const args = [
    ...['-m', 'schemathesis.cli', '--config-file', join(FOLDER, 'schemathesis.toml'), '--no-color'],
    ...['run', `${url}/openapi.json`, '--url', url, '-H', `Authorization: Bearer ${token}`],
    // One worker: Python's own parser, which Hypothesis calls for its lambdas, fails in concurrent threads.
    ...['--checks', 'all', '--mode', 'all', '--seed', String(seed), '--workers', '1'],
    // It mistakes a person's id of one account for one of any other.
    ...['--exclude-checks', 'ensure_resource_availability'],
    ...(seconds === null
      ? // The boundaries of every field are two thirds of the requests; they are left to the long run.
        ['--phases', 'examples,fuzzing,stateful', '--max-examples', String(EXAMPLES)]
      : ['--max-time', String(seconds)]),
    ...['--request-timeout', '30', '--continue-on-failure'],
    ...['--suppress-health-check', 'all', '--warnings', 'off'],
  ]
  const program = spawn(python.command, args, {
    cwd: folder,
    env: { ...process.env, ...python.environment, PYTHONDONTWRITEBYTECODE: '1', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  try {
    const ended = Promise.all([text(program.stdout), text(program.stderr), once(program, 'close')])
    const [stdout, stderr, [exitCode]] = await within(
      'the end of the fuzzer',
      ended,
      (seconds ?? 0) * 1000 + ENDS_WITHIN_MS,
    )
    return { exitCode, report: `${stdout}${stderr}` }
  } finally {
    program.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}
