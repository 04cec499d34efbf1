/** Appends versions of account settings. */

import { formatInstant } from '../../core/instant.ts'
import type { AccountSettings } from '../../core/settings/settings.ts'
import type { Connection } from '../../platform/postgres.ts'

const INSERT_SETTINGS = `
  insert into tollgate.account_settings (recorded_at, account_id, version, tariff, packages, billing_cycle_anchor,
    fair_use_minutes_per_user, conversation_intelligence, voice_agent, contacts, low_alert_level_micros,
    custom_alert_level_micros, auto_top_up_is_on, auto_top_up_threshold_micros, auto_top_up_amount_micros,
    auto_top_up_monthly_cap_micros, actor)
  select $1::timestamptz, settings.*
    from unnest($2::text[], $3::integer[], $4::text[], $5::jsonb[], $6::date[], $7::integer[], $8::text[], $9::text[],
      $10::jsonb[], $11::bigint[], $12::bigint[], $13::boolean[], $14::bigint[], $15::bigint[], $16::bigint[],
      $17::text[]) as settings`

/**
 * Appends one version of settings per account. The accounts are locked by this transaction or were created in it, and have
 * these versions in force. The four lists are parallel; `recordedAt`: RFC 3339.
 */
export function insertSettings(
  connection: Connection,
  list: readonly AccountSettings[],
  versions: readonly number[],
  actors: readonly (string | null)[],
  recordedAt: string,
) {
  if (versions.length !== list.length || actors.length !== list.length) {
    throw new TypeError(`${list.length} settings with ${versions.length} versions and ${actors.length} actors`)
  }
  return connection.query(INSERT_SETTINGS, [
    recordedAt,
    list.map(({ accountId }) => accountId),
    versions,
    list.map(({ tariff }) => tariff),
    list.map(({ packages }) =>
      JSON.stringify(packages.map(({ id, fromMicros }) => ({ id, from: formatInstant(fromMicros) }))),
    ),
    list.map(({ billingCycleAnchor }) => billingCycleAnchor),
    list.map(({ fairUseMinutesPerUser }) => fairUseMinutesPerUser),
    list.map(({ conversationIntelligence }) => conversationIntelligence),
    list.map(({ voiceAgent }) => voiceAgent),
    list.map(({ contacts }) => JSON.stringify(contacts)),
    list.map(({ lowAlertLevelMicros }) => lowAlertLevelMicros),
    list.map(({ customAlertLevelMicros }) => customAlertLevelMicros),
    list.map(({ autoTopUp }) => autoTopUp?.isOn ?? false),
    list.map(({ autoTopUp }) => autoTopUp?.thresholdMicros ?? null),
    list.map(({ autoTopUp }) => autoTopUp?.amountMicros ?? null),
    list.map(({ autoTopUp }) => autoTopUp?.monthlyCapMicros ?? null),
    actors,
  ])
}
