/**
 * Runs a program in our place: it gets our input, output and signals, and we exit with its exit code.
 *
 * It runs in a separate session. In ours, the terminal would also send it the Ctrl-C that we pass on (and npm passes it on once
 * more), and a second one means "at once, without cleaning up". If we are killed with SIGKILL, a small shell at the other end of
 * a pipe notices and ends the program, so that it does not keep running.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP']
/** A second Ctrl-C by a person comes later than this; the same Ctrl-C arriving in two ways does not. */
const SAME_SIGNAL_MS = 500
const ANCESTOR_CHECK_MS = 500

const WATCHDOG = `
read -r done && exit 0
kill -s TERM "$1" || exit 0
tries=0
while [ $tries -lt 100 ] && kill -s 0 "$1"; do sleep 0.1; tries=$((tries + 1)); done
kill -s KILL "$1"
`

export function runInOurPlace(command, args, env = process.env) {
  const child = spawn(command, args, { env, stdio: 'inherit', detached: true })
  child.once('error', (error) => {
    console.error(`${command} cannot be run: ${error.message}`)
    process.exit(127)
  })
  if (child.pid === undefined) return

  const watchdog = spawn('/bin/sh', ['-c', WATCHDOG, 'tollgate-watchdog', String(child.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watchdog.once('error', () => {})
  watchdog.stdin.on('error', () => {})

  const passedOnAt = new Map()
  const passOn = (signal) => {
    const now = performance.now()
    if (now - (passedOnAt.get(signal) ?? -Infinity) < SAME_SIGNAL_MS) return
    passedOnAt.set(signal, now)
    child.kill(signal)
  }
  for (const signal of PASSED_ON) process.on(signal, passOn)

  // Under npm, a changed ancestor means that npm was killed. Otherwise a shell may just have been closed on purpose.
  const ancestors = npmAncestors()
  const ancestorCheck = setInterval(() => {
    if (npmAncestors() !== ancestors) passOn('SIGTERM')
  }, ANCESTOR_CHECK_MS)

  child.once('exit', (code, signal) => {
    clearInterval(ancestorCheck)
    watchdog.stdin.end('done\n', () => {
      if (signal === null) process.exit(code)
      for (const passed of PASSED_ON) process.removeAllListeners(passed)
      // It ended by a signal, so we do too, as a shell distinguishes that. Some signals, such as SIGQUIT, would dump core again.
      process.kill(process.pid, PASSED_ON.includes(signal) ? signal : 'SIGKILL')
    })
  })
}

/** The pid of npm if it is our parent or the parent of the shell that it started for us. */
function npmAncestors() {
  if (!process.env.npm_lifecycle_event) return ''
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8')
    const [, parentOfParent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return /\((ba|da)?sh\)/.test(stat) ? `${process.ppid} ${parentOfParent}` : `${process.ppid}`
  } catch {
    return `${process.ppid}`
  }
}
