/**
 * A small catalog with something for every rule, built through `parseCatalog` from files in memory, two accounts for it, and a
 * book to rate events against. Tests replace what they need to differ.
 */
import { parseCatalog } from '../../src/catalog/load.ts'
import { alertLevels } from '../../src/core/account/alerts.ts'
import { type AccountState, openAccount } from '../../src/core/account/state.ts'
import { type BatchEvent, decideBatch } from '../../src/core/batch/decide-batch.ts'
import { decideUsage } from '../../src/core/batch/decide-usage.ts'
import { newBook } from '../../src/core/book/book.ts'
import type { Catalog } from '../../src/core/catalog/catalog.ts'
import { parseInstant } from '../../src/core/instant.ts'
import { formatMoney } from '../../src/core/money.ts'
import type { Decision } from '../../src/core/rating/decision.ts'
import { rejected } from '../../src/core/rating/outcomes.ts'
import type { AccountSettings } from '../../src/core/settings/settings.ts'
import { contentOf } from '../../src/core/usage/content.ts'
import { readUsage } from '../../src/core/usage/read.ts'
import { applyOutcome, type GrowingBook, growing } from './next-book.ts'

const CALLS =
  'prefix,destination,price_per_minute,connection_fee,first_increment,next_increment,effective_from,effective_to'
const MESSAGES = 'prefix,destination,price_per_unit,effective_from,effective_to'

export const CATALOG_FILES: Readonly<Record<string, string>> = {
  'catalog.yaml': `rounding: { scale: 4, mode: half_up }
emergency: ["112", "+49110"]
numbering: numbering.csv
regions: { EU: [AT, DE], US: [US] }
packages:
  - { id: eu-100, name: Europe 100, region: EU, countries: [AT, DE], fair_use_minutes_per_user: 100 }
  - { id: eu-open, region: EU, countries: [AT, DE], fair_use_minutes_per_user: null }
tariffs:
  - id: standard-eur
    currency: EUR
    outbound: outbound.csv
    toll_free: toll-free.csv
    messages: { sms: sms.csv, sms_inbound: sms-in.csv, mms: mms.csv }
    conversation_intelligence: { price_per_minute: "0.02", first_increment: 60, next_increment: 60 }
    voice_agent: { price_per_minute: "0.25", first_increment: 1, next_increment: 1 }
    other: { number-lookup: "0.004", ported-number: "12.20" }
  - id: bare-usd
    currency: USD
`,
  'numbering.csv': `prefix,country,type
+43,AT,fixed
+43664,AT,mobile
+49,DE,fixed
+49800,DE,toll_free
+49900,DE,premium
+49180,DE,shared_cost
+1,US,fixed
+882,,special
`,
  'outbound.csv': `${CALLS}
+4,Europe,0.50,,1,1,,
+43,Austria,0.02,0.05,60,60,,
+49,Germany,0.012,0.03,30,6,,2026-03-01
+49,Germany,0.018,0.03,30,6,2026-03-01,
+49800,Germany freephone,0.01,,1,1,,
+49900,Germany premium,1.99,,60,60,,
+49180,Germany shared cost,0.14,,60,60,,
+1,United States,0.006,,6,6,,
+882,International networks,3.00,,60,60,,
118,Directory,1.20,,60,60,,
`,
  'toll-free.csv': `${CALLS}\n+49,Germany,0.03,0.01,30,6,,\n`,
  'sms.csv': `${MESSAGES}\n+4,Europe,0.07,,\n118,Directory,0.20,,\n`,
  'sms-in.csv': `${MESSAGES}\n+49,Germany,0.01,,\n`,
  'mms.csv': `${MESSAGES}\n+49,Germany,0.25,,\n`,
}

/** The catalog with some of its files replaced; faults are the test's own, so they throw. */
export function testCatalog(changed: Readonly<Record<string, string>> = {}): Catalog {
  const files = new Map<string, Uint8Array>()
  for (const [name, text] of Object.entries({ ...CATALOG_FILES, ...changed })) {
    files.set(name, new TextEncoder().encode(text))
  }
  const { catalog, faults } = parseCatalog(files)
  if (catalog === null) throw new Error(`the test's catalog is at fault: ${JSON.stringify(faults)}`)
  return catalog
}

/** An account that always has a package of 100 minutes, and billing cycles from the 15th. */
export function testAccount(changed: Partial<AccountSettings> = {}): AccountSettings {
  return {
    accountId: 'acme',
    currency: 'EUR',
    tariff: 'standard-eur',
    packages: [{ id: 'eu-100', fromMicros: parseInstant('2020-01-01T00:00:00Z')! }],
    billingCycleAnchor: '2026-01-15',
    fairUseMinutesPerUser: null,
    conversationIntelligence: 'credit',
    voiceAgent: 'invoice',
    contacts: [],
    lowAlertLevelMicros: null,
    customAlertLevelMicros: null,
    autoTopUp: null,
    ...changed,
  }
}

/** A book with one catalog, always in force, and these accounts; `take` modifies it. */
export function testBook(accounts: readonly AccountSettings[] = [testAccount()], catalog = testCatalog()): GrowingBook {
  return growing(newBook(catalog, accounts))
}

export type Fields = Readonly<Record<string, unknown>>

/** An answered call of one minute from a German user to Austria, as JSON. */
export function callFields(changed: Fields = {}): Fields {
  return {
    type: 'call',
    event_id: 'e1',
    account_id: 'acme',
    user_id: 'ann',
    occurred_at: '2026-02-20T10:00:00Z',
    direction: 'outbound',
    from: '+4930123456',
    to: '+431234567',
    duration_seconds: 60,
    ...changed,
  }
}

/** The fields of every event, to be completed with those of its type. */
export function usageFields(changed: Fields): Fields {
  return { event_id: 'e1', account_id: 'acme', occurred_at: '2026-02-20T10:00:00Z', ...changed }
}

/** Corrects the event named by `corrects`. */
export function correctionFields(eventId: string, corrects: string, changed: Fields = {}): Fields {
  return usageFields({ type: 'correction', event_id: eventId, corrects, ...changed })
}

/** A JSON event as a batch has it; its source is its id. */
export function batchEvent(fields: Fields): BatchEvent<unknown> {
  const read = readUsage(fields)
  if ('refusal' in read) throw new Error(`the test's event is refused: ${read.refusal.detail}`)
  return { event: read.event, contentHash: contentOf(read.event), source: fields['event_id'] }
}

/** Reads, decides and records one JSON event, as a separate batch. */
export function take(book: GrowingBook, fields: unknown): Decision {
  const read = readUsage(fields)
  if ('refusal' in read) return rejected(read.refusal.reason, read.refusal.detail)
  const { event } = read
  const content = contentOf(event)
  const decided = decideUsage(event, content, book)
  const accounts = accountsWithoutCredit(book.accounts.get(event.accountId))
  applyOutcome(book, decideBatch([{ event, contentHash: content, source: null }], accounts, book, FAR_AHEAD_MICROS))
  return decided
}

/** Later than any event: no test of rules is about an event that is too far ahead. */
const FAR_AHEAD_MICROS = parseInstant('2200-01-01T00:00:00Z')!

function accountsWithoutCredit(settings: AccountSettings | undefined): Map<string, AccountState> {
  if (settings === undefined) return new Map()
  const { accountId, currency } = settings
  return new Map([[accountId, openAccount(accountId, currency, alertLevels(settings), 0).account]])
}

/** `charged / message`: outcome and reason on one line, as the rules are written. */
export function verdict(decided: Decision): string {
  return `${decided.outcome} / ${decided.reason}`
}

/** Verdict, units, covered minutes and amount on one line, for tables. */
export function summary(decided: Decision): string {
  return `${verdict(decided)}, ${decided.units} u, ${decided.coveredMinutes} min, ${formatMoney(decided.amountMicros)}`
}
