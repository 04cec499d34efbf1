/** Operators' adjustments of credit: ordinary movements that record who made them and why. */
import { z } from 'zod'
import { formatMoney } from '../../core/money.ts'
import { adjustCredit } from '../../ledger/accounts/adjust-credit.ts'
import { callerOf, noAccount } from '../access/authenticate.ts'
import { actorOf } from '../access/permissions.ts'
import { ApiProblem } from '../protocol/problem.ts'
import {
  AccountId,
  AccountParams,
  CurrencyCode,
  IdempotencyHeaders,
  Instant,
  Money,
  microsOf,
  NonZeroMoney,
  text,
} from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'

const WantedAdjustment = z
  .strictObject({
    amount: NonZeroMoney.meta({
      description: 'In the currency of the account. Positive to add credit, negative to take it.',
    }),
    reason: text(500).meta({ description: 'The reason, for the statement.' }),
  })
  .meta({ id: 'WantedAdjustment' })

const Adjustment = z
  .object({
    account_id: AccountId,
    sequence: z.int().meta({ description: 'Sequence of its movement.' }),
    amount: Money,
    balance_before: Money,
    balance_after: Money,
    currency: CurrencyCode,
    recorded_at: Instant,
    actor: z.string(),
    reason: z.string(),
  })
  .meta({ id: 'Adjustment' })

export function addAdjustmentRoutes(api: Api, { writer }: ApiContext): void {
  api.route({
    method: 'POST',
    url: '/v1/accounts/:account_id/adjustments',
    config: { access: { permission: 'adjust', of: 'account' }, problems: ['request_key_reused'] },
    schema: {
      operationId: 'adjustCredit',
      tags: ['Operators'],
      summary: "Adjust an account's credit",
      description: 'It is posted once per Idempotency-Key; every repeat returns the figures of that movement.',
      params: AccountParams,
      headers: IdempotencyHeaders,
      body: WantedAdjustment,
      response: { 201: Adjustment },
    },
    handler: async (request, reply) => {
      const { account_id: accountId } = request.params
      const { amount, reason } = request.body
      const actor = actorOf(callerOf(request))
      const wanted = { accountId, amountMicros: microsOf(amount), actor, reason }
      const adjusted = await adjustCredit(writer, wanted, request.headers['idempotency-key'])
      if ('refused' in adjusted) {
        if (adjusted.refused === 'unknown_account') throw noAccount(accountId)
        throw new ApiProblem(
          'request_key_reused',
          'this Idempotency-Key was already used with another amount, reason or caller: nothing was posted',
        )
      }
      const { sequence, balanceBeforeMicros, balanceMicros, currency, recordedAt } = adjusted.answer
      return await reply.code(201).send({
        account_id: accountId,
        sequence: Number(sequence),
        amount: formatMoney(wanted.amountMicros),
        balance_before: formatMoney(balanceBeforeMicros),
        balance_after: formatMoney(balanceMicros),
        currency,
        recorded_at: recordedAt,
        actor,
        reason,
      })
    },
  })
}
