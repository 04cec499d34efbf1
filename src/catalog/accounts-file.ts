/**
 * Reads the accounts file of the offline command and of `accounts apply`: the accounts, their tariffs and their packages
 * by date. As with a catalog, all faults are reported at once, and a single error rejects the whole file.
 */

import type { Catalog } from '../core/catalog/catalog.ts'
import { isExactInstant, parseDate } from '../core/instant.ts'
import { CURRENCIES } from '../core/money.ts'
import { CONTACT_ROLES, type Contact, DEFAULT_LOCALE, EMAIL_FORM, LOCALE_FORM } from '../core/settings/contacts.ts'
import { type Misfit, misfitsOf } from '../core/settings/misfits.ts'
import {
  BILLING_MODES,
  type BillingMode,
  NO_PACKAGE,
  type PackagePeriod,
  type WantedSettings,
} from '../core/settings/settings.ts'
import { type Fault, FaultList, shown } from './faults.ts'
import { readInstant } from './values.ts'
import { YamlFile, type YamlValue } from './yaml.ts'

export interface ParsedAccounts {
  /** In file order, with the fields that the file sets; null if and only if `faults` has an error. */
  readonly accounts: WantedSettings[] | null
  readonly faults: Fault[]
  /** The line each account starts on, by its id. */
  readonly lines: ReadonlyMap<string, number>
}

const ACCOUNT_KEYS = [
  'id',
  'currency',
  'tariff',
  'packages',
  'billing_cycle_anchor',
  'fair_use_minutes_per_user',
  'conversation_intelligence',
  'voice_agent',
  'contacts',
]

const ACCOUNT_ID = /^[\x20-\x7E]{1,64}$/

/** Reads an accounts file. `file` is the name used in faults. */
export function parseAccountsFile(bytes: Uint8Array, file: string): ParsedAccounts {
  const faults = new FaultList()
  const lines = new Map<string, number>()
  const accounts: WantedSettings[] = []
  const yaml = YamlFile.parse(bytes, file, faults)
  const top = yaml?.map(yaml.root, 'file', ['accounts'])
  const list = yaml && top && yaml.required(top, 'accounts', yaml.root, 'file')
  for (const item of (yaml && list && yaml.list(list, 'accounts')) ?? []) {
    const account = readAccount(yaml!, item, lines)
    if (account !== null) accounts.push(account)
  }
  return { accounts: faults.errorCount > 0 ? null : accounts, faults: faults.sorted(), lines }
}

/** Reports what a catalog lacks for these accounts: their tariffs, in their currencies, and their packages. */
export function checkAccountsAgainstCatalog(
  accounts: readonly WantedSettings[],
  catalog: Catalog,
  file: string,
  lines: ReadonlyMap<string, number> = new Map(),
): Fault[] {
  const misfits = accounts.flatMap((account) => misfitsOf(account, account.packages ?? [], catalog))
  return misfitFaults(misfits, { file, lines })
}

/** Where accounts were read from, so that faults can point there: the line each account starts on, by its id. */
export interface AccountsSource {
  readonly file: string
  readonly lines: ReadonlyMap<string, number>
}

/** Turns misfits into faults of the accounts file. Each reason is reported once, even if several catalogs or periods have it. */
export function misfitFaults(misfits: readonly Misfit[], { file, lines }: AccountsSource): Fault[] {
  const faults = new FaultList()
  const reported = new Set<string>()
  for (const misfit of misfits) {
    const reason = `account ${misfit.accountId}: ${reasonOf(misfit)}`
    if (reported.has(reason)) continue
    reported.add(reason)
    faults.error(file, lines.get(misfit.accountId) ?? null, reason)
  }
  return faults.sorted()
}

function reasonOf(misfit: Misfit): string {
  switch (misfit.code) {
    case 'unknown_tariff':
      return `unknown tariff ${shown(misfit.tariff)}`
    case 'currency_differs':
      return `currency ${misfit.currency}, but tariff ${misfit.tariff} is in ${misfit.ofTariff}`
    case 'unknown_package':
      return `unknown package ${shown(misfit.period.id)}`
  }
}

/** Reads one account. Null when the entry is not a map. Unreadable fields have placeholders, and a fault was added for each. */
function readAccount(yaml: YamlFile, item: YamlValue, lines: Map<string, number>): WantedSettings | null {
  const map = yaml.map(item, 'account', ACCOUNT_KEYS)
  if (map === null) return null
  const idValue = yaml.required(map, 'id', item, 'account')
  const id = idValue && readAccountId(yaml, idValue, lines)
  if (id !== null) lines.set(id, item.line)
  const what = id === null ? 'account' : `account ${id}`

  const currency = yaml.required(map, 'currency', item, what)
  const tariff = yaml.required(map, 'tariff', item, what)
  const anchor = yaml.required(map, 'billing_cycle_anchor', item, what)
  const named = <T>(key: string, read: (value: YamlValue, what: string) => T): T | undefined => {
    const value = map.get(key)
    return value && read(value, `${what}: ${key}`)
  }
  return {
    accountId: id ?? '',
    currency: (currency && yaml.oneOf(currency, `${what}: currency`, CURRENCIES)) ?? 'EUR',
    tariff: (tariff && yaml.string(tariff, `${what}: tariff`)) ?? '',
    packages: named('packages', (value) => readPackages(yaml, value, what)),
    billingCycleAnchor: (anchor && readAnchor(yaml, anchor, what)) ?? '',
    fairUseMinutesPerUser: named('fair_use_minutes_per_user', (value, name) =>
      yaml.isNull(value) ? null : yaml.whole(value, name, 0),
    ),
    conversationIntelligence: named('conversation_intelligence', (value, name) => readBillingMode(yaml, value, name)),
    voiceAgent: named('voice_agent', (value, name) => readBillingMode(yaml, value, name)),
    contacts: named('contacts', (value) => readContacts(yaml, value, what)),
  }
}

function readAccountId(yaml: YamlFile, value: YamlValue, lines: ReadonlyMap<string, number>): string | null {
  const id = yaml.string(value, 'account id')
  if (id === null) return null
  if (!ACCOUNT_ID.test(id))
    yaml.error(value.line, `account id must be 1 to 64 printable ASCII characters: ${shown(id)}`)
  else if (lines.has(id)) yaml.error(value.line, `account id ${shown(id)} appears twice`)
  else return id
  return null
}

function readPackages(yaml: YamlFile, value: YamlValue, what: string): PackagePeriod[] {
  const periods: PackagePeriod[] = []
  for (const item of yaml.list(value, `${what}: packages`) ?? []) {
    const map = yaml.map(item, `${what}: package`, ['id', 'from'])
    if (map === null) continue
    const idValue = yaml.required(map, 'id', item, `${what}: package`)
    const fromValue = yaml.required(map, 'from', item, `${what}: package`)
    const id = idValue && yaml.string(idValue, `${what}: package id`)
    const fromText = fromValue && yaml.string(fromValue, `${what}: package from`)
    if (!fromValue || fromText === null) continue
    const fromMicros = readInstant(fromText)
    if (typeof fromMicros === 'string') yaml.error(fromValue.line, `${what}: package from ${fromMicros}`)
    else if (!isExactInstant(fromMicros)) {
      yaml.error(fromValue.line, `${what}: package from must be in the years 1685 to 2254: ${shown(fromText)}`)
    } else if (periods.some((period) => period.fromMicros === fromMicros)) {
      yaml.error(fromValue.line, `${what}: two packages start at ${fromText}`)
    } else periods.push({ id: id ?? NO_PACKAGE, fromMicros })
  }
  return periods.sort((a, b) => a.fromMicros - b.fromMicros)
}

function readAnchor(yaml: YamlFile, value: YamlValue, what: string): string | null {
  const text = yaml.string(value, `${what}: billing_cycle_anchor`)
  if (text === null || parseDate(text) !== null) return text
  yaml.error(value.line, `${what}: billing_cycle_anchor must be a date such as 2026-01-31: ${shown(text)}`)
  return null
}

function readBillingMode(yaml: YamlFile, value: YamlValue, what: string): BillingMode {
  return yaml.oneOf(value, what, BILLING_MODES) ?? 'credit'
}

function readContacts(yaml: YamlFile, value: YamlValue, accountWhat: string): Contact[] {
  const contacts = new Map<string, Contact>()
  for (const item of yaml.list(value, `${accountWhat}: contacts`) ?? []) {
    const what = `${accountWhat}: contact`
    const map = yaml.map(item, what, ['id', 'email', 'locale', 'role'])
    if (map === null) continue
    const idValue = yaml.required(map, 'id', item, what)
    const id = idValue && yaml.string(idValue, `${what} id`)
    if (idValue && id !== null && contacts.has(id)) yaml.error(idValue.line, `${what} id ${shown(id)} appears twice`)
    const roleValue = yaml.required(map, 'role', item, what)
    const emailValue = yaml.required(map, 'email', item, what)
    contacts.set(id ?? '', {
      id: id ?? '',
      email: (emailValue && readForm(yaml, emailValue, `${what} email`, EMAIL_FORM)) ?? '',
      locale: readForm(yaml, map.get('locale'), `${what} locale`, LOCALE_FORM) ?? DEFAULT_LOCALE,
      role: (roleValue && yaml.oneOf(roleValue, `${what} role`, CONTACT_ROLES)) ?? 'billing',
    })
  }
  return [...contacts.values()]
}

function readForm(yaml: YamlFile, value: YamlValue | undefined, what: string, form: RegExp): string | null {
  const text = value === undefined ? null : yaml.string(value, what)
  if (value === undefined || text === null || form.test(text)) return text
  yaml.error(value.line, `${what} does not have the right format: ${shown(text)}`)
  return null
}
