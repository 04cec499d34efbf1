/** What an account has, and whether its calls go through. */
import { z } from 'zod'
import { formatMoney } from '../../core/money.ts'
import { type Credit, readCredit } from '../../ledger/accounts/read-account.ts'
import { noAccount } from '../authenticate.ts'
import type { Api, ApiContext } from '../context.ts'
import { AccountId, AccountParams, CurrencyCode, Instant, Money } from '../schemas.ts'

const Epoch = z.int().meta({ description: 'Of the ledger; it grows with every restore. Order by (epoch, version)' })
const Blocked = z
  .array(z.string())
  .meta({ description: 'outbound_calls, inbound_toll_free; there may be more one day. Empty while active' })
const Status = z.enum(['active', 'blocked'])

const Balance = z
  .object({
    account_id: AccountId,
    currency: CurrencyCode,
    balance: Money,
    epoch: Epoch,
    version: z.int().meta({ description: 'Grows by one with every change of the balance' }),
    last_sequence: z.int().meta({ description: 'Of the newest movement; 0 before the first' }),
    status: Status,
    blocked: Blocked,
    status_since: Instant,
  })
  .meta({ id: 'Balance' })

const ServiceStatus = z
  .object({
    account_id: AccountId,
    epoch: Epoch,
    version: z.int().meta({ description: "The status's own; 0: never announced" }),
    status: Status,
    blocked: Blocked,
    reason: z.enum(['credit_exhausted', 'credit_available']),
    since: Instant,
  })
  .meta({ id: 'ServiceStatus' })

export function addBalanceRoutes(api: Api, { writer: { pool } }: ApiContext): void {
  const creditOf = async (accountId: string): Promise<Credit> => {
    const credit = await readCredit(pool, accountId)
    if (credit === null) throw noAccount(accountId)
    return credit
  }

  api.route({
    method: 'GET',
    url: '/v1/accounts/:account_id/balance',
    config: { access: { permission: 'read', of: 'account' } },
    schema: {
      operationId: 'readBalance',
      tags: ['Credit'],
      summary: 'Balance, and what is blocked',
      params: AccountParams,
      response: { 200: Balance },
    },
    handler: async (request) => {
      const credit = await creditOf(request.params.account_id)
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
    },
  })

  api.route({
    method: 'GET',
    url: '/v1/accounts/:account_id/service-status',
    config: { access: { permission: 'read', of: 'account' } },
    schema: {
      operationId: 'readServiceStatus',
      tags: ['Credit'],
      summary: 'Whether calls go through',
      description:
        'As credit.service-status.v1 says it: inbound calls to standard numbers and emergency calls are never blocked.',
      params: AccountParams,
      response: { 200: ServiceStatus },
    },
    handler: async (request) => {
      const credit = await creditOf(request.params.account_id)
      return {
        account_id: credit.accountId,
        epoch: credit.epoch,
        version: Number(credit.statusVersion),
        status: credit.status,
        blocked: [...credit.blocked],
        reason: credit.status === 'blocked' ? ('credit_exhausted' as const) : ('credit_available' as const),
        since: credit.statusSince,
      }
    },
  })
}
