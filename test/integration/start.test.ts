/** A service that is asked to stop while it starts, or cannot start: it ends, and leaves nothing behind. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { until } from '../../testkit/until.ts'
import { componentEnvironment } from '../support/components.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

const PROGRAM = join(import.meta.dirname, '../../bin/tollgate.mjs')
/** As in `platform/migrate.ts`: whoever migrates holds it. */
const MIGRATION_LOCK = 7_082_026_031

let database: TestDatabase
let other: pg.Client

beforeEach(async () => {
  database = await createDatabase()
  other = new pg.Client({ connectionString: database.url })
  await other.connect()
})

afterEach(async () => {
  await other.end()
  await database.drop()
})

async function serve(environment: Record<string, string>) {
  const components = await componentEnvironment()
  const child = spawn(process.execPath, [PROGRAM, 'serve'], {
    env: {
      ...process.env,
      ...components,
      TOLLGATE_DATABASE_URL: database.url,
      TOLLGATE_HTTP_PORT: '0',
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  const exited = once(child, 'exit')
  return { child, exited, log: () => log }
}

async function connections(): Promise<number> {
  const { rows } = await other.query(
    `select count(*)::int as count from pg_stat_activity
      where datname = current_database() and application_name like 'tollgate%'`,
  )
  return rows[0].count
}

it('SIGTERM while another process migrates the database ends the start in order', async () => {
  await other.query('select pg_advisory_lock($1::bigint)', [MIGRATION_LOCK])
  const { child, exited, log } = await serve({})
  await until('it waits for the lock', async () => {
    const { rows } = await other.query(
      "select 1 from pg_stat_activity where application_name = 'tollgate-migrate' and wait_event = 'advisory'",
    )
    return rows.length > 0
  })
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
  expect(log()).toContain('asked to stop before it had started')
  await until('its connection is gone', async () => (await connections()) === 0)
})

it('SIGTERM while a broker takes connections and never answers ends the start in order', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as { port: number }
  let taken = 0
  silent.on('connection', () => taken++)
  const { child, exited, log } = await serve({ TOLLGATE_KAFKA_BROKERS: `127.0.0.1:${port}` })
  await until('it waits for the broker', () => taken > 0)
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
  expect(log()).toContain('asked to stop before it had started')
  silent.close()
})

it('a start that fails says why and exits 1', async () => {
  const busy = createServer().listen(0, '0.0.0.0')
  await once(busy, 'listening')
  const { port } = busy.address() as { port: number }
  const { exited, log } = await serve({ TOLLGATE_HTTP_PORT: String(port) })
  expect(await exited).toEqual([1, null])
  expect(log()).toContain('EADDRINUSE')
  busy.close()
})
