/** Access of commands to the sandbox payment provider, and how they show its payments. */
import { formatInstant } from '../core/instant.ts'
import { formatMoney } from '../core/money.ts'
import { openSandboxDatabase, sandboxDatabaseUrl } from '../payments/providers/sandbox/database.ts'
import { createDesk, type SandboxDesk } from '../payments/providers/sandbox/desk.ts'
import { type SandboxPayment, sumOf } from '../payments/providers/sandbox/payment.ts'
import { CommandFailed } from './command.ts'
import { commandLog, readConfig } from './connected.ts'

/** Runs `work` with the desk, and closes its database afterwards. */
export async function withSandboxDesk<T>(work: (desk: SandboxDesk) => Promise<T>): Promise<T> {
  const { database, sandbox, provider, log } = readConfig('database', 'sandbox', 'provider', 'log')
  if (provider.name !== 'sandbox') {
    throw new CommandFailed(
      'payments are made with Stripe: the sandbox commands are not available, use the Stripe dashboard',
      2,
    )
  }
  const sandboxDatabase = openSandboxDatabase({
    databaseUrl: sandboxDatabaseUrl(database.url, sandbox.databaseUrl),
    log: commandLog(log),
    connections: 1,
  })
  try {
    return await work(createDesk(sandboxDatabase))
  } finally {
    await sandboxDatabase.close()
  }
}

/** The bank's code, if the payment was declined. */
export function declineCodeOf({ decline }: SandboxPayment): string | null {
  return decline === null ? null : (decline.declineCode ?? decline.code)
}

/** A payment as one line of JSON. */
export function sandboxPaymentJson(payment: SandboxPayment): string {
  return `${JSON.stringify({
    provider: 'sandbox',
    payment_id: payment.paymentId,
    account_id: payment.accountId,
    top_up_id: payment.topUpId,
    state: payment.state,
    decline_code: declineCodeOf(payment),
    dispute: payment.dispute,
    currency: payment.currency,
    amount: formatMoney(payment.amountMicros),
    charged: formatMoney(sumOf('charge', payment)),
    refunded: formatMoney(-sumOf('refund', payment)),
    disputed: formatMoney(-sumOf('dispute', payment)),
    created_at: formatInstant(payment.createdAtMicros),
  })}\n`
}
