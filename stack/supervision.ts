/**
 * Nothing of a stack outlives the program that started it, however that program ends.
 *
 * Each stack has a folder of its own and a watchdog: a small shell whose standard input is a pipe held by us. The kernel
 * closes the pipe when we are gone, whether by a return, an exception, Ctrl-C or kill -9; the watchdog then ends what runs
 * in the folder and removes it. An orderly stop is the same thing, with the pipe closed by hand, so there is one way to end
 * and it is used every day. Should the watchdog be killed too, the next start sweeps what it left.
 *
 * A component can be started at the very moment we die. So it begins as a shell that first writes down its pid and then
 * looks whether the stack is still `alive`, while the watchdog first removes `alive` and then reads the pids: whichever
 * comes second sees the other.
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
/** Much data takes a while to be removed. */
const END_LIMIT_MS = 120_000
/** A try that takes longer is given up for the next. */
const ANSWER_LIMIT_MS = 5_000
const POLL_MS = 50
const LOG_TAIL_LINES = 25

/** Runs in the stack's folder, given as $1. A pid is ended only if that process works in this folder: pids are used again. */
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
  /** Also the name of its folder, which is its working directory. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Record<string, string>
  readonly user?: { readonly uid: number; readonly gid: number } | null
  /** What ends it at once and whole; the data is thrown away anyway. */
  readonly endSignal: 'KILL' | 'QUIT'
  /** Milliseconds for which an early exit is answered by another try, where what it waits for is known to pass. */
  readonly retryForMs?: number
  /** Rejects while it does not answer; `signal` ends a try that takes too long. */
  readonly answers: (signal: AbortSignal) => Promise<void>
}

export interface Component {
  readonly name: string
  readonly pid: number | null
  /** Resolves when the signal has done its work: when it is gone, except for SIGSTOP and SIGCONT. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Again, on the same port and data; resolves when it answers. */
  start(): Promise<void>
}

export interface StackFolder {
  readonly path: string
  /** A new folder inside, for one component, which also becomes its owner. */
  folderFor(name: string, user?: Program['user']): string
  supervise(program: Program): Component
  /** Ends everything and removes the folder. */
  close(): Promise<void>
}

/**
 * Where stacks live: on a disk, because what is measured must include a real fsync and /tmp is memory on many systems.
 * TOLLGATE_WORK_FOLDER names another place; everybody must be able to pass through it when root starts the stack.
 */
export function workFolder(): string {
  const { uid } = userInfo()
  const { TOLLGATE_WORK_FOLDER } = process.env
  const path = TOLLGATE_WORK_FOLDER || join(isWritable('/var/tmp') ? '/var/tmp' : tmpdir(), `tollgate-${uid}`)
  // Started by root, Postgres runs as another user, who must pass through here but need not list it.
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

  // The name says whose it is from the first moment on, so that another's sweep never finds a folder of no one.
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

/** Ends and removes what stacks left whose starter and watchdog were both killed. */
async function sweep(stacks: string): Promise<void> {
  const stale = readdirSync(stacks).filter((name) => !isIdentityAlive(name.split('-').slice(0, 2).join('-')))
  const swept = stale.map((name) => exited(spawnWatchdog(join(stacks, name), 'ignore')))
  await within(`the end of what ${stale.join(', ')} left in ${stacks}`, Promise.all(swept), END_LIMIT_MS)
}

function spawnWatchdog(folder: string, stdin: 'pipe' | 'ignore'): ChildProcess {
  return spawn('/bin/sh', ['-c', WATCHDOG, 'tollgate-watchdog', folder], {
    cwd: '/',
    // Its own session: a Ctrl-C in the terminal goes to all of a process group, and the watchdog has to outlast it.
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
        // Not ours: a PGPORT or QUARKUS_* of the caller's would change what runs.
        env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LANG: 'C.UTF-8', TZ: 'UTC', HOME: folder, ...program.env },
        stdio: ['ignore', log, log],
        ...(program.user ?? {}),
      },
    )
    closeSync(log)
    // A program that is done with its stack may end without stopping it: the watchdog does.
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
        // Looked at before asking: a stranger who took the port after our program failed must not answer for it.
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
      // The stack was closed meanwhile.
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
