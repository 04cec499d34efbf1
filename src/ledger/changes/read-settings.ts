/** Reads account settings by version. A version never changes once stored, so it can be cached. */

import { parseInstant } from '../../core/instant.ts'
import type { Currency } from '../../core/money.ts'
import type { Contact } from '../../core/settings/contacts.ts'
import type { AccountSettings, BillingMode } from '../../core/settings/settings.ts'
import type { AutoTopUpSettings } from '../../core/top-up/judge.ts'
import { Fault } from '../../platform/faults.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'

const READ_SETTINGS = `
  select s.account_id, s.version, a.currency, s.tariff, s.packages, s.billing_cycle_anchor, s.fair_use_minutes_per_user,
         s.conversation_intelligence, s.voice_agent, s.contacts,
         s.low_alert_level_micros, s.custom_alert_level_micros, s.auto_top_up_is_on, s.auto_top_up_threshold_micros,
         s.auto_top_up_amount_micros, s.auto_top_up_monthly_cap_micros
    from unnest($1::text[], $2::integer[]) as asked (account_id, version)
    join tollgate.account_settings s using (account_id, version)
    join tollgate.accounts a using (account_id)`

interface SettingsRow extends AutoTopUpRow {
  account_id: string
  version: number
  currency: Currency
  tariff: string
  packages: { id: string; from: string }[]
  billing_cycle_anchor: string
  fair_use_minutes_per_user: number | null
  conversation_intelligence: BillingMode
  voice_agent: BillingMode
  contacts: Contact[]
  low_alert_level_micros: bigint | null
  custom_alert_level_micros: bigint | null
}

export interface SettingsVersion {
  readonly accountId: string
  readonly version: number
}

/** Reads these versions of settings, in no particular order. Versions that are not stored are left out. */
export async function readSettings(
  connection: Connection | Pool,
  asked: readonly SettingsVersion[],
): Promise<AccountSettings[]> {
  const { rows } = await connection.query<SettingsRow>({
    name: 'read-settings',
    text: READ_SETTINGS,
    values: [asked.map(({ accountId }) => accountId), asked.map(({ version }) => version)],
  })
  return rows.map((row) => ({
    accountId: row.account_id,
    currency: row.currency,
    tariff: row.tariff,
    packages: row.packages.map(({ id, from }) => ({ id, fromMicros: storedInstant(from) })),
    billingCycleAnchor: row.billing_cycle_anchor,
    fairUseMinutesPerUser: row.fair_use_minutes_per_user,
    conversationIntelligence: row.conversation_intelligence,
    voiceAgent: row.voice_agent,
    contacts: row.contacts,
    lowAlertLevelMicros: row.low_alert_level_micros,
    customAlertLevelMicros: row.custom_alert_level_micros,
    autoTopUp: autoTopUpOf(row),
  }))
}

export interface AutoTopUpRow {
  auto_top_up_is_on: boolean
  auto_top_up_threshold_micros: bigint | null
  auto_top_up_amount_micros: bigint | null
  auto_top_up_monthly_cap_micros: bigint | null
}

/** The settings of automatic top-up; null: it was never set up. */
export function autoTopUpOf(row: AutoTopUpRow): AutoTopUpSettings | null {
  const { auto_top_up_threshold_micros: thresholdMicros, auto_top_up_amount_micros: amountMicros } = row
  if (thresholdMicros === null || amountMicros === null) return null
  const monthlyCapMicros = row.auto_top_up_monthly_cap_micros
  return { isOn: row.auto_top_up_is_on, thresholdMicros, amountMicros, monthlyCapMicros }
}

function storedInstant(text: string): number {
  const instant = parseInstant(text)
  if (instant === null) throw new Fault('invariant_broken', `stored instant ${text} is not RFC 3339`)
  return instant
}

/** A cache of more accounts is cleared, so that it stays below some hundreds of megabytes. */
const MAX_ACCOUNTS = 100_000

/** Caches the version of each account that was read last. */
export class SettingsCache {
  readonly #byAccount = new Map<string, { version: number; settings: AccountSettings }>()

  /**
   * Settings of exactly these versions, by account_id; reads only missing ones. Name each account once. Throws
   * `invariant_broken` if a version is not stored.
   */
  async get(connection: Connection, asked: readonly SettingsVersion[]): Promise<Map<string, AccountSettings>> {
    if (this.#byAccount.size > MAX_ACCOUNTS) this.clear()
    // Whatever is cached is taken before the database is asked: another batch may clear the cache meanwhile.
    const found = new Map<string, AccountSettings>()
    const missing: SettingsVersion[] = []
    for (const one of asked) {
      const cached = this.#byAccount.get(one.accountId)
      if (cached?.version === one.version) found.set(one.accountId, cached.settings)
      else missing.push(one)
    }
    if (missing.length === 0) return found
    const versions = new Map(missing.map(({ accountId, version }) => [accountId, version]))
    for (const settings of await readSettings(connection, missing)) {
      const { accountId } = settings
      found.set(accountId, settings)
      this.#byAccount.set(accountId, { version: versions.get(accountId)!, settings })
    }
    const lacking = missing.find(({ accountId }) => !found.has(accountId))
    if (lacking !== undefined) {
      throw new Fault('invariant_broken', `account ${lacking.accountId} lacks settings version ${lacking.version}`)
    }
    return found
  }

  clear(): void {
    this.#byAccount.clear()
  }
}
