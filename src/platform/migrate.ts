/** Migrates a database to the schema of this version. Processes that start together take turns by an advisory lock. */
import { join } from 'node:path'
import pg from 'pg'
import Postgrator from 'postgrator'

const SCHEMAS = join(import.meta.dirname, '../../schemas')

/** An arbitrary lock key, the same in every version of Tollgate. */
const LOCK_KEY = 7_082_026_031

/** SQLSTATE of notices raised by our scripts; others are the server's, such as that a table exists. */
const RAISED_BY_SCRIPT = '00000'

/**
 * Runs the scripts in `schemas/<scripts>` that have not run yet. `onNotice` receives what they say to an administrator,
 * such as that a role could not be created.
 */
export async function migrate(
  databaseUrl: string,
  onNotice: (message: string) => void = () => {},
  scripts: 'database' | 'sandbox' = 'database',
): Promise<void> {
  // Not from a pool: waiting for the lock may take as long as a migration.
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'tollgate-migrate' })
  // The pending promise rejects too; an unhandled error event would end the process.
  client.on('error', () => {})
  client.on('notice', ({ code, message, hint }) => {
    if (code === RAISED_BY_SCRIPT) onNotice([message, hint].filter(Boolean).join('; '))
  })
  await client.connect()
  try {
    // One transaction for the scripts and the record that they ran, so both are there or neither.
    await client.query('begin')
    // The server drops the wait if our process dies; otherwise it would migrate once the lock is granted.
    await client.query("set local client_connection_check_interval = '1s'")
    await client.query('select pg_advisory_xact_lock($1::bigint)', [LOCK_KEY])
    const postgrator = new Postgrator({
      migrationPattern: join(SCHEMAS, scripts, '*.sql'),
      driver: 'pg',
      schemaTable: 'public.tollgate_migrations',
      validateChecksums: true,
      execQuery: (query) => client.query(query),
      execSqlScript: async (script) => {
        await client.query(script)
      },
    })
    await postgrator.migrate()
    await client.query('commit')
  } finally {
    await client.end()
  }
}
