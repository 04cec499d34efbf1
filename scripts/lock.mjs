/**
 * A lock that ends with its holder: a symbolic link whose target identifies the holding process. Creating a link is atomic,
 * including its content, so the holder is always known. A lock whose holder has ended can be taken over.
 *
 * If two processes take over from the same dead holder at once, both may believe that they have the lock. So the lock only avoids
 * double work; what it guards must be correct without it (fill a private folder, then rename it).
 *
 * Plain JavaScript, because scripts/run.mjs needs it before dependencies are installed. stack/downloads.ts uses it too.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 100
/** Longer than any download or installation takes. */
const WAIT_LIMIT_MS = 30 * 60_000

/** The pid and start time of a process: a pid alone is reused after a reboot or wrap-around. Null: no such process. */
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
    // The name, in parentheses, may contain spaces: count the fields after it. A zombie (Z) holds no lock any more.
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

/** Runs `work` while holding the lock `path`. `onWait` is called once if it has to wait; after half an hour it fails. */
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
