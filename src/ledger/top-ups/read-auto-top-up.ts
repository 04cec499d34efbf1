/** Reads the state of automatic top-up, in one statement: everything that the account's threshold column is derived from. */

import type { InstantMicros } from '../../core/instant.ts'
import type { Micros } from '../../core/money.ts'
import { type AutoTopUpSettings, armedBelowMicros } from '../../core/top-up/judge.ts'
import type { AutoTopUpMemory, PauseReason } from '../../core/top-up/memory.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'
import { epochMicros } from '../../platform/sql.ts'
import { type AutoTopUpRow, autoTopUpOf } from '../changes/read-settings.ts'
import { instantOf, OPEN_STATES_SQL, textOf } from './top-up-rows.ts'

export interface AutoTopUp {
  readonly accountId: string
  readonly balanceMicros: Micros
  /** The account's threshold column as stored. */
  readonly storedBelowMicros: Micros | null
  readonly isClosed: boolean
  readonly settings: AutoTopUpSettings | null
  readonly methodId: string | null
  readonly memory: AutoTopUpMemory
  readonly waits: Waits | null
  readonly openAutomaticId: string | null
}

/** Automatic top-up waits until a limit allows it again. */
export interface Waits {
  readonly untilMicros: InstantMicros
  readonly limit: string
}

const READ_AUTO_TOP_UP = `
  select a.account_id, a.balance_micros, a.auto_top_up_below_micros, a.closed_at is not null as is_closed,
         s.auto_top_up_is_on, s.auto_top_up_threshold_micros, s.auto_top_up_amount_micros, s.auto_top_up_monthly_cap_micros,
         (select method_id from tollgate.payment_methods p
           where p.account_id = a.account_id and p.is_default and p.removed_at is null) as method_id,
         (select top_up_id from tollgate.top_ups t
           where t.account_id = a.account_id and t.trigger = 'automatic' and t.state in (${OPEN_STATES_SQL})) as open_automatic_id,
         coalesce(m.declines_in_a_row, 0) as declines_in_a_row, m.declined_method_id, m.pause_reason, m.pause_code, m.pause_method_id,
         ${epochMicros('m.paused_since')} as paused_since_micros,
         ${epochMicros('m.waits_until')} as waits_until_micros, m.waits_for
    from tollgate.accounts a
    join tollgate.account_settings s on s.account_id = a.account_id and s.version = a.settings_version
    left join tollgate.auto_top_up_memory m on m.account_id = a.account_id
   where a.account_id = any($1::text[])
   order by a.account_id`

interface Row extends AutoTopUpRow {
  account_id: string
  balance_micros: bigint
  auto_top_up_below_micros: bigint | null
  is_closed: boolean
  method_id: string | null
  open_automatic_id: string | null
  declines_in_a_row: number
  declined_method_id: string | null
  pause_reason: PauseReason | null
  pause_code: string | null
  pause_method_id: string | null
  paused_since_micros: bigint | null
  waits_until_micros: bigint | null
  waits_for: string | null
}

/** Reads accounts in account_id order. Each is consistent: whoever changes a part updates the column in the same transaction. */
export async function readAutoTopUps(
  connection: Connection | Pool,
  accountIds: readonly string[],
): Promise<AutoTopUp[]> {
  const { rows } = await connection.query<Row>({
    name: 'read-auto-top-ups',
    text: READ_AUTO_TOP_UP,
    values: [accountIds],
  })
  return rows.map((row) => ({
    accountId: row.account_id,
    balanceMicros: row.balance_micros,
    storedBelowMicros: row.auto_top_up_below_micros,
    isClosed: row.is_closed,
    settings: autoTopUpOf(row),
    methodId: row.method_id,
    memory: {
      declinesInARow: row.declines_in_a_row,
      declinedMethodId: row.declined_method_id,
      pause:
        row.paused_since_micros === null
          ? null
          : {
              reason: row.pause_reason!,
              code: row.pause_code,
              methodId: row.pause_method_id,
              sinceMicros: Number(row.paused_since_micros),
            },
    },
    waits:
      row.waits_until_micros === null
        ? null
        : { untilMicros: instantOf(row.waits_until_micros)!, limit: row.waits_for! },
    openAutomaticId: row.open_automatic_id,
  }))
}

/** Reads one account, which must be locked. */
export async function readAutoTopUp(connection: Connection, accountId: string): Promise<AutoTopUp> {
  const [auto] = await readAutoTopUps(connection, [accountId])
  if (auto === undefined) throw new TypeError(`account ${accountId} was not locked`)
  return auto
}

/** The value that the account's threshold column should have. */
export function belowMicrosOf(auto: Omit<AutoTopUp, 'storedBelowMicros' | 'balanceMicros'>): Micros | null {
  const { openAutomaticId, waits } = auto
  return armedBelowMicros({
    ...auto,
    hasOpenAutomatic: openAutomaticId !== null,
    waitsUntilMicros: waits?.untilMicros ?? null,
  })
}

const STORE_MEMORY = `
  insert into tollgate.auto_top_up_memory as m (account_id, declines_in_a_row, declined_method_id, paused_since,
    pause_reason, pause_code, pause_method_id, waits_until, waits_for)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      on conflict (account_id) do update
     set declines_in_a_row = excluded.declines_in_a_row, declined_method_id = excluded.declined_method_id,
         paused_since = excluded.paused_since,
         pause_reason = excluded.pause_reason, pause_code = excluded.pause_code,
         pause_method_id = excluded.pause_method_id, waits_until = excluded.waits_until, waits_for = excluded.waits_for`

/** Stores the memory of automatic top-up. The account must be locked. */
export async function storeMemory(
  connection: Connection,
  accountId: string,
  { declinesInARow, declinedMethodId, pause }: AutoTopUpMemory,
  waits: Waits | null,
): Promise<void> {
  await connection.query(STORE_MEMORY, [
    accountId,
    declinesInARow,
    declinedMethodId,
    textOf(pause?.sinceMicros ?? null),
    pause?.reason ?? null,
    pause?.code ?? null,
    pause?.methodId ?? null,
    textOf(waits?.untilMicros ?? null),
    waits?.limit ?? null,
  ])
}
