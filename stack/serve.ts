/** Runs `tollgate serve` as a separate process, as an operator would. Its log goes to a file, and its metrics are scraped. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until, within } from '../testkit/until.ts'
import { freePort } from './ports.ts'

export interface Serve {
  readonly pid: number
  readonly logFile: string
  /** The operators' port: `/metrics`, `/healthz`, `/readyz`. */
  readonly operatorsUrl: string
  /** The URL of the API, if the process has that role. */
  readonly apiUrl: string
  /** Aborts when the process has ended, for whatever reason. */
  readonly ended: AbortSignal
  /** The samples of `/metrics` by name with labels, such as `tollgate_events_total{outcome="covered"}`. */
  figures(): Promise<Map<string, number>>
  /** Stops the process and resolves when it has ended. It is killed if it does not stop in time. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

const READY_WITHIN_MS = 60_000
const ANSWERS_WITHIN_MS = 10_000
const STOPS_WITHIN_MS = 60_000
const LOG_LINES = 20

/** Starts the process and resolves once `/readyz` reports ready. `nodeArguments`: options for Node, such as for a profile. */
export async function startServe(
  environment: Readonly<Record<string, string>>,
  nodeArguments: readonly string[] = [],
): Promise<Serve> {
  const port = await freePort()
  const apiPort = await freePort()
  const operatorsUrl = `http://127.0.0.1:${port}`
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-serve-'))
  const logFile = join(folder, 'serve.log')
  const log = openSync(logFile, 'w')
  const child = spawn(process.execPath, [...nodeArguments, join(import.meta.dirname, '../bin/tollgate.mjs'), 'serve'], {
    env: { ...process.env, ...environment, TOLLGATE_HTTP_PORT: String(port), TOLLGATE_API_PORT: String(apiPort) },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const ended = new AbortController()
  child.once('exit', () => ended.abort())
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)

  const isReadyOrEnded = async () => ended.signal.aborted || (await answers(`${operatorsUrl}/readyz`))
  await until('tollgate serve is ready', isReadyOrEnded, READY_WITHIN_MS).catch(fail)
  if (ended.signal.aborted) fail(new Error('tollgate serve ended before it was ready'))
  return {
    pid: child.pid!,
    logFile,
    operatorsUrl,
    apiUrl: `http://127.0.0.1:${apiPort}`,
    ended: ended.signal,
    figures: async () => parseFigures(await (await ask(`${operatorsUrl}/metrics`)).text()),
    async stop(signal = 'SIGTERM') {
      process.off('exit', killWithUs)
      if (ended.signal.aborted) return
      child.kill(signal)
      const exit = once(child, 'exit')
      const [exitCode, endedBy] = await within(`the end of tollgate serve by ${signal}`, exit, STOPS_WITHIN_MS).catch(
        fail,
      )
      // After an orderly or requested end the log is not needed.
      if (exitCode === 0 || endedBy === signal) rmSync(folder, { recursive: true, force: true })
    },
  }

  /** Ends a misbehaving process and keeps its log. */
  function fail(error: Error): never {
    child.kill('SIGKILL')
    throw new Error(`${error.message}; its log, ${logFile}, ends with:\n${endOfLog(logFile)}`)
  }
}

function answers(url: string): Promise<boolean> {
  return ask(url).then(
    (response) => response.ok,
    () => false,
  )
}

/** With a timeout: a suspended process accepts connections but never answers. */
function ask(url: string): Promise<Response> {
  return fetch(url, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) })
}

/** The last lines of a log. */
export function endOfLog(logFile: string): string {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_LINES).join('\n')
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
