/** The sandbox of an installation, as its payments processes use it, for standing in for cardholders and banks. */
import { openSandboxDatabase, sandboxDatabaseUrl } from '../../src/payments/providers/sandbox/database.ts'
import { createDesk, type SandboxDesk } from '../../src/payments/providers/sandbox/desk.ts'
import { createLog } from '../../src/platform/log.ts'
import type { TestInstallation } from './installation.ts'
import { onServer } from './on-server.ts'

export interface TestSandbox {
  readonly desk: SandboxDesk
  /** Closes it, and drops its database: not before the processes that use it have ended. */
  drop(): Promise<void>
}

export function openTestSandbox({ config }: Pick<TestInstallation, 'config'>): TestSandbox {
  const databaseUrl = sandboxDatabaseUrl(config.database.url)
  const database = openSandboxDatabase({ databaseUrl, log: createLog('silent'), connections: 2 })
  return { desk: createDesk(database), drop }

  async function drop(): Promise<void> {
    await database.close()
    await dropSandbox(databaseUrl)
  }
}

/** The sandbox's database is beside the ledger's, and not dropped with it. */
export async function dropSandbox(databaseUrl: string): Promise<void> {
  const server = new URL(databaseUrl)
  const name = server.pathname.slice(1)
  server.pathname = '/postgres'
  await onServer(server.href, `drop database if exists ${name} with (force)`)
}
