/** Reads an overview of an account's automatic top-up for people, without a lock. */

import type { InstantMicros } from '../../core/instant.ts'
import type { Currency, Micros } from '../../core/money.ts'
import type { TopUpState } from '../../core/top-up/machine.ts'
import type { Pool } from '../../platform/postgres.ts'
import { epochMicros } from '../../platform/sql.ts'
import { type LastChange, readLastChange } from '../changes/last-change.ts'
import { type AutoTopUp, readAutoTopUps } from './read-auto-top-up.ts'
import { OPEN_STATES_SQL } from './top-up-rows.ts'

export interface AutoTopUpOverview extends Omit<AutoTopUp, 'storedBelowMicros' | 'openAutomaticId'> {
  readonly currency: Currency
  readonly settingsVersion: number
  /** The last change of automatic top-up. */
  readonly lastChange: LastChange
  /** What automatic attempts of this UTC month have charged or still may: the cap applies to it. */
  readonly chargedThisMonthMicros: Micros
  /** The card that automatic top-ups charge. */
  readonly method: ShownMethod | null
  /** The automatic top-up that has not ended. */
  readonly open: {
    readonly topUpId: string
    readonly state: TopUpState
    /** The reason of the last decline while it waits for its next attempt. */
    readonly reason: string | null
    readonly nextTryAtMicros: InstantMicros
    /** It ends as soon as the provider has canceled its payment. */
    readonly isBeingCanceled: boolean
  } | null
}

/** The data of a saved card that may be shown. */
export interface ShownMethod {
  readonly methodId: string
  readonly provider: string
  readonly brand: string
  readonly last4: string
  readonly expiryMonth: number
  readonly expiryYear: number
}

const READ_MORE = `
  select a.currency, a.settings_version,
         p.method_id, p.provider, p.brand, p.last4, p.expiry_month, p.expiry_year,
         o.top_up_id, o.state, o.reason, o.ending_state is not null as is_being_canceled,
         ${epochMicros('o.next_try_at')} as next_try_at_micros,
         counted.micros as charged_this_month_micros
    from tollgate.accounts a
    left join tollgate.payment_methods p on p.account_id = a.account_id and p.removed_at is null and p.is_default
    left join tollgate.top_ups o on o.account_id = a.account_id and o.trigger = 'automatic'
      and o.state in (${OPEN_STATES_SQL})
   cross join lateral (
     select coalesce(sum(amount_micros), 0)::bigint as micros
       from tollgate.top_up_attempts t
      where t.account_id = a.account_id and t.trigger = 'automatic'
        and t.confirmed_at >= date_trunc('month', now(), 'UTC')
        and (t.outcome is null or t.outcome in ('unknown', 'processing', 'needs_action', 'succeeded'))
   ) as counted
   where a.account_id = $1`

interface Row {
  currency: Currency
  settings_version: number
  method_id: string | null
  provider: string
  brand: string
  last4: string
  expiry_month: number
  expiry_year: number
  top_up_id: string | null
  state: TopUpState
  reason: string | null
  next_try_at_micros: bigint
  is_being_canceled: boolean
  charged_this_month_micros: bigint
}

/** Reads the overview; null: no such account. */
export async function readOverview(pool: Pool, accountId: string): Promise<AutoTopUpOverview | null> {
  // Read first: a change in between is then shown with the earlier version, so a save that is based on it is refused.
  const lastChange = await readLastChange(pool, accountId, 'auto_top_up')
  const [auto] = await readAutoTopUps(pool, [accountId])
  const { rows } = await pool.query<Row>(READ_MORE, [accountId])
  const [row] = rows
  if (lastChange === null || auto === undefined || row === undefined) return null
  return {
    ...auto,
    currency: row.currency,
    settingsVersion: row.settings_version,
    lastChange,
    chargedThisMonthMicros: row.charged_this_month_micros,
    method:
      row.method_id === null
        ? null
        : {
            methodId: row.method_id,
            provider: row.provider,
            brand: row.brand,
            last4: row.last4,
            expiryMonth: row.expiry_month,
            expiryYear: row.expiry_year,
          },
    open:
      row.top_up_id === null
        ? null
        : {
            topUpId: row.top_up_id,
            state: row.state,
            reason: row.reason,
            nextTryAtMicros: Number(row.next_try_at_micros),
            isBeingCanceled: row.is_being_canceled,
          },
  }
}
