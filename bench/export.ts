/**
 * Measures the time and memory of a large export: in the role `jobs`, which prepares it, the role `api`, which sends it, and the
 * command, which writes it directly. The movements are marked as rolled up, so that the roll-up is not measured.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { createApiKey } from '../src/ledger/access/api-keys.ts'
import { applyAccounts } from '../src/ledger/accounts/apply-accounts.ts'
import { CatalogStore } from '../src/ledger/catalogs/catalogs.ts'
import { type Serve, startServe } from '../stack/serve.ts'
import { startStack } from '../stack/stack.ts'
import { type Installation, openInstallation } from '../testkit/installation.ts'
import { makeMonths, makeMovements } from '../testkit/movements.ts'
import type { Figure } from './figures.ts'
import { memoryOf } from './processes.ts'
import { BenchFailed, stopAll, untilDone } from './until-done.ts'

const ACCOUNT = 'exported'
const IDLE = 'idle'
const MONTHS = 3
const MEMORY_POLL_MS = 100
const READY_WITHIN_MS = 900_000
const PROGRAM = join(import.meta.dirname, '../bin/tollgate.mjs')

export interface ExportOptions {
  readonly movements: number
  readonly say: (what: string) => void
}

export async function benchExport({ movements, say }: ExportOptions): Promise<Figure[]> {
  const stack = await startStack()
  try {
    const installation = await openInstallation(stack.environment())
    const serves: Serve[] = []
    try {
      const period = await makeData(installation, movements)
      say(`${movements} movements are there`)
      const { environment } = installation
      for (const TOLLGATE_ROLES of ['jobs', 'api']) serves.push(await startServe({ ...environment, TOLLGATE_ROLES }))
      const figures = await measureService(installation, serves, period)
      say('made and downloaded')
      return [...figures, ...(await measureCommand(environment, period))]
    } finally {
      await stopAll(serves, false)
      await installation.close()
    }
  } finally {
    await stack.stop()
  }
}

interface Period {
  readonly from: string
  readonly to: string
}

/** Whole months, up to the current one. */
async function makeData(installation: Installation, movements: number): Promise<Period> {
  const { pool, accounts } = installation
  const template = { ...accounts[0]!, contacts: [], currency: 'EUR' as const }
  const wanted = [ACCOUNT, IDLE].map((accountId) => ({ ...template, accountId }))
  const applied = await applyAccounts(installation, new CatalogStore(), wanted, 'bench')
  if (!('applied' in applied)) throw new BenchFailed(`the accounts were refused: ${JSON.stringify(applied)}`)
  const now = new Date()
  const to = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()))
  const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - MONTHS))
  await makeMonths(pool, from, MONTHS)
  // The last movement is before the end of the period.
  await makeMovements(pool, { accountId: ACCOUNT, count: movements, from, to: new Date(to.getTime() - 1000) })
  await pool.query(
    `insert into tollgate.usage_by_day_progress (account_id, through_sequence)
     select account_id, last_sequence from tollgate.accounts where account_id = $1`,
    [ACCOUNT],
  )
  await pool.query('analyze')
  return { from: from.toISOString(), to: to.toISOString() }
}

const figure = (name: string, unit: string, value: number): Figure => ({
  scenario: 'export',
  name,
  unit,
  runs: [value],
})

async function measureService(installation: Installation, serves: readonly Serve[], period: Period): Promise<Figure[]> {
  const [jobs, api] = serves as [Serve, Serve]
  const { token } = await createApiKey(installation.pool, {
    name: 'bench',
    scopes: ['export'],
    accountIds: null,
    actor: 'bench',
  })
  const ask = async (path: string, options: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': 'bench' }
    const response = await fetch(`${api.apiUrl}/v1/accounts/${ACCOUNT}/exports${path}`, { ...options, headers })
    if (!response.ok) throw new BenchFailed(`the API answers ${response.status}: ${await response.text()}`)
    return response
  }
  type Export = { export_id: string; state: string; rows: number; rows_done: number; file_bytes: number }

  const making = watchMemory(jobs.pid)
  const startedAt = performance.now()
  const asked = (await (await ask('', { method: 'POST', body: JSON.stringify(period) })).json()) as Export
  let stand = asked
  const look = async () => {
    await delay(MEMORY_POLL_MS)
    stand = (await (await ask(`/${asked.export_id}`)).json()) as Export
    return stand
  }
  await untilDone(serves, {
    condition: 'the export is over',
    isDone: async () => (await look()).state !== 'preparing',
    progress: () => stand.rows_done,
    withinMs: READY_WITHIN_MS,
  })
  const madeInSeconds = (performance.now() - startedAt) / 1000
  const made = making.stop()
  if (stand.state !== 'ready') throw new BenchFailed(`the export is ${stand.state}`)
  const { rows } = await installation.pool.query<{ bytes: number }>(
    'select sum(octet_length(content))::float8 as bytes from tollgate.export_parts',
  )

  const sending = watchMemory(api.pid)
  const sentAt = performance.now()
  let received = 0
  for await (const chunk of (await ask(`/${asked.export_id}/file`)).body!) received += chunk.length
  const sentInSeconds = (performance.now() - sentAt) / 1000
  const sent = sending.stop()
  if (received !== stand.file_bytes) throw new BenchFailed(`${received} of ${stand.file_bytes} bytes were received`)
  return [
    figure('movements', 'rows', stand.rows),
    figure('made by jobs', 's', madeInSeconds),
    figure('memory of jobs, at first', 'MB', made.firstMb),
    figure('memory of jobs, grown by', 'MB', made.grownMb),
    figure('file', 'MB', stand.file_bytes / 1e6),
    figure('stored in parts', 'MB', rows[0]!.bytes / 1e6),
    figure('sent by api', 's', sentInSeconds),
    figure('memory of api, grown by', 'MB', sent.grownMb),
  ]
}

/** What the command uses beyond its cost for an empty export. */
async function measureCommand(environment: Record<string, string>, period: Period): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-export-'))
  try {
    const figures: Figure[] = []
    for (const format of ['csv', 'parquet']) {
      const path = join(folder, `movements.${format}`)
      const nothing = await runExport(environment, IDLE, period, path, format)
      const all = await runExport(environment, ACCOUNT, period, path, format)
      figures.push(
        figure(`written by command, ${format}`, 's', all.seconds),
        figure(`memory of the command, ${format}, grown by`, 'MB', all.peakMb - nothing.peakMb),
        figure(`file, ${format}`, 'MB', statSync(path).size / 1e6),
      )
    }
    return figures
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function runExport(
  environment: Record<string, string>,
  accountId: string,
  { from, to }: Period,
  path: string,
  format: string,
): Promise<{ seconds: number; peakMb: number }> {
  const startedAt = performance.now()
  const args = ['export', '--account', accountId, '--from', from, '--to', to, '--output', path, '--format', format]
  const command = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  let peakMb = 0
  const timer = setInterval(() => {
    peakMb = memoryOf(command.pid!)?.peakMb || peakMb
  }, MEMORY_POLL_MS)
  try {
    const [exitCode] = await once(command, 'exit')
    if (exitCode !== 0) throw new BenchFailed(`tollgate export ended with ${exitCode}`)
  } finally {
    clearInterval(timer)
  }
  return { seconds: (performance.now() - startedAt) / 1000, peakMb }
}

/** The peak memory from now on; NaN: the system does not report it. */
function watchMemory(pid: number): { stop(): { firstMb: number; grownMb: number } } {
  const firstMb = memoryOf(pid)?.nowMb ?? Number.NaN
  let peakMb = firstMb
  const timer = setInterval(() => {
    peakMb = Math.max(peakMb, memoryOf(pid)?.nowMb ?? Number.NaN)
  }, MEMORY_POLL_MS)
  return {
    stop() {
      clearInterval(timer)
      return { firstMb, grownMb: peakMb - firstMb }
    },
  }
}
