/** What commands share that work on a running installation: its configuration, the database, and the encoders. */
import type { Writer } from '../ledger/change-account.ts'
import { ConfigError, type Environment, parseConfig, parseDatabaseConfig } from '../platform/config.ts'
import { createLog } from '../platform/log.ts'
import { migrate } from '../platform/migrate.ts'
import { createPool, type Pool } from '../platform/postgres.ts'
import { createEncoders, createTopicsAndSchemas } from '../platform/schemas.ts'
import { CommandFailed } from './command.ts'

/** Wrong configuration is wrong usage: exit 2, with every mistake listed. */
export function withConfig<T>(parse: (environment: Environment) => T): T {
  try {
    return parse(process.env)
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandFailed(error.message, 2)
    throw error
  }
}

/** Runs `work` on the migrated database and closes it again. */
export async function withDatabase<T>(work: (pool: Pool) => Promise<T>): Promise<T> {
  const { databaseUrl, logLevel } = withConfig(parseDatabaseConfig)
  await migrate(databaseUrl, (notice) => process.stderr.write(`${notice}\n`))
  const pool = createPool(databaseUrl, createLog(logLevel), 1)
  try {
    return await work(pool)
  } finally {
    await pool.end()
  }
}

/** For commands that announce what they did: topics and schemas are there before anything is put into the outbox. */
export async function withLedger<T>(work: (writer: Writer) => Promise<T>): Promise<T> {
  const config = withConfig(parseConfig)
  const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel)
  await createTopicsAndSchemas(config, log)
  const { encode } = await createEncoders(config)
  return withDatabase((pool) => work({ pool, publishing: { encode, recordTopics: config.recordTopics } }))
}
