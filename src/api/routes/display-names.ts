/** Display names of users, whom usage identifies only by id. An erased name is deleted for good. */
import { z } from 'zod'
import {
  type DisplayName,
  eraseDisplayName,
  listDisplayNames,
  setDisplayName,
} from '../../ledger/accounts/display-names.ts'
import { callerOf, noAccount } from '../access/authenticate.ts'
import { actorOf } from '../access/permissions.ts'
import { pageOf, readCursor } from '../protocol/paging.ts'
import { AccountParams, Instant, page, pageQueryByIds, text } from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'
import { refuseUnknownAccount } from './known-account.ts'

const MAX_USER_ID_CHARACTERS = 200

const UserParams = AccountParams.extend({
  user_id: text(MAX_USER_ID_CHARACTERS).meta({ description: "The user's id, as in usage events.", examples: ['u-12'] }),
})

const User = z.object({ user_id: z.string(), name: z.string(), updated_at: Instant }).meta({ id: 'User' })

const URL = '/v1/accounts/:account_id/users/:user_id/display-name'

export function addDisplayNameRoutes(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: '/v1/accounts/:account_id/users',
    config: { access: { permission: 'read', of: 'account' } },
    schema: {
      operationId: 'listUsers',
      tags: ['Accounts'],
      summary: 'Users with a display name',
      description: 'Ordered by id, without users who have no display name.',
      params: AccountParams,
      querystring: pageQueryByIds(MAX_USER_ID_CHARACTERS),
      response: { 200: page(User) },
    },
    handler: async (request) => {
      const { account_id: accountId } = request.params
      const { cursor, limit } = request.query
      const [after = null] = readCursor(cursor, ['string']) ?? []
      const found = await listDisplayNames(pool, accountId, { after, limit: limit + 1 })
      if (found.length === 0) await refuseUnknownAccount(pool, accountId)
      return pageOf(found, limit, ({ userId }) => [userId], userJson)
    },
  })

  api.route({
    method: 'PUT',
    url: URL,
    config: { access: { permission: 'write', of: 'account' } },
    schema: {
      operationId: 'setDisplayName',
      tags: ['Accounts'],
      summary: "Set a user's display name",
      params: UserParams,
      body: z.strictObject({ name: text(200) }),
      response: { 200: User },
    },
    handler: async (request) => {
      const { account_id: accountId, user_id: userId } = request.params
      const { name } = request.body
      const set = await setDisplayName(pool, accountId, { userId, name, actor: actorOf(callerOf(request)) })
      if (set === null) throw noAccount(accountId)
      return userJson(set)
    },
  })

  api.route({
    method: 'DELETE',
    url: URL,
    config: { access: { permission: 'write', of: 'account' } },
    schema: {
      operationId: 'eraseDisplayName',
      tags: ['Accounts'],
      summary: "Erase a user's display name",
      description: 'From then on the id is shown. Repeating the request is harmless.',
      params: UserParams,
      response: { 204: z.null().meta({ description: 'The name is erased.' }) },
    },
    handler: async (request, reply) => {
      const { account_id: accountId, user_id: userId } = request.params
      if (!(await eraseDisplayName(pool, accountId, userId))) await refuseUnknownAccount(pool, accountId)
      return await reply.code(204).send(null)
    },
  })
}

function userJson({ userId, name, updatedAt }: DisplayName): z.output<typeof User> {
  return { user_id: userId, name, updated_at: updatedAt }
}
