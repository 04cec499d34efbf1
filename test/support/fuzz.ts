/** Schemathesis against an API: requests of every kind made from its OpenAPI document, each answer held against it. */
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
/** Beyond what it was given: the last requests, and its report. */
const ENDS_WITHIN_MS = 300_000

export interface FuzzOptions {
  readonly url: string
  readonly token: string
  /** How long it looks; null: for as many examples of each operation, whatever time that takes, the same at each run. */
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
  // What it keeps between runs goes with it.
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-fuzz-'))
  const args = [
    ...['-m', 'schemathesis.cli', '--config-file', join(FOLDER, 'schemathesis.toml'), '--no-color'],
    ...['run', `${url}/openapi.json`, '--url', url, '-H', `Authorization: Bearer ${token}`],
    // One at a time: Python's own parser, which Hypothesis asks about its lambdas, fails where two threads ask at once.
    ...['--checks', 'all', '--mode', 'all', '--seed', String(seed), '--workers', '1'],
    // It takes a person's id of one account for one of any other.
    ...['--exclude-checks', 'ensure_resource_availability'],
    ...(seconds === null
      ? // Every boundary of every field in turn is two thirds of the requests, and for the long run.
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
