/**
 * Downloads, kept outside the checkout so that every clone shares them. A folder of the cache is either absent or complete:
 * it is filled under another name and renamed, so an interrupted download leaves nothing that could be mistaken for a whole
 * one, and a lock makes a second caller wait for the first instead of fetching the same again.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import { isIdentityAlive, processIdentity, withLock } from '../scripts/lock.mjs'
import { workFolder } from './supervision.ts'

export type Log = (line: string) => void

const run = promisify(execFile)
const POM = join(import.meta.dirname, 'pom.xml')
const PARTIAL = '.partial-'

let partialCount = 0

/** The folder `name` of the cache, filled by `fill` if it is not there yet. */
export async function cached(
  name: string,
  fill: (folder: string) => Promise<void>,
  log: Log,
  cache = cacheFolder(),
): Promise<string> {
  const target = join(cache, name)
  if (existsSync(target)) return target

  return await withLock(
    join(cache, `${name}.lock`),
    async () => {
      if (existsSync(target)) return target
      await removeAbandoned(cache)
      const partial = join(cache, `${PARTIAL}${processIdentity()}-${partialCount++}`)
      mkdirSync(partial)
      try {
        log(`preparing ${name} (once; kept in ${cache})`)
        await fill(partial)
        await rename(partial, target)
      } catch (error) {
        await rm(partial, { recursive: true, force: true })
        if (!existsSync(target)) throw error
      }
      return target
    },
    () => log(`waiting for another process that is preparing ${name}`),
  )
}

/** What one profile of pom.xml lists. The cache key follows the file, so a changed version is a new download. */
export async function cachedFromMaven(
  profile: string,
  log: Log,
  unpack: (folder: string) => Promise<void> = async () => {},
): Promise<string> {
  const key = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 12)
  return await cached(
    `${profile}-${key}`,
    async (folder) => {
      // A local repository of its own: Maven finds its default by the password file, not by HOME, and that may not be writable.
      const repository = join(folder, '.repository')
      const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`]
      await runTool(
        'mvn',
        ['-B', '-q', '-ntp', '-f', POM, `-Dmaven.repo.local=${repository}`, '-P', profile, ...goal],
        'Maven is needed for a first download of Kafka and the schema registry: apt-get install maven',
      )
      await rm(repository, { recursive: true, force: true })
      await unpack(folder)
    },
    log,
  )
}

/** Runs a tool to its end; when it is missing the error is `howToInstall`, and when it fails, what it said. */
export async function runTool(tool: string, args: string[], howToInstall: string): Promise<void> {
  try {
    await run(tool, args, { maxBuffer: 64 * 1024 * 1024 })
  } catch (error) {
    const failure = error as NodeJS.ErrnoException & { stdout?: string; stderr?: string }
    if (failure.code === 'ENOENT') throw new Error(howToInstall)
    const said = `${failure.stdout ?? ''}${failure.stderr ?? ''}`.trim().split('\n').slice(-15).join('\n')
    throw new Error(`${tool} ${args.join(' ')} failed; it can be run again.\n${said}`)
  }
}

function cacheFolder(): string {
  const { XDG_CACHE_HOME, HOME } = process.env
  const wanted =
    XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(HOME || userInfo().homedir || '/', '.cache')
  for (const folder of [join(wanted, 'tollgate'), join(workFolder(), 'cache')]) {
    try {
      mkdirSync(folder, { recursive: true })
      accessSync(folder, constants.W_OK)
      return folder
    } catch {
      // No home, or one that cannot be written: the next one.
    }
  }
  throw new Error(`cannot write to ${wanted}: set XDG_CACHE_HOME to a folder that can be written`)
}

async function removeAbandoned(cache: string): Promise<void> {
  for (const entry of readdirSync(cache)) {
    if (!entry.startsWith(PARTIAL)) continue
    const identity = entry.slice(PARTIAL.length).split('-').slice(0, 2).join('-')
    if (!isIdentityAlive(identity)) await rm(join(cache, entry), { recursive: true, force: true })
  }
}
