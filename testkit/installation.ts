/** Sets up a fresh installation as an operator would: topics, schemas, tables, a catalog, accounts, opening credit. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAccountsFile } from '../src/catalog/accounts-file.ts'
import { formatFault } from '../src/catalog/faults.ts'
import { catalogHash, loadCatalog } from '../src/catalog/load.ts'
import { formatInstant, type InstantMicros, MICROS_PER_DAY } from '../src/core/instant.ts'
import { parseMoney } from '../src/core/money.ts'
import { type AccountSettings, applySettings } from '../src/core/settings/settings.ts'
import { adjustCredit } from '../src/ledger/accounts/adjust-credit.ts'
import { applyAccounts } from '../src/ledger/accounts/apply-accounts.ts'
import { CatalogStore } from '../src/ledger/catalogs/catalogs.ts'
import { publishCatalog } from '../src/ledger/catalogs/publish-catalog.ts'
import type { Encode } from '../src/ledger/changes/announce.ts'
import type { Writer } from '../src/ledger/changes/change-account.ts'
import { type Config, parseConfig, SECTION_NAMES } from '../src/platform/config.ts'
import { createLog } from '../src/platform/log.ts'
import { migrate } from '../src/platform/migrate.ts'
import { createPool } from '../src/platform/postgres.ts'
import { createEncoders, createTopicsAndSchemas } from '../src/platform/schemas.ts'
import { OPENING_CREDIT } from './opening-credit.ts'

/** The catalog and accounts of the demo, also used by tests and benchmarks. */
const SAMPLE = join(import.meta.dirname, '../demo')

export interface Installation extends Writer {
  readonly environment: Record<string, string>
  readonly config: Config
  readonly encode: Encode
  readonly accounts: readonly AccountSettings[]
  /** When traffic begins; the catalog is in force from the day before. */
  readonly startMicros: InstantMicros
  close(): Promise<void>
}

export async function openInstallation(
  environment: Record<string, string>,
  catalogDirectory = join(SAMPLE, 'catalog'),
  openingCredit: ReadonlyMap<string, string> = OPENING_CREDIT,
): Promise<Installation> {
  const config = parseConfig(environment, SECTION_NAMES)
  const log = createLog('warn')
  const startMicros = Date.now() * 1000
  await Promise.all([migrate(config.database.url), createTopicsAndSchemas(config.kafka, log)])
  const { encode } = await createEncoders(config.kafka)
  const pool = createPool(config.database.url, log, 4)

  const { catalog, faults, files } = loadCatalog(catalogDirectory)
  if (catalog === null) throw new Error(`the sample catalog has faults:\n${faults.map(formatFault).join('\n')}`)
  await publishCatalog(pool, {
    catalog,
    files,
    contentHash: catalogHash(files),
    author: 'demo',
    comment: 'sample catalog',
    inForceFrom: formatInstant(startMicros - MICROS_PER_DAY),
  })

  const file = join(SAMPLE, 'accounts.yaml')
  const { accounts, faults: accountFaults } = parseAccountsFile(await readFile(file), file)
  if (accounts === null)
    throw new Error(`the sample accounts have faults:\n${accountFaults.map(formatFault).join('\n')}`)
  const writer = { pool, publishing: { encode, recordTopics: config.publishing.recordTopics } }
  const applied = await applyAccounts(writer, new CatalogStore(), accounts, 'demo')
  if (!('applied' in applied)) throw new Error(`the sample accounts were refused: ${JSON.stringify(applied)}`)
  for (const [accountId, amount] of openingCredit) {
    const amountMicros = parseMoney(amount)!
    if (amountMicros === 0n) continue
    const adjustment = { accountId, amountMicros, actor: 'demo', reason: 'opening credit' }
    await adjustCredit(writer, adjustment, 'opening credit')
  }
  return {
    ...writer,
    environment,
    config,
    encode,
    accounts: accounts.map((wanted) => applySettings(wanted)),
    startMicros,
    close: () => pool.end(),
  }
}
