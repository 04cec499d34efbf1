/** Changes the plan of an account: what it buys, and how it is billed. */
import type { Misfit } from '../../core/settings/misfits.ts'
import type { AccountSettings } from '../../core/settings/settings.ts'
import type { Connection } from '../../platform/postgres.ts'
import type { CatalogStore } from '../catalogs/catalogs.ts'
import type { Writer } from '../changes/change-account.ts'
import { type ChangedMeanwhile, changedSince } from '../changes/last-change.ts'
import { type PlanDecided, writePlans } from './write-plans.ts'

export type Plan = Pick<
  AccountSettings,
  'tariff' | 'packages' | 'billingCycleAnchor' | 'fairUseMinutesPerUser' | 'conversationIntelligence' | 'voiceAgent'
>

/** Absent or undefined fields stay unchanged. */
export type WantedChange = { readonly [Field in keyof Plan]?: Plan[Field] | undefined }

type PlanRefusal = 'unknown_account' | ChangedMeanwhile

export type PlanChanged =
  | { readonly isChanged: boolean }
  | { readonly refused: PlanRefusal }
  | { readonly misfits: readonly Misfit[] }
  | { readonly noCatalogInForce: true }

/**
 * Changes the plan of an account. `seenVersion`: the version of the plan that the caller saw; if it was changed since, the
 * change is refused. Null skips that check. `catalogs`: the store shared by the process.
 */
export async function changePlan(
  writer: Writer,
  catalogs: CatalogStore,
  accountId: string,
  { wanted, actor }: { readonly wanted: WantedChange; readonly actor: string },
  seenVersion: number | null,
): Promise<PlanChanged> {
  const plan = {
    accountId,
    decide: async (stored: AccountSettings | undefined, connection: Connection): Promise<PlanDecided<PlanRefusal>> => {
      if (stored === undefined) return { refused: 'unknown_account' }
      const refused = await changedSince(connection, accountId, 'plan', seenVersion)
      return refused === null ? { settings: { ...stored, ...named(wanted) } } : { refused }
    },
  }
  const result = await writePlans(writer, catalogs, [plan], actor)
  if ('refused' in result) return { refused: result.refused[0]! }
  return 'written' in result ? { isChanged: result.written[0]!.done === 'changed' } : result
}

function named(wanted: WantedChange): Partial<Plan> {
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
}
