/**
 * Finds the machine's Python 3 and gives it our packages: wheels of pinned versions in a folder of the cache, which comes first
 * in its path. It uses `pip --target` instead of a virtual environment, because Debian's Python has no venv by default, and a
 * virtual environment breaks when it is renamed, which is how the cache is filled.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { cached, type Log, runTool } from './downloads.ts'

/** The command and environment of a Python that can import the packages. */
export interface Python {
  readonly command: string
  readonly environment: Readonly<Record<string, string>>
}

const MIN_MINOR = 10
const HOW_TO_INSTALL = `Python >= 3.${MIN_MINOR} with pip is needed: apt-get install python3-pip`

const TRY_LIMIT_MS = 30_000

const run = promisify(execFile)

/** Finds a Python with the packages of `requirements`, a file that pins all of them. */
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

/** Wheels with machine code fit only one version of one implementation: `cpython-311`. */
async function pythonVersion(): Promise<string> {
  const question = 'import sys; print(*sys.version_info[:2], sys.implementation.cache_tag)'
  const answer = await run('python3', ['-c', question], { timeout: TRY_LIMIT_MS }).catch(() => {
    throw new Error(HOW_TO_INSTALL)
  })
  const [major, minor, tag] = answer.stdout.trim().split(' ')
  if (Number(major) !== 3 || Number(minor) < MIN_MINOR) throw new Error(HOW_TO_INSTALL)
  return tag!
}
