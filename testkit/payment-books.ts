/** Compares the payment provider's books with the ledger's by account: payments minus refunds and disputes. */
import type { Micros } from '../src/core/money.ts'
import type { SandboxDesk } from '../src/payments/providers/sandbox/desk.ts'
import { type SandboxPayment, sumOf } from '../src/payments/providers/sandbox/payment.ts'
import type { Pool } from '../src/platform/postgres.ts'

export interface PaymentBook {
  readonly accountId: string
  readonly currency: string
  readonly atProviderMicros: Micros
  readonly inMovementsMicros: Micros
}

const PAGE_PAYMENTS = 500

const READ_MOVED = `
  select a.account_id, a.currency, coalesce(sum(m.amount_micros), 0)::bigint as micros
    from tollgate.accounts a
    left join tollgate.movements m on m.account_id = a.account_id and m.kind in ('top_up', 'refund', 'dispute')
   group by a.account_id
   order by a.account_id`

/** The net amount of one payment so far. */
export interface TakenPayment {
  readonly accountId: string
  readonly currency: string
  readonly takenMicros: Micros
}

/** Reads the books of every account of the ledger, and of accounts that only the sandbox knows. */
export async function readPaymentBooks(pool: Pool, desk: SandboxDesk): Promise<PaymentBook[]> {
  const payments = await allPayments(desk)
  return await comparePaymentBooks(
    pool,
    payments.map((payment) => ({
      accountId: payment.accountId,
      currency: payment.currency,
      takenMicros: sumOf('charge', payment) + sumOf('refund', payment) + sumOf('dispute', payment),
    })),
  )
}

/** Compares the ledger with the payments of any provider. */
export async function comparePaymentBooks(pool: Pool, payments: readonly TakenPayment[]): Promise<PaymentBook[]> {
  const atProvider = new Map<string, { currency: string; micros: Micros }>()
  for (const { accountId, currency, takenMicros } of payments) {
    const { micros } = atProvider.get(accountId) ?? { micros: 0n }
    atProvider.set(accountId, { currency, micros: micros + takenMicros })
  }
  const { rows } = await pool.query<{ account_id: string; currency: string; micros: bigint }>(READ_MOVED)
  const books = rows.map(({ account_id: accountId, currency, micros }) => {
    const atProviderMicros = atProvider.get(accountId)?.micros ?? 0n
    atProvider.delete(accountId)
    return { accountId, currency, atProviderMicros, inMovementsMicros: micros }
  })
  const unknown = [...atProvider].map(([accountId, { currency, micros }]) => {
    return { accountId, currency, atProviderMicros: micros, inMovementsMicros: 0n }
  })
  return [...books, ...unknown]
}

export function isDiffering({ atProviderMicros, inMovementsMicros }: PaymentBook): boolean {
  return atProviderMicros !== inMovementsMicros
}

async function allPayments(desk: SandboxDesk): Promise<SandboxPayment[]> {
  const payments: SandboxPayment[] = []
  for (;;) {
    const page = await desk.listPayments(null, { after: payments.at(-1) ?? null, limit: PAGE_PAYMENTS })
    if (page.length === 0) return payments
    payments.push(...page)
  }
}
