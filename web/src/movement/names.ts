/** What people, countries, regions and packages are called; what has no name by its id. */
import type { ExplainedMovement } from '../credit/data.ts'
import { destinationPhrase } from '../credit/movement-words.ts'
import type { Words } from '../texts/words-of.ts'

export type Charge = NonNullable<ExplainedMovement['explanation']['charge']>
type Package = NonNullable<Charge['package']>

/** So many countries are named one by one; more are the region that they make. */
const MAX_NAMED_COUNTRIES = 3

/** As actors are on record where it was no person. */
const SERVICE = /^api-key /

/** Null for services: their names are none for customers. */
export function personName(id: string | null, name: string | null): string | null {
  if (name !== null) return name
  return id === null || SERVICE.test(id) ? null : id
}

export function userName({ usage }: ExplainedMovement): string | null {
  return usage?.user_name ?? usage?.user_id ?? null
}

export function packageName(pack: Package | null, { t }: Words): string {
  return pack?.name ?? pack?.id ?? t('why.yourPackage')
}

/** Of the number called; where that has no country, what the price list calls it. */
export function calledCountry(movement: ExplainedMovement, charge: Charge, words: Words): string {
  const code = charge.destination_country
  if (code !== null) return countryName(code, words.locale)
  return destinationPhrase(movement) ?? words.t('why.thisNumber')
}

/** `Austria or Germany`, or the region as the catalog calls it. */
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
