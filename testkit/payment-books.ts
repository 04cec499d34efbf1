/** The sandbox's books beside the ledger's, account by account: what payments brought, less refunds and disputes. */
import type { Micros } from '../src/core/money.ts'
import type { SandboxDesk } from '../src/payments/providers/sandbox/desk.ts'
import { type SandboxPayment, sumOf } from '../src/payments/providers/sandbox/payment.ts'
import type { Pool } from '../src/platform/postgres.ts'

export interface PaymentBook {
  readonly accountId: string
  readonly currency: string
  readonly atSandboxMicros: Micros
  readonly inMovementsMicros: Micros
}

const PAGE_PAYMENTS = 500

const READ_MOVED = `
  select a.account_id, a.currency, coalesce(sum(m.amount_micros), 0)::bigint as micros
    from tollgate.accounts a
    left join tollgate.movements m on m.account_id = a.account_id and m.kind in ('top_up', 'refund', 'dispute')
   group by a.account_id
   order by a.account_id`

/** Of every account of the ledger, and of those that only the sandbox knows. */
export async function readPaymentBooks(pool: Pool, desk: SandboxDesk): Promise<PaymentBook[]> {
  const atSandbox = new Map<string, { currency: string; micros: Micros }>()
  for (const payment of await allPayments(desk)) {
    const { currency, micros } = atSandbox.get(payment.accountId) ?? { currency: payment.currency, micros: 0n }
    const moved = sumOf('charge', payment) + sumOf('refund', payment) + sumOf('dispute', payment)
    atSandbox.set(payment.accountId, { currency, micros: micros + moved })
  }
  const { rows } = await pool.query<{ account_id: string; currency: string; micros: bigint }>(READ_MOVED)
  const books = rows.map(({ account_id: accountId, currency, micros }) => {
    const atSandboxMicros = atSandbox.get(accountId)?.micros ?? 0n
    atSandbox.delete(accountId)
    return { accountId, currency, atSandboxMicros, inMovementsMicros: micros }
  })
  const unknown = [...atSandbox].map(([accountId, { currency, micros }]) => {
    return { accountId, currency, atSandboxMicros: micros, inMovementsMicros: 0n }
  })
  return [...books, ...unknown]
}

export function isDiffering({ atSandboxMicros, inMovementsMicros }: PaymentBook): boolean {
  return atSandboxMicros !== inMovementsMicros
}

async function allPayments(desk: SandboxDesk): Promise<SandboxPayment[]> {
  const payments: SandboxPayment[] = []
  for (;;) {
    const page = await desk.listPayments(null, { after: payments.at(-1) ?? null, limit: PAGE_PAYMENTS })
    if (page.length === 0) return payments
    payments.push(...page)
  }
}
