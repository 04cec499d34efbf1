/** Reads both sides of a history, ledger and provider, with its own statements. */
import type { LaneDatabase } from './lane-database.ts'
import type { AccountInLedger, MovementInLedger, PaymentAtProvider, Rest, Sight } from './model.ts'
import type { Settings } from './steps.ts'

const micros = (column: string) => `(extract(epoch from ${column}) * 1000000)::float8`
const OPEN = `('requested', 'prepared', 'charging', 'unknown', 'processing', 'needs_action')`

const ACCOUNTS = `
  select a.account_id as "accountId", a.balance_micros as "balanceMicros", a.settings_version as "settingsVersion",
         (select count(*)::integer from tollgate.top_ups t
           where t.account_id = a.account_id and t.trigger = 'automatic' and t.state in ${OPEN}) as "openAutomatic"
    from tollgate.accounts a order by a.account_id`

const MOVEMENTS = `
  select account_id as "accountId", sequence, kind, amount_micros as "amountMicros",
         balance_before_micros as "balanceBeforeMicros", balance_after_micros as "balanceAfterMicros", top_up_id as "topUpId"
    from tollgate.movements order by account_id, sequence`

const MARKS = `
  select account_id as "accountId", marked_settings_version::integer as "markedVersion" from sandbox.customers`

const PAYMENTS = `
  select p.payment_id as "paymentId", p.top_up_id as "topUpId", p.account_id as "accountId",
         p.provider_method_id as "providerMethodId", p.is_off_session as "isAutomatic", p.amount_micros as "amountMicros",
         p.state, coalesce(p.decline_codes ->> 'declineCode', p.decline_codes ->> 'code') as "declineCode",
         ${micros('p.created_at')} as "createdAtMicros",
         coalesce(sum(t.amount_micros) filter (where t.kind = 'charge'), 0)::bigint as "chargedMicros",
         coalesce(sum(t.amount_micros), 0)::bigint as "netMicros",
         coalesce(bool_or(t.kind <> 'charge'), false) as "isReturned"
    from sandbox.payments p
    left join sandbox.transfers t on t.payment_id = p.payment_id and t.done_at is not null
   group by p.payment_id
   order by p.created_at, p.payment_id`

export interface BooksAtProvider {
  /** Oldest first. */
  books(): Promise<PaymentAtProvider[]>
  /** The marked settings version, by account. */
  marks(): Promise<ReadonlyMap<string, number | null>>
}

export async function readBothSides({ ledger, nowMicros }: LaneDatabase, side: BooksAtProvider): Promise<Sight> {
  const [accounts, movements, marks, payments] = await Promise.all([
    ledger.query<Omit<AccountInLedger, 'markedVersion'>>(ACCOUNTS),
    ledger.query<MovementInLedger>(MOVEMENTS),
    side.marks(),
    side.books(),
  ])
  return {
    nowMicros: nowMicros(),
    accounts: accounts.rows.map((row) => ({ ...row, markedVersion: marks.get(row.accountId) ?? null })),
    movements: movements.rows,
    payments,
  }
}

export async function readSandboxBooks({ sandbox }: LaneDatabase): Promise<PaymentAtProvider[]> {
  return (await sandbox.query<PaymentAtProvider>(PAYMENTS)).rows
}

export async function readSandboxMarks({ sandbox }: LaneDatabase): Promise<ReadonlyMap<string, number | null>> {
  const { rows } = await sandbox.query<Pick<AccountInLedger, 'accountId' | 'markedVersion'>>(MARKS)
  return new Map(rows.map(({ accountId, markedVersion }) => [accountId, markedVersion]))
}

const RESTS = `
  select a.account_id as "accountId", a.balance_micros as "balanceMicros", s.auto_top_up_is_on as "isOn",
         s.auto_top_up_threshold_micros as "thresholdMicros", a.auto_top_up_below_micros as "belowMicros",
         exists (select from tollgate.payment_methods p
           where p.account_id = a.account_id and p.is_default and p.removed_at is null) as "hasCard",
         m.pause_reason as "pauseReason", ${micros('m.waits_until')} as "waitsUntilMicros",
         (select coalesce(jsonb_agg(jsonb_build_object('topUpId', t.top_up_id, 'trigger', t.trigger, 'state', t.state,
                   'nextTryAtMicros', ${micros('t.next_try_at')}, 'actionUntilMicros', ${micros('t.action_until')})), '[]')
            from tollgate.top_ups t where t.account_id = a.account_id and t.state in ${OPEN}) as "topUps"
    from tollgate.accounts a
    join tollgate.account_settings s on s.account_id = a.account_id and s.version = a.settings_version
    left join tollgate.auto_top_up_memory m on m.account_id = a.account_id
   order by a.account_id`

export async function readRest({ ledger }: LaneDatabase): Promise<Rest[]> {
  return (await ledger.query<Rest>(RESTS)).rows
}

export interface TermsInForce {
  /** Null: never set up. */
  readonly settings: Settings | null
  readonly methodId: string | null
  readonly providerMethodId: string | null
}

const TERMS = `
  select s.auto_top_up_is_on as is_on, s.auto_top_up_threshold_micros as threshold, s.auto_top_up_amount_micros as amount,
         s.auto_top_up_monthly_cap_micros as cap, p.method_id, p.provider_method_id
    from tollgate.accounts a
    join tollgate.account_settings s on s.account_id = a.account_id and s.version = a.settings_version
    left join tollgate.payment_methods p on p.account_id = a.account_id and p.is_default and p.removed_at is null
   where a.account_id = $1`

/** What a person sees before changing it. */
export async function readTerms({ ledger }: LaneDatabase, accountId: string): Promise<TermsInForce> {
  const { rows } = await ledger.query(TERMS, [accountId])
  const { is_on: isOn, threshold, amount, cap, method_id: methodId, provider_method_id: providerMethodId } = rows[0]
  const settings =
    amount === null
      ? null
      : {
          isOn,
          thresholdCents: Number(threshold / 10_000n),
          amountCents: Number(amount / 10_000n),
          capCents: cap === null ? null : Number(cap / 10_000n),
        }
  return { settings, methodId, providerMethodId }
}
