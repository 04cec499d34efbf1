/** Finds who last changed one part of an account's settings, and in which version. Versions are always of all settings. */

import type { Connection, Pool } from '../../platform/postgres.ts'
import { instantText } from '../../platform/sql.ts'
import { readPersonNames } from './person-names.ts'

/** The parts that people change separately, each with its columns. */
const COLUMNS = {
  plan: [
    'tariff',
    'packages',
    'billing_cycle_anchor',
    'fair_use_minutes_per_user',
    'conversation_intelligence',
    'voice_agent',
  ],
  contacts: ['contacts'],
  alert_levels: ['low_alert_level_micros', 'custom_alert_level_micros'],
  auto_top_up: [
    'auto_top_up_is_on',
    'auto_top_up_threshold_micros',
    'auto_top_up_amount_micros',
    'auto_top_up_monthly_cap_micros',
  ],
} as const

export type SettingsPart = keyof typeof COLUMNS

export interface LastChange {
  /** The version of the settings that last changed the part. */
  readonly version: number
  /** Null: not recorded. */
  readonly actor: string | null
  /** RFC 3339, UTC. */
  readonly recordedAt: string
}

const QUERIES = Object.fromEntries(
  Object.entries(COLUMNS).map(([part, columns]) => [
    part,
    `select version, actor, ${instantText('recorded_at')} as recorded_at
       from (
         select version, actor, recorded_at,
                lag(version) over by_version is null or ${columns
                  .map((column) => `${column} is distinct from lag(${column}) over by_version`)
                  .join(' or ')} as is_changed
           from tollgate.account_settings
          where account_id = $1 and version <= $2
         window by_version as (order by version)
       ) as versions
      where is_changed
      order by version desc
      limit 1`,
  ]),
) as Record<SettingsPart, string>

const NEWEST_VERSION = 2 ** 31 - 1

/** Reads the last change of a part; null: no such account. With `upToVersion`, later versions are ignored. */
export async function readLastChange(
  connection: Connection | Pool,
  accountId: string,
  part: SettingsPart,
  upToVersion = NEWEST_VERSION,
): Promise<LastChange | null> {
  const { rows } = await connection.query<{ version: number; actor: string | null; recorded_at: string }>(
    QUERIES[part],
    [accountId, upToVersion],
  )
  const [row] = rows
  return row === undefined ? null : { version: row.version, actor: row.actor, recordedAt: row.recorded_at }
}

/** Somebody has changed the part since the version that the caller saw. */
export interface ChangedMeanwhile {
  readonly changedMeanwhile: NamedChange
}

export interface NamedChange extends LastChange {
  /** Null: not known. */
  readonly actorName: string | null
}

/** Checks whether a part was changed after `seenVersion`; null: no, or `seenVersion` is null. The account must be locked. */
export async function changedSince(
  connection: Connection,
  accountId: string,
  part: SettingsPart,
  seenVersion: number | null,
): Promise<ChangedMeanwhile | null> {
  if (seenVersion === null) return null
  const last = await readLastChange(connection, accountId, part)
  if (last === null) throw new TypeError(`account ${accountId} was not locked`)
  if (last.version === seenVersion) return null
  const names = await readPersonNames(connection, accountId, [last.actor])
  return { changedMeanwhile: { ...last, actorName: names.get(last.actor ?? '') ?? null } }
}
