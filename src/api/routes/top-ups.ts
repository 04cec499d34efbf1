/** Top-ups, manual and automatic: request, follow, approve, cancel. */

import { z } from 'zod'
import { parseInstant } from '../../core/instant.ts'
import { formatMoney } from '../../core/money.ts'
import { TOP_UP_STATES } from '../../core/top-up/machine.ts'
import { cancelTopUp } from '../../ledger/top-ups/cancel-top-up.ts'
import {
  type ListedAttempt,
  type ListedMovement,
  listTopUps,
  readTopUpHistory,
  type TopUpHistory,
} from '../../ledger/top-ups/list-top-ups.ts'
import { requestTopUp } from '../../ledger/top-ups/request-top-up.ts'
import { askForApproval, paymentReturnPage } from '../../payments/approvals.ts'
import type { Pool } from '../../platform/postgres.ts'
import { callerOf, noAccount } from '../access/authenticate.ts'
import { actorOf, type Caller, seesInFull } from '../access/permissions.ts'
import { pageOf, readCursor } from '../protocol/paging.ts'
import { ApiProblem } from '../protocol/problem.ts'
import {
  AccountId,
  AccountParams,
  CurrencyCode,
  Id,
  IdempotencyHeaders,
  Instant,
  Money,
  microsOf,
  PageQuery,
  page,
} from '../protocol/schemas.ts'
import { codeFor, State, TOP_UP_FIELDS, TopUp, TRIGGERS, topUpJson, Why, whyFor } from '../views/top-up-views.ts'
import type { Api, ApiContext } from './context.ts'
import { refuseUnknownAccount } from './known-account.ts'
import { ReturnUrl, returnUrlOf } from './return-urls.ts'
import { noSuch, problemOfRefusal, providerUnavailable } from './top-up-refusals.ts'

const Attempt = z
  .object({
    number: z.int(),
    amount: Money,
    method_id: z.string().nullable(),
    brand: z.string().nullable(),
    last4: z.string().nullable(),
    prepared_at: Instant,
    confirmed_at: Instant.nullable(),
    outcome: z.string().nullable().meta({
      description:
        'unknown, processing, needs_action, succeeded, declined, canceled, refused. Null if it is prepared, or confirmed but not answered yet.',
    }),
    why: Why,
    code: z
      .string()
      .nullable()
      .meta({ description: 'The code of the bank or the provider. Only for services and operators.' }),
    provider: z.string(),
    payment_id: z
      .string()
      .nullable()
      .meta({ description: "The provider's id of the payment. Null if the caller may not see it." }),
  })
  .meta({ id: 'TopUpAttempt' })

const TopUpMovement = z
  .object({
    sequence: z.int(),
    kind: z.string().meta({ description: 'top_up, refund or dispute.' }),
    amount: Money,
    balance_after: Money,
    reverses_sequence: z.int().nullable(),
    recorded_at: Instant,
  })
  .meta({ id: 'TopUpMovement' })

const TopUpDetails = z
  .object({
    ...TOP_UP_FIELDS,
    attempts: z.array(Attempt).meta({ description: 'Attempts to pay it, in order.' }),
    movements: z
      .array(TopUpMovement)
      .meta({ description: 'The credit it added, and what was refunded or disputed of it.' }),
  })
  .meta({ id: 'TopUpDetails' })

const WantedTopUp = z
  .strictObject({
    amount: Money,
    method_id: Id.nullable().meta({ description: 'Null for the default payment method.' }),
  })
  .meta({ id: 'WantedTopUp' })

const RequestedTopUp = z
  .object({
    top_up_id: z.string(),
    account_id: AccountId,
    trigger: z.literal('manual'),
    state: z.literal('requested'),
    amount: Money,
    currency: CurrencyCode,
    method_id: z.string(),
    requested_at: Instant,
  })
  .meta({ id: 'RequestedTopUp', description: 'The top-up as it was when it was requested.' })

const TopUpsQuery = PageQuery.extend({
  open: z.enum(['true', 'false']).optional().meta({ description: 'If true, only top-ups that are not over yet.' }),
  trigger: z.enum(TRIGGERS).optional(),
  state: z
    .union([State, z.array(State).max(TOP_UP_STATES.length)])
    .optional()
    .meta({ description: 'Only top-ups in these states. May be repeated.' }),
})

const TopUpParams = AccountParams.extend({ top_up_id: Id })

const WantedApproval = z.strictObject({ return_url: ReturnUrl }).meta({ id: 'WantedApproval' })

const Approval = z
  .object({ url: z.string().meta({ description: "The bank's page, where the customer approves the payment." }) })
  .meta({ id: 'Approval' })

const URL = '/v1/accounts/:account_id/top-ups'

export function addTopUpRoutes(api: Api, context: ApiContext): void {
  addCreateTopUp(api, context)
  addListTopUps(api, context)
  addReadTopUp(api, context)
  addApproveTopUp(api, context)
  addCancelTopUp(api, context)
}

function addCreateTopUp(api: Api, { writer, bounds }: ApiContext): void {
  api.route({
    method: 'POST',
    url: URL,
    config: {
      access: { permission: 'pay', of: 'account' },
      problems: ['account_closed', 'no_payment_method', 'not_possible', 'request_key_reused'],
    },
    schema: {
      operationId: 'createTopUp',
      tags: ['Top-ups'],
      summary: 'Add credit now',
      description:
        'The amount is charged within moments, and only once per Idempotency-Key: a repeated request gets the same answer. Read the top-up to follow its progress.',
      params: AccountParams,
      headers: IdempotencyHeaders,
      body: WantedTopUp,
      response: { 201: RequestedTopUp },
    },
    handler: async (request, reply) => {
      const { account_id: accountId } = request.params
      const { amount, method_id: methodId } = request.body
      const wanted = { accountId, amountMicros: microsOf(amount), methodId, actor: actorOf(callerOf(request)) }
      const requested = await requestTopUp(writer, wanted, request.headers['idempotency-key'], bounds)
      if ('refused' in requested) {
        if (requested.refused === 'no_method') throw noMethod(methodId)
        throw problemOfRefusal(requested.refused, accountId)
      }
      const { answer } = requested
      return await reply
        .code(201)
        .header('location', `/v1/accounts/${encodeURIComponent(accountId)}/top-ups/${answer.topUpId}`)
        .send({
          top_up_id: answer.topUpId,
          account_id: accountId,
          trigger: 'manual',
          state: 'requested',
          amount: formatMoney(answer.amountMicros),
          currency: answer.currency,
          method_id: answer.methodId,
          requested_at: answer.requestedAt,
        })
    },
  })
}

function addListTopUps(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: URL,
    config: { access: { permission: 'read', of: 'account' } },
    schema: {
      operationId: 'listTopUps',
      tags: ['Top-ups'],
      summary: 'Top-ups, newest first',
      params: AccountParams,
      querystring: TopUpsQuery,
      response: { 200: page(TopUp) },
    },
    handler: async (request) => {
      const { account_id: accountId } = request.params
      const { cursor, limit, open, trigger, state } = request.query
      const caller = callerOf(request)
      const states = state === undefined ? undefined : [state].flat()
      const filter = { accountId, isOpenOnly: open === 'true', trigger, states }
      const found = await listTopUps(pool, filter, { after: placeOf(cursor), limit: limit + 1 })
      if (found.length === 0) await refuseUnknownAccount(pool, accountId)
      return pageOf(
        found,
        limit,
        ({ requestedAt, topUpId }) => [requestedAt, topUpId],
        (topUp) => topUpJson(caller, topUp),
      )
    },
  })
}

function addReadTopUp(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: `${URL}/:top_up_id`,
    config: { access: { permission: 'read', of: 'account' } },
    schema: {
      operationId: 'readTopUp',
      tags: ['Top-ups'],
      summary: 'A top-up with its attempts and movements',
      params: TopUpParams,
      response: { 200: TopUpDetails },
    },
    handler: async (request) => {
      const { account_id: accountId, top_up_id: topUpId } = request.params
      return detailsJson(callerOf(request), await historyOf(pool, accountId, topUpId))
    },
  })
}

function addApproveTopUp(api: Api, context: ApiContext): void {
  const { writer, provider, publicUrl, log } = context
  api.route({
    method: 'POST',
    url: `${URL}/:top_up_id/approve`,
    config: {
      access: { permission: 'pay', of: 'account' },
      problems: ['conflict', 'not_possible', 'provider_unavailable'],
    },
    schema: {
      operationId: 'approveTopUp',
      tags: ['Top-ups'],
      summary: 'Approve a payment with the bank',
      description:
        'For a top-up that needs action: send the customer, who must be present, to `url`. Repeating the request is harmless.',
      params: TopUpParams,
      body: WantedApproval,
      response: { 200: Approval },
    },
    handler: async (request) => {
      const { account_id: accountId, top_up_id: topUpId } = request.params
      const asked = await askForApproval(writer, provider, {
        accountId,
        topUpId,
        returnUrl: returnUrlOf(request.body.return_url, context),
        returnPage: paymentReturnPage(publicUrl(), topUpId),
      })
      switch (asked.kind) {
        case 'page':
          return { url: asked.url }
        case 'unknown_top_up':
          throw noSuch('top-up', topUpId)
        case 'not_waiting':
          throw new ApiProblem('conflict', `top-up ${topUpId} is ${asked.state} and is not waiting for approval`)
        case 'refused':
          log.error({ top_up_id: topUpId, code: asked.code }, 'the provider refused to open the approval of a payment')
          throw new ApiProblem('conflict', `the payment provider refused to open the approval of top-up ${topUpId}`)
        default:
          throw providerUnavailable(asked.kind === 'unavailable' ? asked.retryAfterMicros : null)
      }
    },
  })
}

function addCancelTopUp(api: Api, { writer }: ApiContext): void {
  const { pool } = writer
  api.route({
    method: 'POST',
    url: `${URL}/:top_up_id/cancel`,
    config: { access: { permission: 'pay', of: 'account' }, problems: ['conflict'] },
    schema: {
      operationId: 'cancelTopUp',
      tags: ['Top-ups'],
      summary: 'Cancel a top-up that is waiting or needs approval',
      description:
        'If its payment is in progress, the top-up ends once the provider has canceled the payment. Canceling an automatic top-up pauses automatic top-up. Repeating the request is harmless.',
      params: TopUpParams,
      response: { 200: TopUpDetails },
    },
    handler: async (request) => {
      const { account_id: accountId, top_up_id: topUpId } = request.params
      const canceled = await cancelTopUp(writer, { accountId, topUpId })
      if ('refused' in canceled) {
        const { refused } = canceled
        if (typeof refused === 'object') {
          throw new ApiProblem('conflict', `top-up ${topUpId} is ${refused.cannotBeCanceled} and cannot be canceled`)
        }
        throw refused === 'unknown_account' ? noAccount(accountId) : noSuch('top-up', topUpId)
      }
      return detailsJson(callerOf(request), await historyOf(pool, accountId, topUpId))
    },
  })
}

async function historyOf(pool: Pool, accountId: string, topUpId: string): Promise<TopUpHistory> {
  const history = await readTopUpHistory(pool, topUpId)
  if (history === null || history.topUp.accountId !== accountId) throw noSuch('top-up', topUpId)
  return history
}

/** The cursor's place: the last item of the page before. */
function placeOf(cursor: string | undefined): { readonly requestedAt: string; readonly topUpId: string } | null {
  const place = readCursor(cursor, ['string', 'string'])
  if (place === null) return null
  const [requestedAt, topUpId] = place
  if (parseInstant(requestedAt) === null)
    throw new ApiProblem('invalid_request', 'the cursor does not belong to this list: start again without one')
  return { requestedAt, topUpId }
}

function noMethod(methodId: string | null): ApiProblem {
  if (methodId === null) {
    return new ApiProblem('no_payment_method', 'the account has no default payment method: add one, or send method_id')
  }
  const detail = `must be one of the account’s payment methods`
  return new ApiProblem('not_possible', `method_id ${detail}`, {
    errors: [{ path: '/body/method_id', code: 'unknown_method', detail }],
  })
}

function detailsJson(caller: Caller, { topUp, attempts, movements }: TopUpHistory): z.output<typeof TopUpDetails> {
  return {
    ...topUpJson(caller, topUp),
    attempts: attempts.map((attempt) => attemptJson(caller, attempt)),
    movements: movements.map(movementJson),
  }
}

function attemptJson(caller: Caller, attempt: ListedAttempt): z.output<typeof Attempt> {
  const isInFull = seesInFull(caller)
  return {
    number: attempt.number,
    amount: formatMoney(attempt.amountMicros),
    method_id: attempt.methodId,
    brand: isInFull ? attempt.brand : null,
    last4: isInFull ? attempt.last4 : null,
    prepared_at: attempt.preparedAt,
    confirmed_at: attempt.confirmedAt,
    outcome: attempt.outcome,
    why: attempt.outcome === 'declined' ? whyFor(caller, attempt.code) : null,
    code: codeFor(caller, attempt.code),
    provider: attempt.provider,
    payment_id: isInFull ? attempt.paymentId : null,
  }
}

function movementJson(movement: ListedMovement): z.output<typeof TopUpMovement> {
  return {
    sequence: Number(movement.sequence),
    kind: movement.kind,
    amount: formatMoney(movement.amountMicros),
    balance_after: formatMoney(movement.balanceAfterMicros),
    reverses_sequence: movement.reversesSequence === null ? null : Number(movement.reversesSequence),
    recorded_at: movement.recordedAt,
  }
}
