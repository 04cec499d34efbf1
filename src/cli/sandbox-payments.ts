/** `tollgate sandbox payments`: the sandbox's payments, oldest first, and their totals. */
import { formatInstant } from '../core/instant.ts'
import { formatMoney } from '../core/money.ts'
import { type SandboxPayment, sumOf, type Transfer } from '../payments/providers/sandbox/payment.ts'
import { type Columns, createListing } from './columns.ts'
import { counted, writeOutput } from './command.ts'
import { declineCodeOf, sandboxPaymentJson, withSandboxDesk } from './sandbox-desk.ts'

export interface SandboxPaymentsOptions {
  readonly account?: string
  readonly json?: boolean
}

const PAGE_PAYMENTS = 500

const COLUMNS: Columns<SandboxPayment> = [
  ['sandbox payment', ({ paymentId }) => paymentId],
  ['account', ({ accountId }) => accountId],
  ['state', ({ state }) => state],
  ['decline', (payment) => declineCodeOf(payment) ?? '-'],
  ['amount', ({ amountMicros }) => formatMoney(amountMicros)],
  ['refunded', (payment) => formatMoney(-sumOf('refund', payment))],
  ['disputed', (payment) => formatMoney(-sumOf('dispute', payment))],
  ['currency', ({ currency }) => currency],
  ['created at', ({ createdAtMicros }) => formatInstant(createdAtMicros)],
]

export async function listSandboxPayments({ account, json }: SandboxPaymentsOptions): Promise<void> {
  await withSandboxDesk(async (desk) => {
    const textOf = json
      ? (page: readonly SandboxPayment[]) => page.map(sandboxPaymentJson).join('')
      : createListing(COLUMNS)
    const totals = new Map<string, Record<Transfer['kind'], bigint>>()
    let count = 0
    for (let after: SandboxPayment | null = null; ; ) {
      const page: SandboxPayment[] = await desk.listPayments(account ?? null, { after, limit: PAGE_PAYMENTS })
      for (const payment of page) addTo(totals, payment)
      count += page.length
      const isWanted = await writeOutput(textOf(page))
      after = page.at(-1) ?? null
      if (after === null || !isWanted) break
    }
    process.stderr.write(`${counted(count, 'sandbox payment')}\n`)
    for (const [currency, { charge, refund, dispute }] of totals) {
      process.stderr.write(
        `${currency}: charged ${formatMoney(charge)}, refunded ${formatMoney(-refund)}, disputed ${formatMoney(-dispute)}\n`,
      )
    }
  })
}

function addTo(totals: Map<string, Record<Transfer['kind'], bigint>>, payment: SandboxPayment): void {
  const { charge, refund, dispute } = totals.get(payment.currency) ?? { charge: 0n, refund: 0n, dispute: 0n }
  totals.set(payment.currency, {
    charge: charge + sumOf('charge', payment),
    refund: refund + sumOf('refund', payment),
    dispute: dispute + sumOf('dispute', payment),
  })
}
