/** Explains a payment movement: its top-up, the card that was charged, and the account's state when it was requested. */

import type { Micros } from '../../core/money.ts'
import type { TopUpTrigger } from '../../core/top-up/machine.ts'
import type { Pool } from '../../platform/postgres.ts'
import { instantText } from '../../platform/sql.ts'
import { readLastChange } from '../changes/last-change.ts'

export interface MovementPayment {
  readonly topUpId: string
  readonly trigger: TopUpTrigger
  /** Who requested it by hand; null: automatic, or made at the provider. */
  readonly actor: string | null
  /** Instants are RFC 3339, UTC. */
  readonly requestedAt: string
  /** Null: the card is not known here. */
  readonly card: { readonly brand: string; readonly last4: string } | null
  /** Null: no payment of the top-up is known to have been credited by that movement. */
  readonly creditedAt: string | null
  readonly creditedMicros: Micros
  /** The current totals of the payment. */
  readonly refundedMicros: Micros
  readonly disputedMicros: Micros
  /** Why an automatic top-up was requested; null: manual. */
  readonly asked: AutomaticallyAsked | null
}

export interface AutomaticallyAsked {
  readonly balanceMicros: Micros
  readonly thresholdMicros: Micros
  /** When and by whom the settings then in force were saved. */
  readonly setAt: string
  readonly setBy: string | null
  /** The newest consent at that time. */
  readonly consent: { readonly person: string; readonly attestedBy: string | null; readonly recordedAt: string } | null
}

const READ_PAYMENT = `
  select t.top_up_id, t.trigger, t.actor,
         ${instantText('t.requested_at')} as requested_at,
         ${instantText('p.recorded_at')} as credited_at,
         m.brand, m.last4, coalesce(p.credited_micros, 0) as credited_micros,
         coalesce(p.refunded_micros, 0) as refunded_micros, coalesce(p.disputed_micros, 0) as disputed_micros
    from tollgate.top_ups t
    left join tollgate.payments p on p.top_up_id = t.top_up_id and p.credited_sequence = $3
    left join tollgate.top_up_attempts a on a.provider = p.provider and a.payment_id = p.payment_id
    left join tollgate.payment_methods m on m.method_id = a.method_id
   where t.account_id = $1 and t.top_up_id = $2`

/** Reads the facts of a payment. `creditedSequence`: the movement that credited it. Null: the top-up is not stored. */
export async function readPaymentFacts(
  pool: Pool,
  accountId: string,
  topUpId: string,
  creditedSequence: bigint,
): Promise<MovementPayment | null> {
  const { rows } = await pool.query<{
    top_up_id: string
    trigger: TopUpTrigger
    actor: string | null
    requested_at: string
    credited_at: string | null
    brand: string | null
    last4: string | null
    credited_micros: bigint
    refunded_micros: bigint
    disputed_micros: bigint
  }>(READ_PAYMENT, [accountId, topUpId, creditedSequence])
  const [row] = rows
  if (row === undefined) return null
  const { trigger, requested_at: requestedAt } = row
  return {
    topUpId,
    trigger,
    actor: row.actor,
    requestedAt,
    card: row.brand === null || row.last4 === null ? null : { brand: row.brand, last4: row.last4 },
    creditedAt: row.credited_at,
    creditedMicros: row.credited_micros,
    refundedMicros: row.refunded_micros,
    disputedMicros: row.disputed_micros,
    asked: trigger === 'automatic' ? await readAsked(pool, accountId, requestedAt, creditedSequence) : null,
  }
}

/**
 * The state at an instant: the settings in force, the newest consent, and the balance after the last movement. That movement
 * is searched backwards from the credit, which followed soon.
 */
const READ_ASKED = `
  select s.version, s.auto_top_up_threshold_micros as threshold_micros,
         coalesce((
           select m.balance_after_micros from tollgate.movements m
            where m.account_id = $1 and m.sequence < $3 and m.recorded_at <= $2::timestamptz
            order by m.sequence desc
            limit 1), 0) as balance_micros,
         c.person, c.attested_by,
         ${instantText('c.recorded_at')} as consented_at
    from (
      select version, auto_top_up_threshold_micros from tollgate.account_settings
       where account_id = $1 and recorded_at <= $2::timestamptz
       order by version desc
       limit 1
    ) as s
    left join lateral (
      select person, attested_by, recorded_at from tollgate.consents
       where account_id = $1 and recorded_at <= $2::timestamptz
       order by recorded_at desc, consent_id desc
       limit 1
    ) as c on true`

/** Null: automatic top-up was not set up at that time, as with a payment that was adopted after a restore. */
async function readAsked(
  pool: Pool,
  accountId: string,
  requestedAt: string,
  creditedSequence: bigint,
): Promise<AutomaticallyAsked | null> {
  const { rows } = await pool.query<{
    version: number
    threshold_micros: bigint | null
    balance_micros: bigint
    person: string | null
    attested_by: string | null
    consented_at: string
  }>(READ_ASKED, [accountId, requestedAt, creditedSequence])
  const [row] = rows
  if (row === undefined || row.threshold_micros === null) return null
  const set = (await readLastChange(pool, accountId, 'auto_top_up', row.version))!
  return {
    balanceMicros: row.balance_micros,
    thresholdMicros: row.threshold_micros,
    setAt: set.recordedAt,
    setBy: set.actor,
    consent:
      row.person === null ? null : { person: row.person, attestedBy: row.attested_by, recordedAt: row.consented_at },
  }
}
