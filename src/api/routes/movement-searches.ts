/** Searches of movements, by POST so that search terms and user ids appear in no URL, and so in no access log. */
import { z } from 'zod'
import { FOUND_KINDS, MAX_COUNT, searchMovements } from '../../reporting/find-movements.ts'
import { callerOf } from '../access/authenticate.ts'
import { seesInFull } from '../access/permissions.ts'
import { pageOf, readCursor } from '../protocol/paging.ts'
import { ApiProblem } from '../protocol/problem.ts'
import { AccountParams, instantTextOrNull, MAX_PAGE_ITEMS, PageQuery, page, text } from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'
import { refuseUnknownAccount } from './known-account.ts'
import { FoundKind, MOVEMENT_PERIOD_AND_DIRECTION, Movement, movementJson } from './movements.ts'

/** As long as texts in usage events may be. */
const MAX_TEXT_LENGTH = 2_000
const RETRY_AFTER_SECONDS = 30

const MovementSearch = z
  .strictObject({
    search: text(MAX_TEXT_LENGTH).optional().meta({
      description: "A complete interaction id or SKU, or the beginning of a destination's name, ignoring case.",
    }),
    user_id: text(MAX_TEXT_LENGTH)
      .optional()
      .meta({ description: 'The user of the usage. A reversal belongs to the user of the usage that it reverses.' }),
    kinds: z
      .array(FoundKind)
      .min(1)
      .max(FOUND_KINDS.length)
      .optional()
      .meta({ description: 'Only movements of these kinds.' }),
    ...MOVEMENT_PERIOD_AND_DIRECTION,
    cursor: PageQuery.shape.cursor,
    limit: z.int().min(1).max(MAX_PAGE_ITEMS).default(50).meta({ description: 'Maximum number of items on a page.' }),
  })
  .meta({ id: 'MovementSearch', description: 'Fields that are left out do not restrict the search.' })

const FoundMovements = page(Movement)
  .extend({
    count: z.int().meta({ description: `Number of movements found on all pages, at most ${MAX_COUNT}.` }),
    is_more: z.boolean().meta({ description: 'Whether there are more than count.' }),
  })
  .meta({ id: 'FoundMovements' })

export function addMovementSearchRoutes(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'POST',
    url: '/v1/accounts/:account_id/movement-searches',
    config: { access: { permission: 'read', of: 'account' }, problems: ['not_possible', 'not_indexed'] },
    schema: {
      operationId: 'searchMovements',
      tags: ['Credit'],
      summary: 'Search movements by text, user, kind, period and direction, newest first, with their number',
      description:
        'Ordered by when they were recorded, including those of the last seconds. It starts and changes nothing.',
      params: AccountParams,
      body: MovementSearch,
      response: { 200: FoundMovements },
    },
    handler: async (request) => {
      const { account_id: accountId } = request.params
      const { search, user_id, kinds, from, to, direction, cursor, limit } = request.body
      const [before] = readCursor(cursor, ['number'], '/body/cursor') ?? []
      const filter = {
        search: search ?? null,
        userId: user_id ?? null,
        kinds: kinds ?? null,
        from: instantTextOrNull(from),
        to: instantTextOrNull(to),
        direction: direction ?? null,
      }
      const found = await searchMovements(pool, accountId, filter, {
        before: before === undefined ? null : BigInt(before),
        limit: limit + 1,
      })
      if ('notIndexed' in found) {
        throw new ApiProblem(
          'not_indexed',
          `${found.notIndexed} movements of account ${accountId} are not indexed yet: search again later`,
          { retryAfterSeconds: RETRY_AFTER_SECONDS },
        )
      }
      if (found.movements.length === 0) await refuseUnknownAccount(pool, accountId)
      const isInFull = seesInFull(callerOf(request))
      return {
        ...pageOf(
          found.movements,
          limit,
          ({ sequence }) => [Number(sequence)],
          (movement) => movementJson(movement, isInFull),
        ),
        count: found.count,
        is_more: found.isMore,
      }
    },
  })
}
