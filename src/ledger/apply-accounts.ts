/**
 * Creates accounts and changes their settings, all of a file in one transaction or none of it. Settings are versions:
 * a change appends one, and what usage was rated with before stays readable.
 *
 * The accounts are checked within that transaction against every catalog that is in force or will be, so that none is
 * published meanwhile that lacks what they use.
 */
import { checkAccountsAgainstCatalog } from '../catalog/accounts-file.ts'
import type { Fault } from '../catalog/faults.ts'
import { alertLevels } from '../core/account/alerts.ts'
import type { AccountSettings } from '../core/account/settings.ts'
import { openAccount } from '../core/account/state.ts'
import type { Catalog } from '../core/catalog/catalog.ts'
import { formatInstant, type InstantMicros } from '../core/instant.ts'
import { type Connection, inTransaction, type Pool } from '../platform/postgres.ts'
import { createAnnouncer, type Encode } from './announce.ts'
import { CatalogStore } from './catalogs.ts'
import { insertSettings, setSettingsVersions } from './insert-settings.ts'
import { listCatalogs } from './list-catalogs.ts'
import { lockAccounts } from './lock-accounts.ts'
import { lockCatalogUse } from './lock-catalog-use.ts'
import { holdEpoch, type LedgerClock, readClock } from './read-clock.ts'
import { readSettings } from './read-settings.ts'
import { viewOfAccount } from './view-of-account.ts'
import { insertPacks } from './write-outbox.ts'

export interface AppliedAccounts {
  readonly created: readonly string[]
  readonly changed: readonly { readonly accountId: string; readonly fields: readonly string[] }[]
  readonly unchanged: readonly string[]
}

export type ApplyResult =
  | { readonly applied: AppliedAccounts }
  /** A currency never changes in the life of an account. */
  | { readonly refused: readonly { readonly accountId: string; readonly reason: string }[] }
  /** What they ask for and a catalog does not offer. */
  | { readonly misfits: readonly Fault[] }
  | { readonly noCatalogInForce: true }

/** Where the accounts were read from, for faults to point at. */
export interface AccountsSource {
  readonly file: string
  readonly lines: ReadonlyMap<string, number>
}

const INSERT_ACCOUNTS = `
  insert into tollgate.accounts (account_id, currency, settings_version, status, status_version, status_since)
  select account.*, 1, 'blocked', 1, $3::timestamptz from unnest($1::text[], $2::text[]) as account`

export async function applyAccounts(
  pool: Pool,
  encode: Encode,
  wanted: readonly AccountSettings[],
  source: AccountsSource = { file: 'accounts', lines: new Map() },
): Promise<ApplyResult> {
  const store = new CatalogStore()
  for (;;) {
    const result = await inTransaction(pool, (connection) => attempt(connection, store, encode, wanted, source))
    if (!('missingCatalogs' in result)) return result
    // Parsed outside the transaction, as a large deck takes a second; one published meanwhile is missing once more.
    await store.load(pool, result.missingCatalogs)
  }
}

async function attempt(
  connection: Connection,
  store: CatalogStore,
  encode: Encode,
  wanted: readonly AccountSettings[],
  source: AccountsSource,
): Promise<ApplyResult | { readonly missingCatalogs: readonly number[] }> {
  await lockCatalogUse(connection)
  await holdEpoch(connection)
  const states = await lockAccounts(
    connection,
    wanted.map(({ accountId }) => accountId),
  )
  const clock = await readClock(connection)
  const recordedAt = formatInstant(clock.nowMicros)
  const stored = await readSettings(
    connection,
    [...states.values()].map(({ accountId, settingsVersion }) => ({ accountId, version: settingsVersion })),
  )
  const storedById = new Map(stored.map((settings) => [settings.accountId, settings]))

  const refused = wanted.flatMap(({ accountId, currency }) => {
    const current = states.get(accountId)
    return current === undefined || current.currency === currency
      ? []
      : [{ accountId, reason: `its currency is ${current.currency} and never changes` }]
  })
  if (refused.length > 0) return { refused }

  const offered = await catalogsFromNow(connection, store)
  if ('missingCatalogs' in offered) return offered
  if (!offered.isOneInForce) return { noCatalogInForce: true }
  const needed = wanted.map((settings) => withoutPast(settings, storedById.get(settings.accountId), clock.nowMicros))
  const misfits = offered.catalogs.flatMap((catalog) =>
    checkAccountsAgainstCatalog(needed, catalog, source.file, source.lines),
  )
  if (misfits.length > 0) return { misfits: distinct(misfits) }

  const created = wanted.filter(({ accountId }) => !states.has(accountId))
  const changed = wanted.flatMap((asked) => {
    const before = storedById.get(asked.accountId)
    if (before === undefined) return []
    const { lowAlertLevelMicros, customAlertLevelMicros } = before
    const settings = { ...asked, lowAlertLevelMicros, customAlertLevelMicros }
    const fields = changedFields(before, settings)
    return fields.length === 0 ? [] : [{ settings, fields }]
  })
  if (created.length > 0) await create(connection, created, clock, encode)
  if (changed.length > 0) {
    const versions = changed.map(({ settings }) => states.get(settings.accountId)!.settingsVersion + 1)
    const list = changed.map(({ settings }) => settings)
    await insertSettings(connection, list, versions, recordedAt)
    await setSettingsVersions(connection, list, versions)
    const view = list.map(({ accountId }, i) => ({ accountId, epoch: clock.epoch, settingsVersion: versions[i]! }))
    await insertPacks(connection, { now: [], record: [], view }, recordedAt)
  }
  const touched = new Set([...created, ...changed.map(({ settings }) => settings)].map(({ accountId }) => accountId))
  return {
    applied: {
      created: created.map(({ accountId }) => accountId),
      changed: changed.map(({ settings, fields }) => ({ accountId: settings.accountId, fields })),
      unchanged: wanted.map(({ accountId }) => accountId).filter((accountId) => !touched.has(accountId)),
    },
  }
}

/** The catalog in force, and those that will be: each has to offer what accounts use from now on. */
async function catalogsFromNow(
  connection: Connection,
  store: CatalogStore,
): Promise<{ catalogs: Catalog[]; isOneInForce: boolean } | { missingCatalogs: readonly number[] }> {
  const listed = (await listCatalogs(connection)).filter(({ isInForce, isToCome }) => isInForce || isToCome)
  const resolved = store.resolve(listed)
  if ('missing' in resolved) return { missingCatalogs: resolved.missing }
  return {
    catalogs: resolved.catalogs.map(({ catalog }) => catalog),
    isOneInForce: listed.some(({ isInForce }) => isInForce),
  }
}

/**
 * The settings without the packages that the account has had and that are over: a catalog may drop those, and the file
 * that still lists them must stay applicable. Anything new is asked of the catalog, whatever its date.
 */
function withoutPast(
  settings: AccountSettings,
  stored: AccountSettings | undefined,
  nowMicros: InstantMicros,
): AccountSettings {
  if (stored === undefined) return settings
  const had = new Set(stored.packages.map(canonical))
  const packages = settings.packages.filter((period, i) => {
    const next = settings.packages[i + 1]
    const isOver = next !== undefined && next.fromMicros <= nowMicros
    return !(isOver && had.has(canonical(period)))
  })
  return { ...settings, packages }
}

function distinct(faults: readonly Fault[]): Fault[] {
  return [...new Map(faults.map((fault) => [`${fault.line} ${fault.reason}`, fault])).values()]
}

/** New accounts have no credit, so they are blocked from their first moment and the world is told so at once. */
async function create(
  connection: Connection,
  accounts: readonly AccountSettings[],
  { epoch, nowMicros }: LedgerClock,
  encode: Encode,
): Promise<void> {
  const recordedAt = formatInstant(nowMicros)
  await connection.query(INSERT_ACCOUNTS, [
    accounts.map(({ accountId }) => accountId),
    accounts.map(({ currency }) => currency),
    recordedAt,
  ])
  await insertSettings(
    connection,
    accounts,
    accounts.map(() => 1),
    recordedAt,
  )
  const opened = accounts.map((settings) =>
    openAccount(settings.accountId, settings.currency, alertLevels(settings), nowMicros),
  )
  const announcer = createAnnouncer(encode, epoch, nowMicros)
  await insertPacks(
    connection,
    {
      now: opened.map(({ statusChanged }) => announcer.serviceStatus(statusChanged, 'account_created')),
      record: [],
      view: opened.map(({ account }) => viewOfAccount(account, epoch)),
    },
    recordedAt,
  )
}

/** jsonb does not keep the order of keys, so values are compared with their keys sorted. */
function changedFields(before: AccountSettings, after: AccountSettings): string[] {
  const keys = Object.keys(after) as (keyof AccountSettings)[]
  return keys.filter((key) => canonical(before[key]) !== canonical(after[key]))
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
