/**
 * Inserts the automatic top-ups that are due, and gives every step its version in the account's series, in one statement.
 * Callers skip it when there is nothing to store, so a batch in which no balance crosses its threshold pays nothing.
 */
import { randomUUID } from 'node:crypto'
import type { Currency } from '../../core/money.ts'
import type { TopUpStep } from '../../core/top-up/step.ts'
import type { Connection } from '../../platform/postgres.ts'
import type { AnnouncedStep } from './announced-records.ts'

/** `isTopUpDue`: an automatic top-up is requested as well; its step comes after the others. */
export interface StepsOfAccount {
  readonly accountId: string
  readonly steps: readonly TopUpStep[]
  readonly isTopUpDue: boolean
}

/**
 * `do nothing`: an account with an open automatic top-up gets no second one, whatever its column says. The amount is that
 * of the settings in force, as this transaction has left them.
 */
const STORE_STEPS = `
  with asked as (
    select * from unnest($2::text[], $3::integer[], $4::text[]) as a (account_id, steps, top_up_id)
  ), requested as (
    insert into tollgate.top_ups (top_up_id, account_id, trigger, amount_micros, currency, state, requested_at, next_try_at,
      updated_at)
    select asked.top_up_id, a.account_id, 'automatic', s.auto_top_up_amount_micros, a.currency, 'requested',
           $1::timestamptz, $1::timestamptz, $1::timestamptz
      from asked
      join tollgate.accounts a using (account_id)
      join tollgate.account_settings s on s.account_id = a.account_id and s.version = a.settings_version
     where asked.top_up_id is not null and s.auto_top_up_amount_micros is not null
        on conflict do nothing
    returning account_id, top_up_id, amount_micros
  )
  update tollgate.accounts a
     set top_up_version = a.top_up_version + n.steps + case when n.requested_id is null then 0 else 1 end
    from (
      select asked.account_id, asked.steps, requested.top_up_id as requested_id, requested.amount_micros
        from asked
        left join requested using (account_id)
    ) as n
   where a.account_id = n.account_id
  returning a.account_id, a.currency, a.top_up_version, n.requested_id, n.amount_micros`

interface StoredRow {
  account_id: string
  currency: Currency
  top_up_version: bigint
  requested_id: string | null
  amount_micros: bigint | null
}

/**
 * Stores steps, requesting top-ups that are due. The accounts must be locked. Returns the steps to announce, with their
 * versions, those of one account in order. `recordedAt`: RFC 3339.
 */
export async function storeTopUpSteps(
  connection: Connection,
  ofAccounts: readonly StepsOfAccount[],
  recordedAt: string,
): Promise<AnnouncedStep[]> {
  const { rows } = await connection.query<StoredRow>({
    name: 'store-top-up-steps',
    text: STORE_STEPS,
    values: [
      recordedAt,
      ofAccounts.map(({ accountId }) => accountId),
      ofAccounts.map(({ steps }) => steps.length),
      ofAccounts.map(({ isTopUpDue }) => (isTopUpDue ? randomUUID() : null)),
    ],
  })
  const stored = new Map(rows.map((row) => [row.account_id, row]))
  return ofAccounts.flatMap(({ accountId, steps }) => {
    const row = stored.get(accountId)!
    const all = row.requested_id === null ? steps : [...steps, requestedStep(row)]
    const before = row.top_up_version - BigInt(all.length)
    return all.map((step, i) => ({ ...step, accountId, currency: row.currency, version: before + BigInt(i + 1) }))
  })
}

function requestedStep({ requested_id: topUpId, amount_micros: amountMicros }: StoredRow): TopUpStep {
  const first = { reason: null, attempt: null, untilMicros: null }
  return { ...first, kind: 'requested', topUpId, trigger: 'automatic', amountMicros }
}
