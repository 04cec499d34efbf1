/**
 * Reads `catalog.yaml` without the tables it names: rounding, emergency numbers, regions, packages, and the tariffs with the
 * names of their decks. Faulty parts are left out, so that the rest can still be checked.
 */

import {
  MESSAGE_PRICE_KEYS,
  type MessagePriceKey,
  type MinutePrice,
  type Package,
  ROUNDING_MODES,
  type Rounding,
} from '../core/catalog/catalog.ts'
import { CURRENCIES, type Currency, type Micros } from '../core/money.ts'
import { NO_PACKAGE } from '../core/settings/settings.ts'
import { type FaultList, shown } from './faults.ts'
import { COUNTRY, NUMBER } from './values.ts'
import { YamlFile, type YamlMap, type YamlValue } from './yaml.ts'

export const CATALOG_FILE = 'catalog.yaml'

/** A file named in the catalog, and the line that names it. */
export interface FileReference {
  readonly name: string
  readonly line: number
}

/** A country as a region or package lists it. */
export interface ListedCountry {
  readonly country: string
  readonly line: number
  /** `region EU` or `package eu-unlimited`. */
  readonly listedBy: string
  readonly isOfPackage: boolean
}

export interface TariffOutline {
  readonly id: string
  readonly currency: Currency
  readonly outbound: FileReference | null
  readonly tollFree: FileReference | null
  readonly messages: ReadonlyMap<MessagePriceKey, FileReference>
  readonly conversationIntelligence: MinutePrice | null
  readonly voiceAgent: MinutePrice | null
  readonly other: ReadonlyMap<string, Micros>
}

/** `catalog.yaml` without the tables. Complete only if no error was found. */
export interface CatalogOutline {
  readonly rounding: Rounding
  readonly emergencyNumbers: ReadonlySet<string>
  readonly numbering: FileReference | null
  readonly regions: ReadonlyMap<string, ReadonlySet<string>>
  readonly packages: ReadonlyMap<string, Package>
  readonly tariffs: ReadonlyMap<string, TariffOutline>
  readonly countries: readonly ListedCountry[]
}

const CATALOG_KEYS = ['rounding', 'emergency', 'numbering', 'regions', 'packages', 'tariffs']
const PACKAGE_KEYS = ['id', 'name', 'region', 'countries', 'fair_use_minutes_per_user']
const TARIFF_KEYS = [
  'id',
  'currency',
  'outbound',
  'toll_free',
  'messages',
  'conversation_intelligence',
  'voice_agent',
  'other',
]
const MINUTE_PRICE_KEYS = ['price_per_minute', 'first_increment', 'next_increment']

/** Reads `catalog.yaml`, adding what is wrong with it to `faults`. Null when the file is not a YAML map. */
export function readCatalogFile(bytes: Uint8Array, faults: FaultList): CatalogOutline | null {
  const yaml = YamlFile.parse(bytes, CATALOG_FILE, faults)
  if (yaml === null) return null
  const top = yaml.map(yaml.root, 'catalog', CATALOG_KEYS)
  if (top === null) return null
  const required = (key: string) => yaml.required(top, key, yaml.root, 'catalog')

  const countries: ListedCountry[] = []
  const rounding = required('rounding')
  const emergency = required('emergency')
  const numbering = required('numbering')
  const regions = readRegions(yaml, top.get('regions'), countries)
  const tariffs = required('tariffs')
  return {
    rounding: rounding === null ? { scale: 6, mode: 'half_up' } : readRounding(yaml, rounding),
    emergencyNumbers: emergency === null ? new Set() : readEmergency(yaml, emergency),
    numbering: numbering === null ? null : readFileName(yaml, numbering, 'numbering'),
    regions,
    packages: readPackages(yaml, top.get('packages'), regions, countries),
    tariffs: tariffs === null ? new Map() : readTariffs(yaml, tariffs),
    countries,
  }
}

function readRounding(yaml: YamlFile, value: YamlValue): Rounding {
  const map = yaml.map(value, 'rounding', ['scale', 'mode'])
  const scale = map && yaml.required(map, 'scale', value, 'rounding')
  const mode = map && yaml.required(map, 'mode', value, 'rounding')
  return {
    scale: (scale && yaml.whole(scale, 'rounding scale', 0, 6)) ?? 6,
    mode: (mode && yaml.oneOf(mode, 'rounding mode', ROUNDING_MODES)) ?? 'half_up',
  }
}

function readEmergency(yaml: YamlFile, value: YamlValue): Set<string> {
  const numbers = new Set<string>()
  for (const item of yaml.list(value, 'emergency') ?? []) {
    const number = yaml.quoted(item, 'emergency number')
    if (number === null) continue
    if (NUMBER.test(number)) numbers.add(number)
    else yaml.error(item.line, `emergency number must be E.164 or a short code of 2 to 6 digits: ${shown(number)}`)
  }
  return numbers
}

function readRegions(
  yaml: YamlFile,
  value: YamlValue | undefined,
  countries: ListedCountry[],
): Map<string, ReadonlySet<string>> {
  const regions = new Map<string, ReadonlySet<string>>()
  if (value === undefined) return regions
  for (const [region, list] of yaml.map(value, 'regions', null) ?? []) {
    regions.set(region, readCountries(yaml, list, `region ${region}`, false, countries))
  }
  return regions
}

function readCountries(
  yaml: YamlFile,
  value: YamlValue,
  listedBy: string,
  isOfPackage: boolean,
  countries: ListedCountry[],
): Set<string> {
  const read = new Set<string>()
  for (const item of yaml.list(value, `${listedBy}: countries`) ?? []) {
    const country = yaml.string(item, `${listedBy}: country`)
    if (country === null) continue
    if (!COUNTRY.test(country)) {
      yaml.error(item.line, `${listedBy}: country must be two capital letters: ${shown(country)}`)
    } else if (!read.has(country)) {
      read.add(country)
      countries.push({ country, line: item.line, listedBy, isOfPackage })
    }
  }
  return read
}

function readPackages(
  yaml: YamlFile,
  value: YamlValue | undefined,
  regions: ReadonlyMap<string, unknown>,
  countries: ListedCountry[],
): Map<string, Package> {
  const packages = new Map<string, Package>()
  for (const item of (value && yaml.list(value, 'packages')) ?? []) {
    const map = yaml.map(item, 'package', PACKAGE_KEYS)
    if (map === null) continue
    const id = readId(yaml, map, item, 'package', packages)
    const what = id === null ? 'package' : `package ${id}`
    if (id === NO_PACKAGE) yaml.error(item.line, `package id ${NO_PACKAGE} is reserved for "no package"`)

    const nameValue = map.get('name')
    const name = nameValue === undefined ? null : readName(yaml, nameValue, `${what}: name`)

    const regionValue = yaml.required(map, 'region', item, what)
    const region = regionValue && yaml.string(regionValue, `${what}: region`)
    if (regionValue && region !== null && !regions.has(region)) {
      yaml.error(regionValue.line, `${what}: unknown region ${shown(region)}`)
    }
    const countriesValue = yaml.required(map, 'countries', item, what)
    const included = countriesValue && readCountries(yaml, countriesValue, what, true, countries)
    // A limit that was left out by mistake would mean no limit, so "no limit" has to be explicit.
    const limitValue = yaml.required(map, 'fair_use_minutes_per_user', item, what)
    const limit =
      limitValue === null || yaml.isNull(limitValue)
        ? null
        : yaml.whole(limitValue, `${what}: fair_use_minutes_per_user`, 0)

    if (id !== null) {
      const reach = { region: region ?? '', countries: included ?? new Set<string>() }
      packages.set(id, { id, name, ...reach, fairUseMinutesPerUser: limit })
    }
  }
  return packages
}

function readTariffs(yaml: YamlFile, value: YamlValue): Map<string, TariffOutline> {
  const tariffs = new Map<string, TariffOutline>()
  for (const item of yaml.list(value, 'tariffs') ?? []) {
    const map = yaml.map(item, 'tariff', TARIFF_KEYS)
    if (map === null) continue
    const id = readId(yaml, map, item, 'tariff', tariffs)
    const what = id === null ? 'tariff' : `tariff ${id}`
    const currencyValue = yaml.required(map, 'currency', item, what)
    const currency = currencyValue && yaml.oneOf(currencyValue, `${what}: currency`, CURRENCIES)
    const deck = (key: string) => {
      const named = map.get(key)
      return named === undefined ? null : readFileName(yaml, named, `${what}: ${key}`)
    }
    const outline: TariffOutline = {
      id: id ?? '',
      currency: currency ?? 'EUR',
      outbound: deck('outbound'),
      tollFree: deck('toll_free'),
      messages: readMessages(yaml, map.get('messages'), what),
      conversationIntelligence: readMinutePrice(yaml, map, 'conversation_intelligence', what),
      voiceAgent: readMinutePrice(yaml, map, 'voice_agent', what),
      other: readOther(yaml, map.get('other'), what),
    }
    // A tariff without a valid id gets a key that no id can have, so that its decks are checked too.
    tariffs.set(id ?? `\n${tariffs.size}`, outline)
  }
  return tariffs
}

function readMessages(yaml: YamlFile, value: YamlValue | undefined, what: string): Map<MessagePriceKey, FileReference> {
  const messages = new Map<MessagePriceKey, FileReference>()
  const map = value && yaml.map(value, `${what}: messages`, MESSAGE_PRICE_KEYS)
  for (const key of MESSAGE_PRICE_KEYS) {
    const named = map?.get(key)
    const reference = named && readFileName(yaml, named, `${what}: ${key}`)
    if (reference) messages.set(key, reference)
  }
  return messages
}

function readMinutePrice(yaml: YamlFile, tariff: YamlMap, key: string, tariffWhat: string): MinutePrice | null {
  const value = tariff.get(key)
  if (value === undefined) return null
  const what = `${tariffWhat}: ${key}`
  const map = yaml.map(value, what, MINUTE_PRICE_KEYS)
  if (map === null) return null
  const price = yaml.required(map, 'price_per_minute', value, what)
  const first = yaml.required(map, 'first_increment', value, what)
  const next = yaml.required(map, 'next_increment', value, what)
  const pricePerMinuteMicros = price && yaml.price(price, `${what}: price_per_minute`)
  const firstSeconds = first && yaml.whole(first, `${what}: first_increment`, 1)
  const nextSeconds = next && yaml.whole(next, `${what}: next_increment`, 1)
  if (pricePerMinuteMicros === null || firstSeconds === null || nextSeconds === null) return null
  return { pricePerMinuteMicros, increments: { firstSeconds, nextSeconds } }
}

function readOther(yaml: YamlFile, value: YamlValue | undefined, what: string): Map<string, Micros> {
  const prices = new Map<string, Micros>()
  for (const [sku, priceValue] of (value && yaml.map(value, `${what}: other`, null)) ?? []) {
    const priceMicros = yaml.price(priceValue, `${what}: price of ${sku}`)
    if (priceMicros !== null) prices.set(sku, priceMicros)
  }
  return prices
}

const MAX_NAME_LENGTH = 100

function readName(yaml: YamlFile, value: YamlValue, what: string): string | null {
  const name = yaml.string(value, what)
  if (name === null || (name.trim() !== '' && name.length <= MAX_NAME_LENGTH)) return name
  yaml.error(value.line, `${what} must be 1 to ${MAX_NAME_LENGTH} characters, and not blank: ${shown(name)}`)
  return null
}

/** The id of a package or tariff; null when it is missing, invalid or taken. */
function readId(
  yaml: YamlFile,
  map: YamlMap,
  item: YamlValue,
  what: string,
  taken: ReadonlyMap<string, unknown>,
): string | null {
  const value = yaml.required(map, 'id', item, what)
  const id = value && yaml.string(value, `${what} id`)
  if (!value || id === null) return null
  if (!taken.has(id)) return id
  yaml.error(value.line, `${what} id ${shown(id)} appears twice`)
  return null
}

/** A path inside the catalog's directory, with forward slashes: a catalog may only read its own files. */
function readFileName(yaml: YamlFile, value: YamlValue, what: string): FileReference | null {
  const name = yaml.string(value, what)
  if (name === null) return null
  if (name.startsWith('/') || name.includes('\\') || /^[A-Za-z]:/.test(name) || name.split('/').includes('..')) {
    yaml.error(value.line, `${what} must be a file inside the catalog's directory: ${shown(name)}`)
    return null
  }
  return { name, line: value.line }
}
