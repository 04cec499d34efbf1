/** The movements of an account's credit: the list, and single ones. */
import { z } from 'zod'
import { formatMoney } from '../../core/money.ts'
import { maskNumber } from '../../core/usage/masked-number.ts'
import { type ListedMovement, MOVEMENT_KINDS } from '../../ledger/accounts/read-movements.ts'
import { FOUND_KINDS, listMovements, NO_FILTER } from '../../reporting/find-movements.ts'
import { callerOf } from '../access/authenticate.ts'
import { seesInFull } from '../access/permissions.ts'
import { pageOf, readCursor } from '../protocol/paging.ts'
import {
  AccountParams,
  CurrencyCode,
  GivenInstant,
  Instant,
  instantTextOrNull,
  Money,
  PageQuery,
  page,
} from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'
import { refuseUnknownAccount } from './known-account.ts'

export const FoundKind = z
  .enum(FOUND_KINDS)
  .meta({ description: `${MOVEMENT_KINDS.join(', ')}; for usage also what was used: call, sms, ...` })

const Usage = z
  .object({
    event_id: z.string(),
    type: z
      .string()
      .meta({ description: 'call, toll_free, message, conversation_intelligence, voice_agent, other or correction.' }),
    interaction_id: z.string(),
    user_id: z.string().nullable(),
    user_name: z.string().nullable(),
    channel: z.string().nullable().meta({ description: 'Channel of a message: sms, mms, whatsapp.' }),
    direction: z.string().nullable(),
    sku: z.string().nullable(),
    agent_id: z.string().nullable(),
    corrects: z.string().nullable().meta({ description: 'The event that a correction corrects.' }),
    quantity: z.int().meta({ description: 'The quantity used: seconds, fragments or items, depending on the type.' }),
    units: z.int().meta({ description: 'The priced quantity, after increments.' }),
    destination: z.string().nullable(),
    number: z
      .string()
      .nullable()
      .meta({ description: 'The called number, as far as the caller may see it. Null once it is cleared.' }),
    charge_reason: z.string(),
  })
  .meta({ id: 'MovementUsage' })

export const Movement = z
  .object({
    sequence: z.int().meta({ description: '1, 2, 3, ... without gaps, per account.' }),
    kind: z.string().meta({ description: `${MOVEMENT_KINDS.join(', ')}; new values may be added.` }),
    amount: Money.meta({ description: 'Positive if it adds credit, negative if it takes credit.' }),
    balance_before: Money,
    balance_after: Money,
    currency: CurrencyCode,
    recorded_at: Instant,
    occurred_at: Instant,
    usage: Usage.nullable(),
    top_up_id: z.string().nullable(),
    reverses_sequence: z.int().nullable(),
    actor: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Movement' })

/** Filters that listing and searching share. */
export const MOVEMENT_PERIOD_AND_DIRECTION = {
  from: GivenInstant.optional().meta({ description: 'Only movements recorded at this instant or later.' }),
  to: GivenInstant.optional().meta({ description: 'Only movements recorded before this instant.' }),
  direction: z
    .enum(['in', 'out'])
    .optional()
    .meta({ description: 'Only movements that add credit (in) or take it (out).' }),
}

const MovementsQuery = PageQuery.extend({
  kind: z
    .union([FoundKind, z.array(FoundKind).max(FOUND_KINDS.length)])
    .optional()
    .meta({ description: 'Only movements of these kinds. May be repeated.' }),
  ...MOVEMENT_PERIOD_AND_DIRECTION,
})

/** A movement as JSON; phone numbers are shortened unless `isInFull`. */
export function movementJson(movement: ListedMovement, isInFull: boolean): z.output<typeof Movement> {
  const { usage } = movement
  return {
    sequence: Number(movement.sequence),
    kind: movement.kind,
    amount: formatMoney(movement.amountMicros),
    balance_before: formatMoney(movement.balanceBeforeMicros),
    balance_after: formatMoney(movement.balanceAfterMicros),
    currency: movement.currency,
    recorded_at: movement.recordedAt,
    occurred_at: movement.occurredAt,
    usage: usage && {
      event_id: usage.eventId,
      type: usage.type,
      interaction_id: usage.interactionId,
      user_id: usage.userId,
      user_name: usage.userName,
      channel: usage.channel,
      direction: usage.direction,
      sku: usage.sku,
      agent_id: usage.agentId,
      corrects: usage.corrects,
      quantity: Number(usage.quantity),
      units: Number(usage.units),
      destination: usage.destination,
      number: usage.number !== null && !isInFull ? maskNumber(usage.number) : usage.number,
      charge_reason: usage.chargeReason,
    },
    top_up_id: movement.topUpId,
    reverses_sequence: movement.reversesSequence === null ? null : Number(movement.reversesSequence),
    actor: movement.actor,
    reason: movement.reason,
  }
}

export function addMovementRoutes(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: '/v1/accounts/:account_id/movements',
    config: { access: { permission: 'read', of: 'account' } },
    schema: {
      operationId: 'listMovements',
      tags: ['Credit'],
      summary: 'Movements of credit, newest first',
      description:
        'Ordered by when they were recorded, so each balance continues the one before. Usage may have occurred earlier. ' +
        'While many movements wait to be indexed, a filtered page may have fewer items than `limit`, or none: go on until `next_cursor` is null.',
      params: AccountParams,
      querystring: MovementsQuery,
      response: { 200: page(Movement) },
    },
    handler: async (request) => {
      const { account_id: accountId } = request.params
      const { cursor, limit, kind, from, to, direction } = request.query
      const [before] = readCursor(cursor, ['number']) ?? []
      const filter = {
        ...NO_FILTER,
        kinds: kind === undefined ? null : [kind].flat(),
        from: instantTextOrNull(from),
        to: instantTextOrNull(to),
        direction: direction ?? null,
      }
      const { movements: found, unseenBefore } = await listMovements(pool, accountId, filter, {
        before: before === undefined ? null : BigInt(before),
        limit: limit + 1,
      })
      if (found.length === 0) await refuseUnknownAccount(pool, accountId)
      const isInFull = seesInFull(callerOf(request))
      return pageOf(
        found,
        limit,
        ({ sequence }) => [Number(sequence)],
        (movement) => movementJson(movement, isInFull),
        unseenBefore === null ? null : [Number(unseenBefore)],
      )
    },
  })
}
