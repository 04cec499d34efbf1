/** Names of people, countries, regions and packages; ids where there is no name. */
import type { ExplainedMovement } from '../credit/data.ts'
import { destinationPhrase } from '../credit/movement-words.ts'
import type { Words } from '../texts/words-of.ts'

export type Charge = NonNullable<ExplainedMovement['explanation']['charge']>
type Package = NonNullable<Charge['package']>

/** More countries than this are named as their region. */
const MAX_NAMED_COUNTRIES = 3

export function userName({ usage }: ExplainedMovement): string | null {
  return usage?.user_name ?? usage?.user_id ?? null
}

export function packageName(pack: Package | null, { t }: Words): string {
  return pack?.name ?? pack?.id ?? t('why.yourPackage')
}

/** The country of the called number; without one, its name in the rate deck. */
export function calledCountry(movement: ExplainedMovement, charge: Charge, words: Words): string {
  const code = charge.destination_country
  if (code !== null) return countryName(code, words.locale)
  return destinationPhrase(movement) ?? words.t('why.thisNumber')
}

/** Such as `Austria or Germany`, or the catalog's name of the region. */
export function regionName(pack: Package | null, { t, locale }: Words): string {
  const countries = pack?.region_countries ?? []
  if (countries.length > 0 && countries.length <= MAX_NAMED_COUNTRIES) {
    const named = countries.map((code) => countryName(code, locale))
    return new Intl.ListFormat(locale, { type: 'disjunction' }).format(named)
  }
  return pack?.region ?? t('why.itsRegion')
}

function countryName(code: string, locale: string): string {
  return new Intl.DisplayNames(locale, { type: 'region' }).of(code) ?? code
}
