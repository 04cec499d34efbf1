/** The fair-use minutes of each user in the current billing cycle. */
import { z } from 'zod'
import { packageIdAt } from '../../core/rating/coverage.ts'
import { cycleStart, fairUseLimit, nextCycleStart } from '../../core/rating/fair-use.ts'
import { listFairUse } from '../../ledger/accounts/list-fair-use.ts'
import { readAccount } from '../../ledger/accounts/read-account.ts'
import { readClock } from '../../ledger/changes/read-clock.ts'
import { noAccount } from '../access/authenticate.ts'
import { pageOf, readCursor } from '../protocol/paging.ts'
import { AccountParams, page, pageQueryByIds } from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'

const FairUse = page(
  z
    .object({
      user_id: z.string(),
      user_name: z.string().nullable(),
      minutes_used: z.int().meta({ description: 'Minutes that the package has covered in this cycle.' }),
      minutes_left: z.int().nullable().meta({ description: 'Null if there is no limit or no package.' }),
    })
    .meta({ id: 'FairUseOfUser' }),
)
  .extend({
    package: z
      .object({ id: z.string(), name: z.string().nullable() })
      .nullable()
      .meta({ description: 'The package in force now. Null if there is none, so nothing is covered.' }),
    limit_minutes: z
      .int()
      .nullable()
      .meta({ description: 'Minutes per user and cycle. Null if there is no limit or no package.' }),
    is_own_limit: z
      .boolean()
      .meta({ description: "Whether the limit is the account's own rather than the package's." }),
    cycle_start: z.iso.date().meta({ description: 'First day of the billing cycle, in UTC.' }),
    cycle_end: z.iso.date().meta({ description: 'First day of the next billing cycle.' }),
  })
  .meta({ id: 'FairUse' })

/** As long as texts in usage events may be. */
const MAX_USER_ID_CHARACTERS = 2_000

export function addFairUseRoutes(api: Api, { writer: { pool }, recentCatalogs }: ApiContext): void {
  api.route({
    method: 'GET',
    url: '/v1/accounts/:account_id/fair-use',
    config: { access: { permission: 'read', of: 'account' } },
    schema: {
      operationId: 'readFairUse',
      tags: ['Credit'],
      summary: 'Included minutes used in this billing cycle, by user',
      description: 'Ordered by user id, without users for whom the package has not covered any calls in this cycle.',
      params: AccountParams,
      querystring: pageQueryByIds(MAX_USER_ID_CHARACTERS),
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
