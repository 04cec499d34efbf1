/**
 * Creates accounts and changes plans, all in one transaction or none. A change appends a version of the settings, so the
 * versions that earlier usage was rated with stay readable.
 *
 * In the same transaction the plans are checked against every catalog that is or will be in force; meanwhile no catalog can
 * be published that lacks what they use.
 */

import { canonicalJson } from '../../core/canonical-json.ts'
import type { Catalog } from '../../core/catalog/catalog.ts'
import { changeSettings, createAccount } from '../../core/changes/account-change.ts'
import type { InstantMicros } from '../../core/instant.ts'
import { type Misfit, misfitsOf } from '../../core/settings/misfits.ts'
import type { AccountSettings, PackagePeriod } from '../../core/settings/settings.ts'
import { type Connection, inTransaction, violates } from '../../platform/postgres.ts'
import type { CatalogStore } from '../catalogs/catalogs.ts'
import { listCatalogs } from '../catalogs/list-catalogs.ts'
import { shareCatalogUse } from '../catalogs/lock-catalog-use.ts'
import type { Publishing } from '../changes/announce.ts'
import { lockAndRead, type Writer } from '../changes/change-account.ts'
import { holdEpoch } from '../changes/read-clock.ts'
import { ACCOUNTS_KEY } from '../changes/write-accounts.ts'
import { writeChanges } from '../changes/write-changes.ts'

/** The change wanted for one account, decided under its lock. `stored` is undefined if the account does not exist yet. */
export interface WantedPlan<Refusal> {
  readonly accountId: string
  readonly decide: (
    stored: AccountSettings | undefined,
    connection: Connection,
  ) => PlanDecided<Refusal> | Promise<PlanDecided<Refusal>>
}

export type PlanDecided<Refusal> = { readonly settings: AccountSettings } | { readonly refused: Refusal }

export interface WrittenPlan {
  readonly accountId: string
  readonly done: 'created' | 'changed' | 'unchanged'
  /** The changed fields, by their names in the core. */
  readonly fields: readonly string[]
}

export type PlansWritten<Refusal> =
  | { readonly written: readonly WrittenPlan[] }
  | { readonly refused: readonly Refusal[] }
  /** What the accounts use and a catalog does not offer. */
  | { readonly misfits: readonly Misfit[] }
  | { readonly noCatalogInForce: true }

/**
 * Writes plans in one transaction. Such transactions may run concurrently: accounts are locked and created in account_id
 * order. `catalogs`: the store shared by the process. Throws when an account is named twice.
 */
export async function writePlans<Refusal>(
  { pool, publishing }: Writer,
  catalogs: CatalogStore,
  wanted: readonly WantedPlan<Refusal>[],
  actor: string,
): Promise<PlansWritten<Refusal>> {
  if (new Set(wanted.map(({ accountId }) => accountId)).size < wanted.length) {
    throw new Error('an account is named twice')
  }
  for (;;) {
    try {
      const result = await inTransaction(pool, (connection) => attempt(connection, publishing, catalogs, wanted, actor))
      if (!('missingCatalogs' in result)) return result
      // Parsed outside the transaction, as a large deck takes a second. Then the transaction is tried again.
      await catalogs.load(pool, result.missingCatalogs)
    } catch (error) {
      // Another transaction created one of them between our lock and our insert. On the next try it exists and is locked.
      if (!violates(error, ACCOUNTS_KEY)) throw error
    }
  }
}

async function attempt<Refusal>(
  connection: Connection,
  publishing: Publishing,
  catalogs: CatalogStore,
  wanted: readonly WantedPlan<Refusal>[],
  actor: string,
): Promise<PlansWritten<Refusal> | { readonly missingCatalogs: readonly number[] }> {
  await shareCatalogUse(connection)
  await holdEpoch(connection)
  const accountIds = wanted.map(({ accountId }) => accountId)
  const { accounts, settings: storedById, clock } = await lockAndRead(connection, accountIds)

  const plans: { settings: AccountSettings; stored: AccountSettings | undefined; fields: string[] }[] = []
  const refused: Refusal[] = []
  for (const { accountId, decide } of wanted) {
    const stored = storedById.get(accountId)
    const decided = await decide(stored, connection)
    if ('refused' in decided) refused.push(decided.refused)
    else {
      const { settings } = decided
      plans.push({ settings, stored, fields: stored === undefined ? [] : changedFields(stored, settings) })
    }
  }
  if (refused.length > 0) return { refused }

  catalogs.enterEpoch(clock.epoch)
  const offered = await catalogsFromNow(connection, catalogs)
  if ('missingCatalogs' in offered) return offered
  if (!offered.isOneInForce) return { noCatalogInForce: true }
  const misfits = plans.flatMap(({ settings, stored }) => {
    const packages = withoutPast(settings.packages, stored, clock.nowMicros)
    return offered.catalogs.flatMap((catalog) => misfitsOf(settings, packages, catalog))
  })
  if (misfits.length > 0) return { misfits: distinct(misfits) }

  const created = plans.filter(({ stored }) => stored === undefined)
  const changed = plans.filter(({ fields }) => fields.length > 0)
  await writeChanges(connection, publishing, clock, [
    // New accounts have no credit, so they start blocked, and are announced as blocked.
    ...created.map(({ settings }) => createAccount(settings, clock.nowMicros, actor)),
    ...changed.map(({ settings }) => changeSettings(accounts.get(settings.accountId)!, settings, actor)),
  ])
  return {
    written: plans.map(({ settings: { accountId }, stored, fields }) => {
      if (stored === undefined) return { accountId, done: 'created', fields }
      return { accountId, done: fields.length > 0 ? 'changed' : 'unchanged', fields }
    }),
  }
}

/** The catalog in force and those to come: each has to offer what accounts use from now on. */
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
 * The packages, without those that were stored before and have ended: a catalog may drop them, and a file that still lists
 * them must not be refused. New packages have to be in the catalog, whatever their dates.
 */
function withoutPast(
  packages: readonly PackagePeriod[],
  stored: AccountSettings | undefined,
  nowMicros: InstantMicros,
): readonly PackagePeriod[] {
  if (stored === undefined) return packages
  const had = new Set(stored.packages.map((period) => canonicalJson(period)))
  return packages.filter((period, i) => {
    const next = packages[i + 1]
    const isOver = next !== undefined && next.fromMicros <= nowMicros
    return !(isOver && had.has(canonicalJson(period)))
  })
}

/** Several catalogs may lack the same thing. */
function distinct(misfits: readonly Misfit[]): Misfit[] {
  return [...new Map(misfits.map((misfit) => [canonicalJson(misfit), misfit])).values()]
}

function changedFields(before: AccountSettings, after: AccountSettings): string[] {
  const keys = Object.keys(after) as (keyof AccountSettings)[]
  return keys.filter((key) => canonicalJson(before[key]) !== canonicalJson(after[key]))
}
