/** The fair-use minutes of each user in the current billing cycle. */
import { z } from 'zod'
import { packageIdAt } from '../../core/rating/coverage.ts'
import { cycleStart, fairUseLimit, nextCycleStart } from '../../core/rating/fair-use.ts'
import { listFairUse } from '../../ledger/accounts/list-fair-use.ts'
import { readAccount } from '../../ledger/accounts/read-account.ts'
import { readClock } from '../../ledger/changes/read-clock.ts'
import { noAccount } from '../access/authenticate.ts'
import { pageOf, readCursor } from '../protocol/paging.ts'
import { AccountParams, PageQuery, page } from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'

const FairUse = page(
  z
    .object({
      user_id: z.string(),
      user_name: z.string().nullable(),
      minutes_used: z.int().meta({ description: 'That the package has covered in this cycle' }),
      minutes_left: z.int().nullable().meta({ description: 'Null: no limit, or no package' }),
    })
    .meta({ id: 'FairUseOfUser' }),
)
  .extend({
    package: z
      .object({ id: z.string(), name: z.string().nullable() })
      .nullable()
      .meta({ description: 'The one in force now; null: none, and nothing is covered' }),
    limit_minutes: z.int().nullable().meta({ description: 'For each user and cycle; null: no limit, or no package' }),
    is_own_limit: z.boolean().meta({ description: "Whether it is the account's own, and not the package's" }),
    cycle_start: z.iso.date().meta({ description: 'First day of the billing cycle, UTC' }),
    cycle_end: z.iso.date().meta({ description: 'First day of the next one' }),
  })
  .meta({ id: 'FairUse' })

const Query = PageQuery.extend({
  // User ids may be as long as usage events allow.
  cursor: z
    .string()
    .max(8_200)
    .regex(/^[\w-]*$/, { error: 'must be what next_cursor said' })
    .optional()
    .meta({ description: 'What next_cursor of the page before said' }),
})

export function addFairUseRoutes(api: Api, { writer: { pool }, recentCatalogs }: ApiContext): void {
  api.route({
    method: 'GET',
    url: '/v1/accounts/:account_id/fair-use',
    config: { access: { permission: 'read', of: 'account' } },
    schema: {
      operationId: 'readFairUse',
      tags: ['Credit'],
      summary: 'Included minutes used in this billing cycle, by user',
      description: 'By user id. A user whose calls the package has not covered in this cycle is not among them.',
      params: AccountParams,
      querystring: Query,
      response: { 200: FairUse },
    },
    handler: async (request) => {
      const { account_id: accountId } = request.params
      const { cursor, limit } = request.query
      const [after = null] = readCursor(cursor, ['string']) ?? []
      const [account, clock] = await Promise.all([readAccount(pool, accountId), readClock(pool)])
      if (account === null) throw noAccount(accountId)
      const { settings } = account
      const { billingCycleAnchor: anchor } = settings
      const start = cycleStart(anchor, clock.nowMicros)
      const packageId = packageIdAt(settings, clock.nowMicros)
      const pack =
        packageId === null ? null : ((await recentCatalogs.inForce())?.catalog.packages.get(packageId) ?? null)
      const limitMinutes = pack === null ? null : fairUseLimit(settings, pack)
      const of = { accountId, anchor, cycleStart: start }
      const found = await listFairUse(pool, of, { after, limit: limit + 1 })
      return {
        ...pageOf(
          found,
          limit,
          ({ userId }) => [userId],
          ({ userId, userName, minutes }) => ({
            user_id: userId,
            user_name: userName,
            minutes_used: minutes,
            minutes_left: limitMinutes === null ? null : Math.max(0, limitMinutes - minutes),
          }),
        ),
        package: packageId === null ? null : { id: packageId, name: pack?.name ?? null },
        limit_minutes: limitMinutes,
        is_own_limit: limitMinutes !== null && settings.fairUseMinutesPerUser !== null,
        cycle_start: start,
        cycle_end: nextCycleStart(anchor, start),
      }
    },
  })
}
