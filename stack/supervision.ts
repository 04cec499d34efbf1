/**
 * Supervises a stack: nothing of it outlives the program that started it, however that program ends.
 *
 * Each stack has a folder and a watchdog: a small shell whose standard input is a pipe that we hold open. When our process ends,
 * by a return, an exception, Ctrl-C or kill -9, the kernel closes the pipe. Then the watchdog ends everything that runs in the
 * folder and removes it. An orderly stop closes the pipe explicitly, so there is only one way to end, and it is well tested. If
 * the watchdog is killed too, the next start cleans up.
 *
 * A component may be starting at the moment we die. So it begins as a shell that first writes its pid and then checks whether
 * the stack is still `alive`, while the watchdog first removes `alive` and then reads the pids: whichever is second sees the
 * other.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isIdentityAlive, processIdentity } from '../scripts/lock.mjs'
import { within } from '../testkit/until.ts'

const START_LIMIT_MS = 120_000
/** Removing a lot of data takes a while. */
const END_LIMIT_MS = 120_000
/** An attempt that takes longer is abandoned, and the next one is made. */
const ANSWER_LIMIT_MS = 5_000
const POLL_MS = 50
const LOG_TAIL_LINES = 25

/** Runs in the stack's folder, given as $1. As pids are reused, a process is ended only if it works in this folder. */
const WATCHDOG = `
dir=$1
cat >/dev/null
rm -f "$dir/alive"
ours() {
  if [ -d /proc/self ]; then at=$(readlink "/proc/$1/cwd"); else at=$(lsof -a -d cwd -p "$1" -Fn | sed -n 's/^n//p'); fi
  case $at in "$dir"/*) return 0 ;; *) return 1 ;; esac
}
end() {
  left=
  for file in "$dir"/pids/*; do
    read -r pid signal <"$file" || continue
    ours "$pid" || continue
    left=1
    kill -s "\${1:-$signal}" "$pid"
    kill -s CONT "$pid"
  done
}
end
tries=0
while [ -n "$left" ]; do
  sleep 0.05
  tries=$((tries + 1))
  if [ $tries -gt 100 ]; then end KILL; else left=; for file in "$dir"/pids/*; do
    read -r pid signal <"$file" && ours "$pid" && left=1
  done; fi
  [ $tries -gt 200 ] && break
done
rm -rf "$dir"
`

const LAUNCH = `
echo "$$ $2" >"$1/pids/$3" || exit 1
[ -e "$1/alive" ] || exit 1
shift 3
exec "$@"
`

export interface Program {
  /** Also the name of its folder, its working directory. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Record<string, string>
  readonly user?: { readonly uid: number; readonly gid: number } | null
  /** The signal that ends it at once and completely; its data is discarded anyway. */
  readonly endSignal: 'KILL' | 'QUIT'
  /** For how many milliseconds an early exit leads to another attempt, if its cause is known to be temporary. */
  readonly retryForMs?: number
  /** Rejects while it does not answer; `signal` aborts an attempt that takes too long. */
  readonly answers: (signal: AbortSignal) => Promise<void>
}

export interface Component {
  readonly name: string
  readonly pid: number | null
  /** Sends a signal and resolves when the process has ended, except for SIGSTOP and SIGCONT. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Restarts it with the same port and data; resolves when it answers. */
  start(): Promise<void>
}

export interface StackFolder {
  readonly path: string
  /** Creates a folder inside for one component, owned by the component's user. */
  folderFor(name: string, user?: Program['user']): string
  supervise(program: Program): Component
  /** Ends everything and removes the folder. */
  close(): Promise<void>
}

/**
 * The folder for stacks: on a disk, because measurements must include a real fsync, and /tmp is in memory on many systems.
 * TOLLGATE_WORK_FOLDER names another one; if root starts the stack, everybody must be able to traverse it.
 */
export function workFolder(): string {
  const { uid } = userInfo()
  const { TOLLGATE_WORK_FOLDER } = process.env
  const path = TOLLGATE_WORK_FOLDER || join(isWritable('/var/tmp') ? '/var/tmp' : tmpdir(), `tollgate-${uid}`)
  // If root starts the stack, Postgres runs as another user, who must be able to traverse the folder but not list it.
  mkdirSync(path, { recursive: true })
  if (process.platform !== 'win32' && statSync(path).uid !== uid) throw new Error(`${path} belongs to another user`)
  chmodSync(path, 0o711)
  return path
}

let folderCount = 0

export async function openStackFolder(): Promise<StackFolder> {
  const stacks = join(workFolder(), 'stacks')
  mkdirSync(stacks, { recursive: true })
  chmodSync(stacks, 0o711)
  await sweep(stacks)

  // The name identifies its owner from the start, so that another program's cleanup never takes it for an orphan.
  const path = join(stacks, `${processIdentity()}-${process.hrtime.bigint()}-${folderCount++}`)
  for (const folder of [path, join(path, 'pids')]) {
    mkdirSync(folder)
    chmodSync(folder, 0o711)
  }
  writeFileSync(join(path, 'alive'), '')
  const watchdog = spawnWatchdog(path, 'pipe')
  watchdog.unref()
  ;(watchdog.stdin as Socket).unref()

  let closed: Promise<void> | undefined
  return {
    path,
    folderFor(name, user = null) {
      const folder = join(path, name)
      mkdirSync(folder, { mode: 0o700 })
      const pidFile = join(path, 'pids', name)
      writeFileSync(pidFile, '')
      if (user) {
        chownSync(folder, user.uid, user.gid)
        chownSync(pidFile, user.uid, user.gid)
      }
      return folder
    },
    supervise: (program) => supervise(path, program),
    close() {
      closed ??= (async () => {
        const gone = exited(watchdog)
        watchdog.stdin?.end()
        await within(`the end of what runs in ${path}`, gone, END_LIMIT_MS)
      })()
      return closed
    },
  }
}

/** Ends and removes the remains of stacks whose starter and watchdog were both killed. */
async function sweep(stacks: string): Promise<void> {
  const stale = readdirSync(stacks).filter((name) => !isIdentityAlive(name.split('-').slice(0, 2).join('-')))
  const swept = stale.map((name) => exited(spawnWatchdog(join(stacks, name), 'ignore')))
  await within(`the end of what ${stale.join(', ')} left in ${stacks}`, Promise.all(swept), END_LIMIT_MS)
}

function spawnWatchdog(folder: string, stdin: 'pipe' | 'ignore'): ChildProcess {
  return spawn('/bin/sh', ['-c', WATCHDOG, 'tollgate-watchdog', folder], {
    cwd: '/',
    // Its own session: a Ctrl-C in the terminal goes to the whole process group, and the watchdog must survive it.
    detached: true,
    stdio: [stdin, 'ignore', 'ignore'],
  })
}

function supervise(stack: string, program: Program): Component {
  const folder = join(stack, program.name)
  const logFile = join(stack, `${program.name}.log`)
  let child: ChildProcess | null = null

  function launch(): ChildProcess {
    const log = openSync(logFile, 'a')
    const launched = spawn(
      '/bin/sh',
      ['-c', LAUNCH, 'tollgate-launch', stack, program.endSignal, program.name, program.command, ...program.args],
      {
        cwd: folder,
        detached: true,
        // Not our environment: a PGPORT or QUARKUS_* of the caller would affect the component.
        env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LANG: 'C.UTF-8', TZ: 'UTC', HOME: folder, ...program.env },
        stdio: ['ignore', log, log],
        ...(program.user ?? {}),
      },
    )
    closeSync(log)
    // A program may end without stopping its stack: the watchdog stops it.
    launched.unref()
    launched.once('exit', () => {
      if (child === launched) child = null
    })
    launched.once('error', () => {
      if (child === launched) child = null
    })
    return launched
  }

  return {
    name: program.name,
    get pid() {
      return child?.pid ?? null
    },
    async kill(signal = 'SIGKILL') {
      const running = child
      if (!running) return
      const gone = signal === 'SIGSTOP' || signal === 'SIGCONT' ? Promise.resolve() : exited(running)
      running.kill(signal)
      await within(`the end of ${program.name} by ${signal}`, gone, END_LIMIT_MS)
    },
    async start() {
      const startedAt = performance.now()
      const elapsedMs = () => performance.now() - startedAt
      child ??= launch()
      while (true) {
        // Checked first: if our program failed, another process on its port must not answer for it.
        if (child === null) {
          if (elapsedMs() > (program.retryForMs ?? 0)) throw didNotStart('ended while starting')
          child = launch()
        }
        if (elapsedMs() > START_LIMIT_MS) throw didNotStart(`does not answer after ${START_LIMIT_MS / 1000} s`)
        try {
          await within(`${program.name} to answer`, program.answers(AbortSignal.timeout(2_000)), ANSWER_LIMIT_MS)
          return
        } catch {
          await sleep(POLL_MS)
        }
      }
    },
  }

  function didNotStart(how: string): Error {
    let said = ''
    try {
      said = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n')
    } catch {
      // The stack was closed in the meantime.
    }
    return new Error(`${program.name} ${how}; its last lines:\n${said}`)
  }
}

function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve()
  child.ref()
  return new Promise((resolve) => child.once('exit', () => resolve()))
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
