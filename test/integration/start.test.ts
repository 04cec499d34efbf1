/** A service that is asked to stop while it starts, or that cannot start, ends and leaves nothing behind. */
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
/** As in `platform/migrate.ts`: it is held during a migration. */
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

it('SIGTERM while another process migrates the database ends the start cleanly', async () => {
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
  expect(log()).toContain('received a stop signal during startup')
  await until('its connection is gone', async () => (await connections()) === 0)
})

it('SIGTERM while a broker accepts connections but never answers ends the start cleanly', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as { port: number }
  let connectionCount = 0
  silent.on('connection', () => connectionCount++)
  const { child, exited, log } = await serve({ TOLLGATE_KAFKA_BROKERS: `127.0.0.1:${port}` })
  await until('it waits for the broker', () => connectionCount > 0)
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
  expect(log()).toContain('received a stop signal during startup')
  silent.close()
})

it.each([
  ['TOLLGATE_HTTP_PORT', 'rater'],
  ['TOLLGATE_API_PORT', 'api'],
])('a start that fails says why and exits 1: %s in use', async (variable, roles) => {
  const busy = createServer().listen(0, '0.0.0.0')
  await once(busy, 'listening')
  const { port } = busy.address() as { port: number }
  const { exited, log } = await serve({ TOLLGATE_ROLES: roles, [variable]: String(port) })
  expect(await exited).toEqual([1, null])
  expect(log()).toContain(
    `cannot listen on port ${port}, another program listens there: set ${variable} to another port`,
  )
  await until('its connections are gone', async () => (await connections()) === 0)
  busy.close()
})

it('the API starts without Kafka and Redis, and ignores the variables of other roles', async () => {
  const { child, exited, log } = await serve({
    TOLLGATE_ROLES: 'api',
    TOLLGATE_API_PORT: '0',
    TOLLGATE_KAFKA_BROKERS: '127.0.0.1:1',
    TOLLGATE_REDIS_URL: 'redis://127.0.0.1:1',
    TOLLGATE_BATCH_EVENTS: 'nonsense',
    TOLLGATE_RATER_CONNECTIONS: 'nonsense',
    TOLLGATE_RELAY_CONNECTIONS: 'nonsense',
    TOLLGATE_PAYMENTS_CONNECTIONS: 'nonsense',
  })
  await until('it runs', () => log().includes('tollgate is running') || child.exitCode !== null)
  const port = /"api_port":(\d+)/.exec(log())?.[1]
  expect((await fetch(`http://127.0.0.1:${port}/v1/api-keys`)).status).toBe(401)
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
  expect(log()).not.toContain('"level":"error"')
})
