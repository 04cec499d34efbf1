/** Consents: who agreed to be charged, with the text and the figures. They are kept forever, as evidence in a dispute. */

import { formatInstant, type InstantMicros } from '../../core/instant.ts'
import type { AutoTopUpSettings } from '../../core/top-up/judge.ts'
import { type ChargingTerms, type Consent, isConsentFor, needsConsent } from '../../core/top-up/settings.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'
import { instantText } from '../../platform/sql.ts'

export type ConsentRefusal = 'consent_needed' | 'consent_differs'

/** Why a change may not be made with this consent, or without any; null: it may. */
export function consentRefusal(
  before: ChargingTerms,
  after: ChargingTerms & { readonly settings: AutoTopUpSettings },
  consent: Consent | null,
): ConsentRefusal | null {
  if (consent === null) return needsConsent(before, after) ? 'consent_needed' : null
  return isConsentFor(consent, after.settings, after.methodId) ? null : 'consent_differs'
}

const INSERT_CONSENT = `
  insert into tollgate.consents (account_id, recorded_at, settings_version, person, attested_by, text, text_version, locale,
    threshold_micros, amount_micros, monthly_cap_micros, method_id)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

/** Stores a consent. `settingsVersion`: the version of the settings that it applies to. The account must be locked. */
export async function insertConsent(
  connection: Connection,
  accountId: string,
  settingsVersion: number,
  consent: Consent,
  nowMicros: InstantMicros,
): Promise<void> {
  await connection.query(INSERT_CONSENT, [
    accountId,
    formatInstant(nowMicros),
    settingsVersion,
    consent.person,
    consent.attestedBy,
    consent.text,
    consent.textVersion,
    consent.locale,
    consent.thresholdMicros,
    consent.amountMicros,
    consent.monthlyCapMicros,
    consent.methodId,
  ])
}

export interface LastConsent {
  readonly person: string
  /** Who vouches for the person; null: it was given in the person's own session. */
  readonly attestedBy: string | null
  readonly recordedAt: string
}

const READ_LAST_CONSENT = `
  select person, attested_by as "attestedBy",
         ${instantText('recorded_at')} as "recordedAt"
    from tollgate.consents
   where account_id = $1
   order by consent_id desc
   limit 1`

/** Reads the newest consent; null: none was ever given. */
export async function readLastConsent(pool: Pool, accountId: string): Promise<LastConsent | null> {
  const { rows } = await pool.query<LastConsent>(READ_LAST_CONSENT, [accountId])
  return rows[0] ?? null
}
