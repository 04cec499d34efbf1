/** Brings the database to the schema of this version. Safe when many start at once: one migrates, the others wait for it. */
import { join } from 'node:path'
import pg from 'pg'
import Postgrator from 'postgrator'

const MIGRATIONS = join(import.meta.dirname, '../../schemas/database/*.sql')

/** Any number that nothing else in the database locks; it only has to be the same for every version of Tollgate. */
const LOCK_KEY = 7_082_026_031

export async function migrate(databaseUrl: string): Promise<void> {
  // A connection of its own, straight to the database: the lock belongs to the session.
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'tollgate-migrate' })
  // The promise in hand reports the loss as well; without a listener the event would end the process.
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1::bigint)', [LOCK_KEY])
    const postgrator = new Postgrator({
      migrationPattern: MIGRATIONS,
      driver: 'pg',
      schemaTable: 'public.tollgate_migrations',
      validateChecksums: true,
      execQuery: (query) => client.query(query),
      // One file, one transaction: a migration that fails half-way leaves nothing behind.
      execSqlScript: async (script) => {
        await client.query(`begin;\n${script}\n;commit`)
      },
    })
    await postgrator.migrate()
  } finally {
    // Ending the session frees the lock, and rolls back what a failed script left open.
    await client.end()
  }
}
