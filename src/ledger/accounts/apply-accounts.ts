/**
 * Creates accounts and changes settings as an accounts file says, all or nothing. For an existing account, fields that the
 * file leaves out stay unchanged.
 */
import type { Misfit } from '../../core/settings/misfits.ts'
import { type AccountSettings, applySettings, type WantedSettings } from '../../core/settings/settings.ts'
import type { CatalogStore } from '../catalogs/catalogs.ts'
import type { Writer } from '../changes/change-account.ts'
import { writePlans } from './write-plans.ts'

export interface AppliedAccounts {
  readonly created: readonly string[]
  readonly changed: readonly { readonly accountId: string; readonly fields: readonly string[] }[]
  readonly unchanged: readonly string[]
}

export type ApplyResult =
  | { readonly applied: AppliedAccounts }
  /** The currency of an account never changes. */
  | { readonly refused: readonly { readonly accountId: string; readonly reason: string }[] }
  /** What the accounts use and a catalog does not offer. */
  | { readonly misfits: readonly Misfit[] }
  | { readonly noCatalogInForce: true }

/** Applies an accounts file in one transaction. `catalogs`: the store shared by the process. */
export async function applyAccounts(
  writer: Writer,
  catalogs: CatalogStore,
  wanted: readonly WantedSettings[],
  actor: string,
): Promise<ApplyResult> {
  const plans = wanted.map((each) => ({
    accountId: each.accountId,
    decide: (stored: AccountSettings | undefined) => {
      const { accountId, currency } = each
      if (stored === undefined || stored.currency === currency) return { settings: applySettings(each, stored) }
      return { refused: { accountId, reason: `its currency is ${stored.currency} and cannot be changed` } }
    },
  }))
  const result = await writePlans(writer, catalogs, plans, actor)
  if (!('written' in result)) return result
  const of = (done: 'created' | 'changed' | 'unchanged') => result.written.filter((each) => each.done === done)
  return {
    applied: {
      created: of('created').map(({ accountId }) => accountId),
      changed: of('changed').map(({ accountId, fields }) => ({ accountId, fields })),
      unchanged: of('unchanged').map(({ accountId }) => accountId),
    },
  }
}
