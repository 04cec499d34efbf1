/** What commands share that work on a running installation: its configuration, the database, and the encoders. */

import { type BoundsByCurrency, boundsWith } from '../core/top-up/settings.ts'
import type { Writer } from '../ledger/changes/change-account.ts'
import { type Config, ConfigError, parseConfig, type SectionName } from '../platform/config.ts'
import { createLog, type Logger } from '../platform/log.ts'
import { migrate } from '../platform/migrate.ts'
import { createPool, type Pool } from '../platform/postgres.ts'
import { createEncoders, createTopicsAndSchemas } from '../platform/schemas.ts'
import { CommandFailed } from './command.ts'

/** The sections of the configuration that a command needs. */
export function readConfig<const S extends SectionName>(...sections: readonly S[]): Pick<Config, S> {
  return asUsage(() => parseConfig(process.env, sections))
}

/** Wrong configuration is wrong usage: exit 2, every mistake listed. */
export function asUsage<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandFailed(error.message, 2)
    throw error
  }
}

/** Commands are quieter than the service: what it logs by the way is not what was asked for. */
export function commandLog({ level }: Config['log']): Logger {
  return createLog(level === 'info' ? 'warn' : level)
}

/** What a payment and a threshold may be at the least and at the most, by currency. */
export function readBounds(): BoundsByCurrency {
  return boundsWith(readConfig('topUps').topUps)
}

/** Runs `work` on the migrated database and closes it again. */
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

/** For commands that announce what they did: topics and schemas are there before anything is put into the outbox. */
export async function withLedger<T>(work: (writer: Writer) => Promise<T>): Promise<T> {
  const { kafka, publishing, log } = readConfig('kafka', 'publishing', 'log', 'database')
  await createTopicsAndSchemas(kafka, commandLog(log))
  const { encode } = await createEncoders(kafka)
  return withDatabase((pool) => work({ pool, publishing: { encode, recordTopics: publishing.recordTopics } }))
}
