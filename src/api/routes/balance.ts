/** An account's balance, and whether its calls go through. */
import { z } from 'zod'
import { type Credit, readCredit } from '../../ledger/accounts/read-account.ts'
import { noAccount } from '../access/authenticate.ts'
import { AccountId, AccountParams, Instant } from '../protocol/schemas.ts'
import { Balance, Blocked, balanceJson, Epoch, Status } from '../views/balance-view.ts'
import type { Api, ApiContext } from './context.ts'

const ServiceStatus = z
  .object({
    account_id: AccountId,
    epoch: Epoch,
    version: z.int().meta({ description: 'Version of the status. 0 if it was never announced.' }),
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
      summary: 'Balance and what is blocked',
      params: AccountParams,
      response: { 200: Balance },
    },
    handler: async (request) => {
      const credit = await creditOf(request.params.account_id)
      return balanceJson(credit)
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
        'The same as in credit.service-status.v1. Inbound calls to standard numbers and emergency calls are never blocked.',
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
