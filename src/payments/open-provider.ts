/** The payment provider of the installation, for the roles that talk to it. */
import type { Config } from '../platform/config.ts'
import type { Logger } from '../platform/log.ts'
import { sandboxDatabaseUrl } from './providers/sandbox/database.ts'
import { createSandboxProvider, type SandboxProvider } from './providers/sandbox/provider.ts'

/** The longest that a call to the provider may take. */
export const CALL_MS = 10_000

/** `pagesUrl`: where browsers reach the API, which serves the sandbox's pages. */
export function openProvider(
  { database, sandbox }: Pick<Config, 'database' | 'sandbox'>,
  log: Logger,
  pagesUrl: () => string,
): SandboxProvider {
  const provider = createSandboxProvider({
    databaseUrl: sandboxDatabaseUrl(database.url, sandbox.databaseUrl),
    log,
    deadlineMs: CALL_MS,
    pagesUrl,
  })
  log.warn({ provider: provider.name }, 'payments are made at a sandbox: no money moves')
  return provider
}
