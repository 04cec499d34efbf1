/** API keys of services: create, list, rotate, revoke. A token is shown only when it is made. */

import { z } from 'zod'
import {
  type ApiKey,
  createApiKey,
  listApiKeys,
  MAX_OVERLAP_SECONDS,
  type MadeApiKey,
  readApiKey,
  revokeApiKey,
  rotateApiKey,
} from '../../ledger/access/api-keys.ts'
import type { Pool } from '../../platform/postgres.ts'
import { callerOf } from '../access/authenticate.ts'
import { actorOf, type Caller, grantsBeyond, PERMISSIONS, uselessScopes } from '../access/permissions.ts'
import { pageOf, readCursor } from '../protocol/paging.ts'
import { ApiProblem, notPossible } from '../protocol/problem.ts'
import { AccountId, Instant, PageQuery, page, text } from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'

const Scope = z.enum(PERMISSIONS).meta({ id: 'Scope' })

const FIELDS = {
  key_id: z.string().meta({ description: 'Part of the token, but not secret.' }),
  name: z.string(),
  scopes: z.array(z.string()),
  account_ids: z.array(z.string()).nullable().meta({ description: 'Null for all accounts and the installation.' }),
  created_at: Instant,
  created_by: z.string(),
  last_used_at: Instant.nullable().meta({ description: 'When the key was last used, to the minute. Null if never.' }),
  rotated_at: Instant.nullable().meta({
    description: 'When it got its current secret. Null if it still has its first one.',
  }),
  rotated_by: z.string().nullable(),
  earlier_secret_expires_at: Instant.nullable().meta({
    description: 'Until when the previous secret is also valid. Null if it is not.',
  }),
  revoked_at: Instant.nullable(),
  revoked_by: z.string().nullable(),
}

const ApiKeySchema = z.object(FIELDS).meta({ id: 'ApiKey' })

const ApiKeyWithToken = z
  .object({ ...FIELDS, token: z.string().meta({ description: 'For Authorization: Bearer. Shown only once.' }) })
  .meta({ id: 'ApiKeyWithToken' })

const MAX_ACCOUNTS = 1_000

const WantedApiKey = z
  .strictObject({
    name: text(100).meta({ description: 'What the key is for. It is recorded for what the key changes.' }),
    scopes: z.array(Scope).min(1).max(PERMISSIONS.length),
    account_ids: z
      .array(AccountId)
      .min(1)
      .max(MAX_ACCOUNTS)
      .nullable()
      .meta({ description: 'The accounts that the key may see. Null for all accounts and the installation.' }),
  })
  .meta({ id: 'WantedApiKey' })

const WantedRotation = z
  .strictObject({
    overlap_seconds: z.int().min(0).max(MAX_OVERLAP_SECONDS).meta({
      description: 'How long the previous secret stays valid. 0 ends it at once.',
    }),
  })
  .meta({ id: 'WantedRotation' })

const KeyParams = z.object({
  key_id: z
    .string()
    .regex(/^[0-9a-f]{16}$/, { error: 'must be 16 hexadecimal digits' })
    .meta({ description: "The key's id.", examples: ['0123456789abcdef'] }),
})

const ACCESS = { permission: 'api_keys', of: 'installation' } as const
const URL = '/v1/api-keys'

export function addApiKeyRoutes(api: Api, context: ApiContext): void {
  addCreateApiKey(api, context)
  addListApiKeys(api, context)
  addReadApiKey(api, context)
  addRotateApiKey(api, context)
  addRevokeApiKey(api, context)
}

function addCreateApiKey(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'POST',
    url: URL,
    config: { access: ACCESS, problems: ['not_possible'] },
    schema: {
      operationId: 'createApiKey',
      tags: ['API keys'],
      summary: 'Create an API key',
      // No idempotency key: a stored answer would contain the token, which is never stored.
      description:
        'A key cannot create one that has more rights than itself. It takes no Idempotency-Key, because the token is not stored and cannot be returned again: if the answer was lost, list the keys, revoke the new one and create another.',
      body: WantedApiKey,
      response: { 201: ApiKeyWithToken },
    },
    handler: async (request, reply) => {
      const { name, scopes, account_ids: accountIds } = request.body
      const caller = callerOf(request)
      const wanted = { name, scopes: [...new Set(scopes)], accountIds: accountIds && [...new Set(accountIds)] }
      refuseBeyondOwn(caller, wanted)
      const useless = uselessScopes(wanted.scopes, wanted.accountIds)
      if (useless.length > 0) {
        const detail = `${useless.join(', ')}: only for keys of the whole installation, with account_ids null`
        throw notPossible('/body/scopes', 'needs_all_accounts', detail)
      }
      const made = await createApiKey(pool, { ...wanted, actor: actorOf(caller) })
      return await reply.code(201).send(withTokenJson(made))
    },
  })
}

function addListApiKeys(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: URL,
    config: { access: ACCESS },
    schema: {
      operationId: 'listApiKeys',
      tags: ['API keys'],
      summary: 'API keys including revoked ones, newest first',
      querystring: PageQuery,
      response: { 200: page(ApiKeySchema) },
    },
    handler: async (request) => {
      const { cursor, limit } = request.query
      const [createdAt, keyId] = readCursor(cursor, ['string', 'string']) ?? []
      const after = createdAt === undefined ? null : { createdAt, keyId: keyId! }
      const found = await listApiKeys(pool, after, limit + 1)
      return pageOf(found, limit, (key) => [key.createdAt, key.keyId], keyJson)
    },
  })
}

function addReadApiKey(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: `${URL}/:key_id`,
    config: { access: ACCESS, problems: ['not_found'] },
    schema: {
      operationId: 'readApiKey',
      tags: ['API keys'],
      summary: 'An API key',
      params: KeyParams,
      response: { 200: ApiKeySchema },
    },
    handler: async (request) => keyJson(await keyOf(pool, request.params.key_id)),
  })
}

function addRotateApiKey(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'POST',
    url: `${URL}/:key_id/rotate`,
    config: { access: ACCESS, problems: ['not_found', 'conflict'] },
    schema: {
      operationId: 'rotateApiKey',
      tags: ['API keys'],
      summary: 'Rotate the secret of an API key',
      description:
        'The previous secret stays valid for a while, and any older one ends at once. If the answer was lost, rotating again ends the secret that services still use: replace it everywhere at once, or create another key.',
      params: KeyParams,
      body: WantedRotation,
      response: { 200: ApiKeyWithToken },
    },
    handler: async (request) => {
      const { key_id: keyId } = request.params
      const caller = callerOf(request)
      // The caller receives the new token, so it must have all permissions of the key. A key's permissions never
      // change.
      refuseBeyondOwn(caller, await keyOf(pool, keyId))
      const rotation = { overlapSeconds: request.body.overlap_seconds, actor: actorOf(caller) }
      const rotated = await rotateApiKey(pool, keyId, rotation)
      if (!('refused' in rotated)) return withTokenJson(rotated)
      if (rotated.refused === 'unknown_key') throw noKey(keyId)
      throw new ApiProblem('conflict', `API key ${keyId} is revoked: create another`)
    },
  })
}

function addRevokeApiKey(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'POST',
    url: `${URL}/:key_id/revoke`,
    config: { access: ACCESS, problems: ['not_found'] },
    schema: {
      operationId: 'revokeApiKey',
      tags: ['API keys'],
      summary: 'Revoke an API key',
      description: 'The key is no longer accepted. It stays on the list. Repeating the request is harmless.',
      params: KeyParams,
      response: { 200: ApiKeySchema },
    },
    handler: async (request) => {
      const { key_id: keyId } = request.params
      if (!(await revokeApiKey(pool, keyId, actorOf(callerOf(request))))) throw noKey(keyId)
      return keyJson(await keyOf(pool, keyId))
    },
  })
}

async function keyOf(pool: Pool, keyId: string): Promise<ApiKey> {
  const key = await readApiKey(pool, keyId)
  if (key === null) throw noKey(keyId)
  return key
}

function noKey(keyId: string): ApiProblem {
  return new ApiProblem('not_found', `there is no API key ${keyId}`)
}

function refuseBeyondOwn(caller: Caller, key: Pick<ApiKey, 'scopes' | 'accountIds'>): void {
  const more = grantsBeyond(caller, key)
  if (more.length === 0) return
  throw new ApiProblem('forbidden', `you cannot grant what your own key does not have: ${more.join(', ')}`)
}

function withTokenJson({ key, token }: MadeApiKey): z.output<typeof ApiKeyWithToken> {
  return { ...keyJson(key), token }
}

/** An API key as JSON, without its token. */
export function keyJson(key: ApiKey): z.output<typeof ApiKeySchema> {
  return {
    key_id: key.keyId,
    name: key.name,
    scopes: [...key.scopes],
    account_ids: key.accountIds && [...key.accountIds],
    created_at: key.createdAt,
    created_by: key.createdBy,
    last_used_at: key.lastUsedAt,
    rotated_at: key.rotatedAt,
    rotated_by: key.rotatedBy,
    earlier_secret_expires_at: key.earlierSecretExpiresAt,
    revoked_at: key.revokedAt,
    revoked_by: key.revokedBy,
  }
}
