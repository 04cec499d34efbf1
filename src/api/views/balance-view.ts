/** The balance of an account in the API. */
import { z } from 'zod'
import { formatMoney } from '../../core/money.ts'
import type { Credit } from '../../ledger/accounts/read-account.ts'
import { AccountId, CurrencyCode, Instant, Money } from '../protocol/schemas.ts'

export const Epoch = z
  .int()
  .meta({ description: "The ledger's epoch, which grows with every restore. Order by (epoch, version)." })
export const Blocked = z
  .array(z.string())
  .meta({ description: 'outbound_calls, inbound_toll_free; new values may be added. Empty while active.' })
export const Status = z.enum(['active', 'blocked'])

export const Balance = z
  .object({
    account_id: AccountId,
    currency: CurrencyCode,
    balance: Money,
    epoch: Epoch,
    version: z.int().meta({ description: 'Increases by one with every change of the balance.' }),
    last_sequence: z.int().meta({ description: 'Sequence of the newest movement. 0 before the first.' }),
    status: Status,
    blocked: Blocked,
    status_since: Instant,
  })
  .meta({ id: 'Balance' })

/** A balance as JSON, the same for every caller. */
export function balanceJson(credit: Omit<Credit, 'statusVersion'>): z.output<typeof Balance> {
  return {
    account_id: credit.accountId,
    currency: credit.currency,
    balance: formatMoney(credit.balanceMicros),
    epoch: credit.epoch,
    version: Number(credit.balanceVersion),
    last_sequence: Number(credit.lastSequence),
    status: credit.status,
    blocked: [...credit.blocked],
    status_since: credit.statusSince,
  }
}
