/** `tollgate serve` as a process of its own, as an operator runs it; its log goes to a file, its figures are scraped. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until, within } from '../testkit/until.ts'
import { freePort } from './ports.ts'

export interface Serve {
  readonly pid: number
  readonly logFile: string
  /** Aborts when the process has ended, asked or not. */
  readonly ended: AbortSignal
  /** Every sample of `/metrics` by its name with labels, `tollgate_events_total{outcome="covered"}`. */
  figures(): Promise<Map<string, number>>
  /** Resolves when the process is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

const READY_WITHIN_MS = 60_000
const ANSWER_WITHIN_MS = 10_000
/** It finishes its batch and hands back its partitions, which is done in seconds. */
const END_WITHIN_MS = 60_000

/** Resolves once `/readyz` says so. `nodeArguments` come before the program, as for a profile. */
export async function startServe(
  environment: Readonly<Record<string, string>>,
  nodeArguments: readonly string[] = [],
): Promise<Serve> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-serve-'))
  const logFile = join(folder, 'serve.log')
  const log = openSync(logFile, 'w')
  const child = spawn(process.execPath, [...nodeArguments, join(import.meta.dirname, '../bin/tollgate.mjs'), 'serve'], {
    env: { ...process.env, ...environment, TOLLGATE_HTTP_PORT: String(port) },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const ended = new AbortController()
  child.once('exit', () => ended.abort())
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)

  try {
    await until(
      'tollgate serve is ready',
      async () => {
        if (ended.signal.aborted) throw new Error('tollgate serve has ended')
        return await answers(`http://127.0.0.1:${port}/readyz`)
      },
      READY_WITHIN_MS,
    )
  } catch (error) {
    child.kill('SIGKILL')
    throw new Error(`tollgate serve did not become ready; its log is ${logFile}`, { cause: error })
  }
  return {
    pid: child.pid!,
    logFile,
    ended: ended.signal,
    figures: async () => {
      const response = fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text())
      return parseFigures(await within(`the metrics of tollgate serve (log: ${logFile})`, response, ANSWER_WITHIN_MS))
    },
    async stop(signal = 'SIGTERM') {
      process.off('exit', killWithUs)
      if (ended.signal.aborted) return
      child.kill(signal)
      const exit = once(child, 'exit')
      const end = `the end of tollgate serve by ${signal} (log: ${logFile})`
      const [exitCode, endedBy] = await within(end, exit, END_WITHIN_MS).catch((error: unknown) => {
        child.kill('SIGKILL')
        throw error
      })
      // Of an end in order, or as asked, there is nothing to look up.
      if (exitCode === 0 || endedBy === signal) rmSync(folder, { recursive: true, force: true })
    },
  }
}

function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }).then(
    (response) => response.ok,
    () => false,
  )
}

function parseFigures(text: string): Map<string, number> {
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}
