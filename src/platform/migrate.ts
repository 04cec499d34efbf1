/** Brings a database to the schema of this version. Safe when many start at once: one migrates, the others wait for it. */
import { join } from 'node:path'
import pg from 'pg'
import Postgrator from 'postgrator'

const SCHEMAS = join(import.meta.dirname, '../../schemas')

/** Any number that nothing else in the database locks; it only has to be the same for every version of Tollgate. */
const LOCK_KEY = 7_082_026_031

/** Others are the server's own, such as that a table is there already. */
const RAISED_BY_SCRIPT = '00000'

/**
 * `onNotice` is told what the scripts have to say to an administrator, such as a role that could not be made. `scripts` is
 * the folder of `schemas` that the database is made by.
 */
export async function migrate(
  databaseUrl: string,
  onNotice: (message: string) => void = () => {},
  scripts: 'database' | 'sandbox' = 'database',
): Promise<void> {
  // A connection of its own, outside any pool: waiting for the lock may take as long as a migration.
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'tollgate-migrate' })
  // The promise in hand reports the loss as well; without a listener the event would end the process.
  client.on('error', () => {})
  client.on('notice', ({ code, message, hint }) => {
    if (code === RAISED_BY_SCRIPT) onNotice([message, hint].filter(Boolean).join('; '))
  })
  await client.connect()
  try {
    // One transaction for the scripts and the note that they ran: an end half-way leaves neither.
    await client.query('begin')
    // A process that is gone must not wait for the lock on, and migrate once it is granted.
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
