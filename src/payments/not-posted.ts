/** The log of payments at the provider that cannot be posted here. */
import type { Logger } from '../platform/log.ts'
import type { PaymentFacts } from './providers/provider.ts'

/** Logs a payment that could not be posted. The key of `recorded` is the reason. */
export function logNotPosted(log: Logger, { paymentId, accountId }: PaymentFacts, recorded: object): void {
  log.error(
    { payment_id: paymentId, account_id: accountId, why: Object.keys(recorded)[0] },
    'a payment at the provider belongs to no account here, or is in another currency; it was not posted and needs manual attention',
  )
}
