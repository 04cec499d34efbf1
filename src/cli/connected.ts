/** What commands share that work on a running installation: configuration, database and encoders. */

import { type BoundsByCurrency, boundsWith } from '../core/top-up/settings.ts'
import type { Writer } from '../ledger/changes/change-account.ts'
import { type Config, ConfigError, parseConfig, type SectionName } from '../platform/config.ts'
import { createLog, type Logger } from '../platform/log.ts'
import { migrate } from '../platform/migrate.ts'
import { createPool, type Pool } from '../platform/postgres.ts'
import { createEncoders, createTopicsAndSchemas } from '../platform/schemas.ts'
import { CommandFailed } from './command.ts'

/** Reads the sections that a command needs. */
export function readConfig<const S extends SectionName>(...sections: readonly S[]): Pick<Config, S> {
  return asUsage(() => parseConfig(process.env, sections))
}

/** Runs `read`; a wrong configuration counts as wrong usage, so it exits with 2 and lists every mistake. */
export function asUsage<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandFailed(error.message, 2)
    throw error
  }
}

/** The log of a command, which is quieter than a service's. */
export function commandLog({ level }: Config['log']): Logger {
  return createLog(level === 'info' ? 'warn' : level)
}

/** The minimum and maximum of payments and thresholds, by currency. */
export function readBounds(): BoundsByCurrency {
  return boundsWith(readConfig('topUps').topUps)
}

/** Runs `work` with a pool on the migrated database, and closes the pool afterwards. */
export async function withDatabase<T>(work: (pool: Pool) => Promise<T>): Promise<T> {
  const { database, log } = readConfig('database', 'log')
  await migrate(database.url, (notice) => process.stderr.write(`${notice}\n`))
  const pool = createPool(database.url, createLog(log.level), 1)
  try {
    return await work(pool)
  } finally {
    await pool.end()
  }
}

/**
 * Runs `work` with a writer, for commands that announce changes: topics and schemas exist before anything is in the
 * outbox.
 */
export async function withLedger<T>(work: (writer: Writer) => Promise<T>): Promise<T> {
  const { kafka, publishing, log } = readConfig('kafka', 'publishing', 'log', 'database')
  await createTopicsAndSchemas(kafka, commandLog(log))
  const { encode } = await createEncoders(kafka)
  return withDatabase((pool) => work({ pool, publishing: { encode, recordTopics: publishing.recordTopics } }))
}
