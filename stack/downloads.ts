/**
 * A cache of downloads and other results, outside of the checkout so that all clones share it. A folder of the cache is either
 * missing or complete: it is filled under another name and then renamed, so an interrupted download is never mistaken for a
 * complete one. A lock makes a second caller wait instead of downloading the same again.
 *
 * A folder can still be damaged later, by a power cut, a full disk or a cleanup. So before each use it is checked against the
 * list of its files, and recreated if it is broken.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  type Stats,
  writeFileSync,
} from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import { isIdentityAlive, processIdentity, withLock } from '../scripts/lock.mjs'
import { workFolder } from './supervision.ts'

export type Log = (line: string) => void

export interface CacheEntry {
  /** The name of its folder in the cache. */
  readonly name: string
  fill(folder: string): Promise<void>
  /** Rejects when the contents of the folder do not work. All files were found with their sizes before. */
  tryOut?(folder: string): Promise<void>
  /** A cache other than the user's. */
  readonly cache?: string
}

const run = promisify(execFile)
const POM = join(import.meta.dirname, 'pom.xml')
/** Long enough for a first download over a slow connection. */
const TOOL_LIMIT_MS = 20 * 60_000
const PARTIAL = '.partial-'
const FILE_LIST = '.tollgate-files.json'

let partialCount = 0

/** Returns the cache folder of the entry, filling it if it is missing or broken. */
export async function cached(entry: CacheEntry, log: Log): Promise<string> {
  const { name, fill, cache = cacheFolder() } = entry
  const target = join(cache, name)
  if ((await faultOf(entry, target)) === null) return target

  return await withLock(
    join(cache, `${name}.lock`),
    async () => {
      const fault = await faultOf(entry, target)
      if (fault === null) return target
      await removeAbandoned(cache)
      const partial = partialFolder(cache)
      mkdirSync(partial)
      try {
        log(`preparing ${name} (${existsSync(target) ? fault : 'once'}; kept in ${cache})`)
        await fill(partial)
        writeFileSync(join(partial, FILE_LIST), JSON.stringify(listFiles(partial)))
        const made = await faultOf(entry, partial)
        if (made !== null) throw new Error(`${name} is not fit for use: ${made}`)
        // Another process that took the lock from a dead holder at the same time may have finished first: keep what works.
        if ((await faultOf(entry, target)) === null) return target
        if (existsSync(target)) await remove(target, cache)
        await rename(partial, target)
      } catch (error) {
        if ((await faultOf(entry, target)) !== null) throw error
      } finally {
        await rm(partial, { recursive: true, force: true })
      }
      return target
    },
    () => log(`waiting for another process that is preparing ${name}`),
  )
}

/** Why the folder cannot be used; null: it can. */
async function faultOf({ tryOut }: CacheEntry, folder: string): Promise<string | null> {
  const listFile = join(folder, FILE_LIST)
  if (!existsSync(listFile)) return 'it has no list of its files'
  try {
    const list = JSON.parse(readFileSync(listFile, 'utf8')) as Record<string, string>
    const changed = Object.entries(list).find(([path, facts]) => !isWhole(factsOf(join(folder, path)), facts))
    if (changed) return `${changed[0]} is missing, cut short or something else`
    await tryOut?.(folder)
    return null
  } catch (error) {
    return (error as Error).message.trim().replaceAll('\n', ' ')
  }
}

/** The size of each file and the target of each link, by path. The list itself does not exist yet. */
function listFiles(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true }) as string[]
  return Object.fromEntries(paths.map((path) => [path, factsOf(join(folder, path))!]))
}

function factsOf(path: string): string | null {
  const stats: Stats | undefined = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return null
  if (stats.isSymbolicLink()) return `-> ${readlinkSync(path)}`
  return stats.isDirectory() ? 'folder' : `${stats.size} bytes`
}

/** A file may grow: people and management tools add certificates to a bundle. */
function isWhole(found: string | null, listed: string): boolean {
  if (found === listed) return true
  const [foundBytes, listedBytes] = [found, listed].map((facts) => Number(/^(\d+) bytes$/.exec(facts ?? '')?.[1]))
  return foundBytes! >= listedBytes!
}

/** Removes a folder in two steps, so that nobody sees it half removed. */
async function remove(target: string, cache: string): Promise<void> {
  const aside = partialFolder(cache)
  await rename(target, aside)
  await rm(aside, { recursive: true, force: true })
}

function partialFolder(cache: string): string {
  return join(cache, `${PARTIAL}${processIdentity()}-${partialCount++}`)
}

/** Downloads what a profile of pom.xml lists. The cache key depends on the file, so a changed version is downloaded again. */
export async function cachedFromMaven(
  profile: string,
  log: Log,
  unpack: (folder: string) => Promise<void> = async () => {},
): Promise<string> {
  const key = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 12)
  return await cached(
    {
      name: `${profile}-${key}`,
      fill: async (folder) => {
        // A separate local repository: Maven finds the default by the password file, not by HOME, and may be unable to write to it.
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
    },
    log,
  )
}

/**
 * Runs a tool, which ends with us. The error is `howToInstall` if it is missing, and its output if it fails or does not end
 * in time.
 */
export async function runTool(tool: string, args: string[], howToInstall: string): Promise<void> {
  const running = run(tool, args, { maxBuffer: 64 * 1024 * 1024, timeout: TOOL_LIMIT_MS, killSignal: 'SIGKILL' })
  const endWithUs = () => running.child.kill('SIGKILL')
  process.once('exit', endWithUs)
  try {
    await running
  } catch (error) {
    const failure = error as NodeJS.ErrnoException & { stdout?: string; stderr?: string; killed?: boolean }
    if (failure.code === 'ENOENT') throw new Error(howToInstall)
    const said = `${failure.stdout ?? ''}${failure.stderr ?? ''}`.trim().split('\n').slice(-15).join('\n')
    const how = failure.killed ? `did not end within ${TOOL_LIMIT_MS / 60_000} minutes` : 'failed'
    throw new Error(`${tool} ${args.join(' ')} ${how}; it can be run again.\n${said}`)
  } finally {
    process.off('exit', endWithUs)
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
      // No home, or not writable: try the next one.
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
