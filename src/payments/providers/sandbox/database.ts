/** The sandbox's own database: created where it is missing, and brought to this version's schema, at the first use. */
import pg from 'pg'
import type { InstantMicros } from '../../../core/instant.ts'
import { sqlState } from '../../../platform/faults.ts'
import type { Logger } from '../../../platform/log.ts'
import { migrate } from '../../../platform/migrate.ts'
import { asFault, type Connection, createPool, inTransaction, type Pool } from '../../../platform/postgres.ts'

const MISSING_DATABASE = '3D000'
/** By another process meanwhile; the second is what a server answers when both are at it at once. */
const CREATED_ALREADY = ['42P04', '23505']
/** Every server has it. */
const MAINTENANCE_DATABASE = '/postgres'

/** Postgres cuts off what is longer. */
const MAX_NAME_BYTES = 63

/**
 * Where the sandbox keeps its payments: `given`, or else beside the ledger under its name with `_sandbox` behind. Throws
 * where that is the ledger itself: restored to an earlier point, it would take the payments along.
 */
export function sandboxDatabaseUrl(ledgerUrl: string, given: string | null = null): string {
  const ledger = new URL(ledgerUrl)
  const sandbox = new URL(given ?? ledgerUrl)
  if (given === null) {
    const name = `${ledger.pathname.slice(1) || ledger.username || 'tollgate'}_sandbox`
    if (Buffer.byteLength(decodeURIComponent(name)) > MAX_NAME_BYTES) {
      throw new Error(`set TOLLGATE_SANDBOX_DATABASE_URL: ${name} is too long for the name of a database`)
    }
    sandbox.pathname = `/${name}`
  }
  if (sandbox.host === ledger.host && sandbox.pathname === ledger.pathname) {
    throw new Error("TOLLGATE_SANDBOX_DATABASE_URL names the ledger's own database; the sandbox needs one of its own")
  }
  return sandbox.href
}

export interface SandboxOptions {
  readonly databaseUrl: string
  readonly log: Logger
  /** For tests and the demo, where time goes faster; the database's clock without it. */
  readonly now?: (() => InstantMicros) | undefined
  readonly connections?: number
}

/** The database as provider and desk share it. */
export interface SandboxDatabase {
  /** Created and migrated. */
  pool(): Promise<Pool>
  now(database: Pool | Connection): Promise<InstantMicros>
  inTransaction<T>(work: (connection: Connection, nowMicros: InstantMicros) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export function openSandboxDatabase({ databaseUrl, log, now, connections = 4 }: SandboxOptions): SandboxDatabase {
  const pool = createPool(databaseUrl, log, connections)
  let ready: Promise<void> | null = null
  const database: SandboxDatabase = {
    async pool() {
      ready ??= prepareDatabase(databaseUrl, log)
      try {
        await ready
      } catch (error) {
        // The next call tries anew.
        ready = null
        throw asFault(error)
      }
      return pool
    },
    async now(on) {
      return now === undefined ? readClock(on) : now()
    },
    async inTransaction(work) {
      return inTransaction(await database.pool(), async (connection) =>
        work(connection, await database.now(connection)),
      )
    },
    async close() {
      await ready?.catch(() => {})
      await pool.end()
    },
  }
  return database
}

/** Whether there is one to ask, without making it. What else may be wrong with it the first call says. */
export async function isSandboxThere(databaseUrl: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'tollgate-sandbox',
    connectionTimeoutMillis: 5_000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch (error) {
    return sqlState(error) !== MISSING_DATABASE
  } finally {
    await client.end().catch(() => {})
  }
}

async function readClock(database: Pool | Connection): Promise<InstantMicros> {
  const { rows } = await database.query<{ now_micros: bigint }>(
    'select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now_micros',
  )
  return Number(rows[0]!.now_micros)
}

async function prepareDatabase(databaseUrl: string, log: Logger): Promise<void> {
  const bringUp = () =>
    migrate(databaseUrl, (notice) => log.warn({ notice }, 'a migration of the sandbox has something to say'), 'sandbox')
  try {
    await bringUp()
  } catch (error) {
    if (sqlState(error) !== MISSING_DATABASE) throw error
    await createDatabase(databaseUrl)
    log.info('created the database of the sandbox payment provider')
    await bringUp()
  }
}

async function createDatabase(databaseUrl: string): Promise<void> {
  const url = new URL(databaseUrl)
  const name = decodeURIComponent(url.pathname.slice(1))
  url.pathname = MAINTENANCE_DATABASE
  const client = new pg.Client({ connectionString: url.href, application_name: 'tollgate-sandbox' })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(`create database ${client.escapeIdentifier(name)}`)
  } catch (error) {
    if (!CREATED_ALREADY.includes(sqlState(error) ?? '')) throw error
  } finally {
    await client.end()
  }
}
