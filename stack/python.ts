/**
 * The machine's Python 3 with packages of ours beside it: wheels of pinned versions in a folder of the cache, put in
 * front of whatever else that Python has. `pip --target` and not a virtual environment: Debian's Python has no venv
 * unless asked for, and a virtual environment does not survive being renamed, which is how the cache is filled.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { cached, type Log, runTool } from './downloads.ts'

/** Command and environment of a Python that can import the packages. */
export interface Python {
  readonly command: string
  readonly environment: Readonly<Record<string, string>>
}

const OLDEST_MINOR = 10
const HOW_TO_INSTALL = `Python >= 3.${OLDEST_MINOR} with pip is needed: apt-get install python3-pip`

const TRY_LIMIT_MS = 30_000

const run = promisify(execFile)

/** `requirements` is a file that pins every package. */
export async function findPython(requirements: string, log: Log): Promise<Python> {
  const version = await pythonVersion()
  const key = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const packages = await cached(
    {
      name: `python-${key}-${version}-${process.platform}-${process.arch}`,
      fill: async (folder) => {
        await runTool('python3', ['-m', 'pip', '--version'], HOW_TO_INSTALL).catch(() => {
          throw new Error(HOW_TO_INSTALL)
        })
        const options = ['--quiet', '--no-cache-dir', '--only-binary=:all:', '--disable-pip-version-check']
        await runTool(
          'python3',
          ['-m', 'pip', 'install', ...options, '--target', folder, '-r', requirements],
          HOW_TO_INSTALL,
        )
      },
    },
    log,
  )
  return { command: 'python3', environment: { PYTHONPATH: packages, PYTHONNOUSERSITE: '1' } }
}

/** Wheels with machine code fit one version of one kind of Python: `cpython-311`. */
async function pythonVersion(): Promise<string> {
  const question = 'import sys; print(*sys.version_info[:2], sys.implementation.cache_tag)'
  const answer = await run('python3', ['-c', question], { timeout: TRY_LIMIT_MS }).catch(() => {
    throw new Error(HOW_TO_INSTALL)
  })
  const [major, minor, tag] = answer.stdout.trim().split(' ')
  if (Number(major) !== 3 || Number(minor) < OLDEST_MINOR) throw new Error(HOW_TO_INSTALL)
  return tag!
}
