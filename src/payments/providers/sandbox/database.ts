/** The sandbox's own database. On first use it is created if missing, and migrated to this version's schema. */
import pg from 'pg'
import type { InstantMicros } from '../../../core/instant.ts'
import { sqlState } from '../../../platform/faults.ts'
import type { Logger } from '../../../platform/log.ts'
import { migrate } from '../../../platform/migrate.ts'
import { asFault, type Connection, createPool, inTransaction, type Pool } from '../../../platform/postgres.ts'

const MISSING_DATABASE = '3D000'
/** Another process has created it; the second code is for truly concurrent creation. */
const CREATED_ALREADY = ['42P04', '23505']
/** Exists on every server. */
const MAINTENANCE_DATABASE = '/postgres'

/** Postgres truncates longer names. */
const MAX_NAME_BYTES = 63

/**
 * The URL of the sandbox's database: `given`, or the ledger's with `_sandbox` appended to its name. Throws if it is the ledger's
 * own database, because restoring the ledger to an earlier point would then restore the payments as well.
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
  /** For tests and the demo, where time runs faster; absent: the database's clock. */
  readonly now?: (() => InstantMicros) | undefined
  readonly connections?: number
}

/** The database, shared by provider and desk. */
export interface SandboxDatabase {
  /** A pool of the database, which has been created and migrated. */
  pool(): Promise<Pool>
  now(database: Pool | Connection): Promise<InstantMicros>
  inTransaction<T>(work: (connection: Connection, nowMicros: InstantMicros) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Opens the database without connecting; the first use creates and migrates it. */
export function openSandboxDatabase({ databaseUrl, log, now, connections = 4 }: SandboxOptions): SandboxDatabase {
  const pool = createPool(databaseUrl, log, connections)
  let ready: Promise<void> | null = null
  const database: SandboxDatabase = {
    async pool() {
      ready ??= prepareDatabase(databaseUrl, log)
      try {
        await ready
      } catch (error) {
        // The next call tries again.
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

/** Whether the database exists; it is not created. Any other problem with it will show in the first call. */
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
    migrate(databaseUrl, (notice) => log.warn({ notice }, 'notice of a sandbox migration'), 'sandbox')
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
