/** `tollgate migrate`: brings the database to this version's schema. */
import { parseDatabaseConfig } from '../platform/config.ts'
import { migrate } from '../platform/migrate.ts'
import { withConfig } from './connected.ts'

export async function migrateDatabase(): Promise<void> {
  const { databaseUrl } = withConfig(parseDatabaseConfig)
  await migrate(databaseUrl)
  process.stderr.write('the database is up to date\n')
}
