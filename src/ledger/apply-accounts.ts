/**
 * Creates accounts and changes their settings, all of a file in one transaction or none of it. Settings are versions:
 * a change appends one, and what usage was rated with before stays readable. What the file does not say of an account that
 * exists stays as it is.
 *
 * The accounts are checked within that transaction against every catalog that is in force or will be, so that none is
 * published meanwhile that lacks what they use.
 */
import { checkAccountsAgainstCatalog } from '../catalog/accounts-file.ts'
import type { Fault } from '../catalog/faults.ts'
import { changeSettings, createAccount } from '../core/account/change.ts'
import { type AccountSettings, applySettings, type WantedSettings } from '../core/account/settings.ts'
import { canonicalJson } from '../core/canonical-json.ts'
import type { Catalog } from '../core/catalog/catalog.ts'
import type { InstantMicros } from '../core/instant.ts'
import { type Connection, inTransaction, violates } from '../platform/postgres.ts'
import type { Publishing } from './announce.ts'
import type { CatalogStore } from './catalogs.ts'
import { lockAndRead, type Writer } from './change-account.ts'
import { listCatalogs } from './list-catalogs.ts'
import { shareCatalogUse } from './lock-catalog-use.ts'
import { holdEpoch } from './read-clock.ts'
import { ACCOUNTS_KEY } from './write-accounts.ts'
import { writeChanges } from './write-changes.ts'

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

/**
 * Applications run together, but for the accounts that they share: those are locked in account_id order, and created in it.
 * `catalogs` is the process's one store.
 */
export async function applyAccounts(
  { pool, publishing }: Writer,
  catalogs: CatalogStore,
  wanted: readonly WantedSettings[],
  actor: string,
  source: AccountsSource = { file: 'accounts', lines: new Map() },
): Promise<ApplyResult> {
  if (new Set(wanted.map(({ accountId }) => accountId)).size < wanted.length)
    throw new Error('an account is named twice')
  for (;;) {
    try {
      const result = await inTransaction(pool, (connection) =>
        attempt(connection, publishing, catalogs, wanted, actor, source),
      )
      if (!('missingCatalogs' in result)) return result
      // Parsed outside the transaction, as a large deck takes a second; one published meanwhile is missing once more.
      await catalogs.load(pool, result.missingCatalogs)
    } catch (error) {
      // Another transaction created one of them between our lock and our insert: now it is there to be locked.
      if (!violates(error, ACCOUNTS_KEY)) throw error
    }
  }
}

async function attempt(
  connection: Connection,
  publishing: Publishing,
  catalogs: CatalogStore,
  wanted: readonly WantedSettings[],
  actor: string,
  source: AccountsSource,
): Promise<ApplyResult | { readonly missingCatalogs: readonly number[] }> {
  await shareCatalogUse(connection)
  await holdEpoch(connection)
  const accountIds = wanted.map(({ accountId }) => accountId)
  const { accounts, settings: storedById, clock } = await lockAndRead(connection, accountIds)

  const refused = wanted.flatMap(({ accountId, currency }) => {
    const current = accounts.get(accountId)
    return current === undefined || current.currency === currency
      ? []
      : [{ accountId, reason: `its currency is ${current.currency} and never changes` }]
  })
  if (refused.length > 0) return { refused }

  catalogs.enterEpoch(clock.epoch)
  const offered = await catalogsFromNow(connection, catalogs)
  if ('missingCatalogs' in offered) return offered
  if (!offered.isOneInForce) return { noCatalogInForce: true }
  const applied = wanted.map((each) => {
    const stored = storedById.get(each.accountId)
    const settings = applySettings(each, stored)
    return { settings, stored, fields: stored === undefined ? [] : changedFields(stored, settings) }
  })
  const needed = applied.map(({ settings, stored }) => withoutPast(settings, stored, clock.nowMicros))
  const misfits = offered.catalogs.flatMap((catalog) =>
    checkAccountsAgainstCatalog(needed, catalog, source.file, source.lines),
  )
  if (misfits.length > 0) return { misfits: distinct(misfits) }

  const created = applied.filter(({ stored }) => stored === undefined)
  const changed = applied.filter(({ fields }) => fields.length > 0)
  await writeChanges(connection, publishing, clock, [
    // They have no credit, so they are blocked from their first moment, and announced as such.
    ...created.map(({ settings }) => createAccount(settings, clock.nowMicros, actor)),
    ...changed.map(({ settings }) => changeSettings(accounts.get(settings.accountId)!, settings, actor)),
  ])
  const isUnchanged = ({ stored, fields }: (typeof applied)[number]) => stored !== undefined && fields.length === 0
  return {
    applied: {
      created: created.map(({ settings }) => settings.accountId),
      changed: changed.map(({ settings, fields }) => ({ accountId: settings.accountId, fields })),
      unchanged: applied.filter(isUnchanged).map(({ settings }) => settings.accountId),
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
  const had = new Set(stored.packages.map((period) => canonicalJson(period)))
  const packages = settings.packages.filter((period, i) => {
    const next = settings.packages[i + 1]
    const isOver = next !== undefined && next.fromMicros <= nowMicros
    return !(isOver && had.has(canonicalJson(period)))
  })
  return { ...settings, packages }
}

function distinct(faults: readonly Fault[]): Fault[] {
  return [...new Map(faults.map((fault) => [`${fault.line} ${fault.reason}`, fault])).values()]
}

function changedFields(before: AccountSettings, after: AccountSettings): string[] {
  const keys = Object.keys(after) as (keyof AccountSettings)[]
  return keys.filter((key) => canonicalJson(before[key]) !== canonicalJson(after[key]))
}
