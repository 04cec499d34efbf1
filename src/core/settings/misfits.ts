/** What an account refers to but a catalog does not offer: its tariff, in its currency, and its packages. */
import type { Catalog } from '../catalog/catalog.ts'
import { NO_PACKAGE, type PackagePeriod, type WantedSettings } from './settings.ts'

export type Misfit = { readonly accountId: string } & (
  | { readonly code: 'unknown_tariff'; readonly tariff: string }
  /** The tariff's currency differs from the account's, which never changes. */
  | { readonly code: 'currency_differs'; readonly tariff: string; readonly currency: string; readonly ofTariff: string }
  | { readonly code: 'unknown_package'; readonly period: PackagePeriod }
)

/** Returns what the catalog lacks for the account: its tariff, and those of its packages that are given. */
export function misfitsOf(
  account: Pick<WantedSettings, 'accountId' | 'currency' | 'tariff'>,
  packages: readonly PackagePeriod[],
  catalog: Catalog,
): Misfit[] {
  const { accountId, currency } = account
  const misfits: Misfit[] = []
  const tariff = catalog.tariffs.get(account.tariff)
  if (tariff === undefined) misfits.push({ accountId, code: 'unknown_tariff', tariff: account.tariff })
  else if (tariff.currency !== currency) {
    misfits.push({ accountId, code: 'currency_differs', tariff: tariff.id, currency, ofTariff: tariff.currency })
  }
  for (const period of packages) {
    if (period.id === NO_PACKAGE || catalog.packages.has(period.id)) continue
    misfits.push({ accountId, code: 'unknown_package', period })
  }
  return misfits
}
