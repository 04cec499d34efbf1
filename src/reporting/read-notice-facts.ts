/**
 * The facts from which an account's notices are made, read without a lock: one statement for the account's state, so
 * that it is consistent, and the usage behind the forecast. Every row is found by key, however many movements there
 * are.
 */

import { alertLevels } from '../core/account/alerts.ts'
import type { ServiceStatus } from '../core/account/state.ts'
import type { InstantMicros } from '../core/instant.ts'
import type { Currency } from '../core/money.ts'
import type { AddedCredit, Crossing, NoticeCard, NoticeFacts, NoticeMethod, OpenTopUp } from '../core/notices/facts.ts'
import type { TopUpState, TopUpTrigger } from '../core/top-up/machine.ts'
import type { Pause, PauseReason } from '../core/top-up/memory.ts'
import { averageUsage } from '../core/usage-forecast/average.ts'
import { type AutoTopUpRow, autoTopUpOf } from '../ledger/changes/read-settings.ts'
import { autoTopUpVersion } from '../ledger/top-ups/auto-top-up-version.ts'
import { OPEN_STATES_SQL } from '../ledger/top-ups/top-up-rows.ts'
import type { Pool } from '../platform/postgres.ts'
import { epochMicros } from '../platform/sql.ts'
import { byKey } from './by-key.ts'
import { type AccountUsage, readUsageHistory } from './read-usage-history.ts'

export interface NoticeFactsRead {
  readonly facts: NoticeFacts
  readonly epoch: number
  /** The newest change of the balance that is included. */
  readonly balanceVersion: bigint
  /** The database's clock at the reading. */
  readonly nowMicros: InstantMicros
}

/** Lists are JSON, with text where a JSON number would lose digits. */
const READ_FACTS = `
  with clock as materialized (select clock_timestamp() as now),
  account as materialized (
    select a.*, e.epoch, s.contacts, s.low_alert_level_micros, s.custom_alert_level_micros, s.auto_top_up_is_on,
           s.auto_top_up_threshold_micros, s.auto_top_up_amount_micros, s.auto_top_up_monthly_cap_micros
      from tollgate.accounts a
     cross join tollgate.ledger_epoch e
      join tollgate.account_settings s on s.account_id = a.account_id and s.version = a.settings_version
     where a.account_id = $1
  )
  select ${epochMicros('clock.now')} as now_micros, a.epoch, a.balance_version, a.currency, a.balance_micros, a.last_sequence,
         a.status, a.status_version, ${epochMicros('a.status_since')} as status_since_micros,
         ${epochMicros('a.closed_at')} as closed_at_micros, a.low_alert_level_micros, a.custom_alert_level_micros,
         a.auto_top_up_is_on, a.auto_top_up_threshold_micros, a.auto_top_up_amount_micros, a.auto_top_up_monthly_cap_micros,
         ${autoTopUpVersion('$1')} as auto_top_up_version,
         low.version as low_version, ${epochMicros('low.crossed_at')} as low_crossed_at_micros,
         custom.version as custom_version, ${epochMicros('custom.crossed_at')} as custom_crossed_at_micros,
         coalesce(m.declines_in_a_row, 0) as declines_in_a_row, m.declined_method_id, m.pause_reason, m.pause_code,
         m.pause_method_id, ${epochMicros('m.paused_since')} as paused_since_micros,
         p.method_id, p.brand, p.last4, p.expiry_month, p.expiry_year,
         (select count(*)::integer from tollgate.payment_methods
           where account_id = $1 and removed_at is null) as saved_methods,
         paused.brand as paused_brand, paused.last4 as paused_last4,
         declined.brand as declined_brand, declined.last4 as declined_last4,
         exists (select from tollgate.payments where account_id = $1) as has_paid,
         added.kind as added_kind, added.amount_micros as added_micros, added.sequence as added_sequence,
         ${epochMicros('added.recorded_at')} as added_at_micros,
         taken.amount_micros as taken_micros, ${epochMicros('taken.recorded_at')} as taken_paid_at_micros,
         (select coalesce(json_agg(json_build_object('micros', amount_micros::text, 'at', ${epochMicros('confirmed_at')})), '[]')
            from tollgate.top_up_attempts
           where account_id = $1 and trigger = 'automatic'
             and confirmed_at >= least(date_trunc('month', clock.now, 'UTC'), clock.now - interval '24 hours')
             and (outcome is null or outcome in ('unknown', 'processing', 'needs_action', 'succeeded'))) as counted,
         (select coalesce(json_agg(json_build_object('id', top_up_id, 'trigger', trigger, 'state', state, 'reason', reason,
                   'micros', amount_micros::text, 'next', ${epochMicros('next_try_at')}, 'silences', silences,
                   'action', ${epochMicros('action_until')}, 'ends', ending_state is not null) order by requested_at, top_up_id), '[]')
            from tollgate.top_ups
           where account_id = $1 and state in (${OPEN_STATES_SQL})) as open_top_ups,
         (select coalesce(json_agg(coalesce(n.name, c.contact ->> 'id') order by c.place), '[]')
            from jsonb_array_elements(a.contacts) with ordinality as c (contact, place)
            left join tollgate.display_names n on n.account_id = $1 and n.user_id = c.contact ->> 'id'
           where c.contact ->> 'role' = 'admin') as admins
    from account a
   cross join clock
    left join tollgate.auto_top_up_memory m on m.account_id = a.account_id
    left join tollgate.alert_crossings low on low.account_id = a.account_id and low.kind = 'low'
    left join tollgate.alert_crossings custom on custom.account_id = a.account_id and custom.kind = 'custom_level'
    left join tollgate.payment_methods p on p.account_id = a.account_id and p.removed_at is null and p.is_default
    left join tollgate.payment_methods paused on paused.method_id = m.pause_method_id
    left join tollgate.payment_methods declined on declined.method_id = m.declined_method_id
    left join lateral (
      select v.kind, v.amount_micros, v.sequence, v.recorded_at
        from tollgate.payments y
        join tollgate.movements v
          on v.account_id = y.account_id and v.sequence = coalesce(y.last_sequence, y.credited_sequence)
       where y.account_id = $1 and y.changed_at > clock.now - interval '24 hours' and v.amount_micros > 0
         and v.recorded_at > clock.now - interval '24 hours'
       order by v.sequence desc
       limit 1
    ) as added on true
    left join lateral (
      select case m.pause_reason when 'refunded' then y.refunded_micros else y.disputed_micros end as amount_micros,
             y.recorded_at
        from tollgate.payments y
       where y.account_id = $1 and y.changed_at >= m.paused_since
         and (m.pause_reason = 'refunded' and y.refunded_micros > 0 or m.pause_reason = 'disputed' and y.disputed_micros > 0)
       order by y.changed_at desc
       limit 1
    ) as taken on true`

interface Row extends AutoTopUpRow {
  now_micros: bigint
  epoch: number
  balance_version: bigint
  currency: Currency
  balance_micros: bigint
  last_sequence: bigint
  status: ServiceStatus
  status_version: bigint
  status_since_micros: bigint
  closed_at_micros: bigint | null
  low_alert_level_micros: bigint | null
  custom_alert_level_micros: bigint | null
  auto_top_up_version: number
  low_version: bigint | null
  low_crossed_at_micros: bigint | null
  custom_version: bigint | null
  custom_crossed_at_micros: bigint | null
  declines_in_a_row: number
  declined_method_id: string | null
  pause_reason: PauseReason | null
  pause_code: string | null
  pause_method_id: string | null
  paused_since_micros: bigint | null
  method_id: string | null
  brand: string
  last4: string
  expiry_month: number
  expiry_year: number
  saved_methods: number
  paused_brand: string | null
  paused_last4: string | null
  declined_brand: string | null
  declined_last4: string | null
  has_paid: boolean
  added_kind: 'top_up' | 'refund' | 'dispute' | null
  added_micros: bigint
  added_sequence: bigint
  added_at_micros: bigint
  taken_micros: bigint | null
  taken_paid_at_micros: bigint
  counted: { micros: string; at: number }[]
  open_top_ups: {
    id: string
    trigger: TopUpTrigger
    state: TopUpState
    reason: string | null
    micros: string
    next: number
    silences: number
    action: number | null
    ends: boolean
  }[]
  admins: string[]
}

/** Reads the facts; null if there is no such account. Takes no lock. */
export async function readNoticeFacts(pool: Pool, accountId: string): Promise<NoticeFactsRead | null> {
  const [{ rows }, usage] = await Promise.all([
    byKey(pool, (connection) =>
      connection.query<Row>({ name: 'read-notice-facts', text: READ_FACTS, values: [accountId] }),
    ),
    readUsageHistory(pool, accountId),
  ])
  const [row] = rows
  if (row === undefined) return null
  return {
    facts: factsOf(accountId, row, usage !== null && 'history' in usage ? usage : null),
    epoch: row.epoch,
    balanceVersion: row.balance_version,
    nowMicros: Number(row.now_micros),
  }
}

/** `usage` is null while it is summed up for the first time; then there is no forecast. */
function factsOf(accountId: string, row: Row, usage: AccountUsage | null): NoticeFacts {
  return {
    accountId,
    currency: row.currency,
    balanceMicros: row.balance_micros,
    hasMovements: row.last_sequence > 0n,
    hasPaid: row.has_paid,
    status: {
      isBlocked: row.status === 'blocked',
      version: row.status_version,
      sinceMicros: Number(row.status_since_micros),
    },
    closedAtMicros: row.closed_at_micros === null ? null : Number(row.closed_at_micros),
    levels: alertLevels({
      lowAlertLevelMicros: row.low_alert_level_micros,
      customAlertLevelMicros: row.custom_alert_level_micros,
    }),
    lowCrossing: crossingOf(row.low_version, row.low_crossed_at_micros),
    customCrossing: crossingOf(row.custom_version, row.custom_crossed_at_micros),
    autoTopUp: {
      settings: autoTopUpOf(row),
      version: row.auto_top_up_version,
      memory: {
        declinesInARow: row.declines_in_a_row,
        declinedMethodId: row.declined_method_id,
        pause: pauseOf(row),
      },
      counted: row.counted.map((one) => ({ amountMicros: BigInt(one.micros), confirmedAtMicros: one.at })),
    },
    method: methodOf(row),
    savedMethods: row.saved_methods,
    pausedCard: cardOf(row.paused_brand, row.paused_last4),
    declinedCard: cardOf(row.declined_brand, row.declined_last4),
    takenBack:
      row.taken_micros === null
        ? null
        : { amountMicros: row.taken_micros, paidAtMicros: Number(row.taken_paid_at_micros) },
    openTopUps: row.open_top_ups.map(openOf),
    added: addedOf(row),
    usage: usage === null ? { reason: 'not_enough_usage', days: 0 } : averageUsage(usage.history),
    lastUsageDay: usage?.lastUsageDay ?? null,
    admins: row.admins,
  }
}

function crossingOf(version: bigint | null, crossedAtMicros: bigint | null): Crossing | null {
  return version === null ? null : { version, atMicros: Number(crossedAtMicros) }
}

function pauseOf(row: Row): Pause | null {
  if (row.paused_since_micros === null) return null
  const { pause_code: code, pause_method_id: methodId } = row
  return { reason: row.pause_reason!, code, methodId, sinceMicros: Number(row.paused_since_micros) }
}

function methodOf(row: Row): NoticeMethod | null {
  const { method_id: methodId, brand, last4, expiry_month: expiryMonth, expiry_year: expiryYear } = row
  return methodId === null ? null : { methodId, brand, last4, expiryMonth, expiryYear }
}

function cardOf(brand: string | null, last4: string | null): NoticeCard | null {
  return brand === null || last4 === null ? null : { brand, last4 }
}

function openOf(one: Row['open_top_ups'][number]): OpenTopUp {
  return {
    topUpId: one.id,
    trigger: one.trigger,
    state: one.state,
    reason: one.reason,
    amountMicros: BigInt(one.micros),
    nextTryAtMicros: one.next,
    silences: one.silences,
    actionUntilMicros: one.action,
    isBeingCanceled: one.ends,
  }
}

const ADDED_BY = { top_up: 'top_up', dispute: 'dispute_won', refund: 'refund_failed' } as const

function addedOf(row: Row): AddedCredit | null {
  if (row.added_kind === null) return null
  return {
    kind: ADDED_BY[row.added_kind],
    amountMicros: row.added_micros,
    atMicros: Number(row.added_at_micros),
    sequence: row.added_sequence,
  }
}
