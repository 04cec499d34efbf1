/** Creates one account. An existing one is not changed. */
import type { Misfit } from '../../core/settings/misfits.ts'
import { applySettings, type WantedSettings } from '../../core/settings/settings.ts'
import type { CatalogStore } from '../catalogs/catalogs.ts'
import type { Writer } from '../changes/change-account.ts'
import { writePlans } from './write-plans.ts'

export type AccountCreated =
  | { readonly created: string }
  | { readonly refused: 'account_exists' }
  | { readonly misfits: readonly Misfit[] }
  | { readonly noCatalogInForce: true }

/** Creates an account. It has no credit, so it starts blocked. `catalogs`: the store shared by the process. */
export async function createAccount(
  writer: Writer,
  catalogs: CatalogStore,
  wanted: WantedSettings,
  actor: string,
): Promise<AccountCreated> {
  const { accountId } = wanted
  const plan = {
    accountId,
    decide: (stored: unknown) =>
      stored === undefined ? { settings: applySettings(wanted) } : { refused: 'account_exists' as const },
  }
  const result = await writePlans(writer, catalogs, [plan], actor)
  if ('refused' in result) return { refused: 'account_exists' }
  return 'written' in result ? { created: accountId } : result
}
