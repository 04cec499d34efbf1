/**
 * A lock that outlives nobody: a symbolic link whose target names its holder. Making a link is atomic, content included, so
 * there is no moment when the lock exists and nobody knows whose it is. Who finds it held by a process that is gone takes it.
 *
 * Two that steal from the same dead holder at the same moment can both believe they have the lock. So the lock only saves
 * double work: what it guards must also be right without it (fill a private folder, then rename).
 *
 * Plain JavaScript because scripts/run.mjs needs it before any dependency is there; stack/downloads.ts shares it.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 100
/** Longer than any download or installation takes that is still under way. */
const WAIT_LIMIT_MS = 30 * 60_000

/** A pid alone is used again after a reboot or a wrap-around; with the start time it names one process for good. */
export function processIdentity(pid = process.pid) {
  const startedAt = process.platform === 'linux' ? startedAtOnLinux(pid) : startedAtElsewhere(pid)
  return startedAt === null ? null : `${pid}-${startedAt}`
}

export function isIdentityAlive(identity) {
  const pid = Number(identity.split('-')[0])
  return Number.isInteger(pid) && pid > 0 && processIdentity(pid) === identity
}

function startedAtOnLinux(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in parentheses, may hold spaces: count the fields from behind it. A zombie (Z) holds nothing any more.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? null : fields[19]
  } catch {
    return null
  }
}

function startedAtElsewhere(pid) {
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return started.replace(/[^A-Za-z0-9]/g, '') || null
  } catch {
    return null
  }
}

/** Runs `work` while holding `path`. `onWait` is called once if another holds it; after half an hour of that it fails. */
export async function withLock(path, work, onWait = () => {}) {
  const me = processIdentity()
  const giveUpAt = performance.now() + WAIT_LIMIT_MS
  for (let waited = false; !tryLock(path, me); waited = true) {
    if (!waited) onWait()
    if (performance.now() > giveUpAt) throw new Error(`${path} is still held by process ${holderOf(path)}`)
    await sleep(POLL_MS)
  }
  try {
    return await work()
  } finally {
    unlinkSync(path)
  }
}

function holderOf(path) {
  try {
    return readlinkSync(path).split('-')[0]
  } catch {
    return 'unknown'
  }
}

function tryLock(path, me) {
  try {
    symlinkSync(me, path)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  try {
    if (!isIdentityAlive(readlinkSync(path))) unlinkSync(path)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  return false
}
