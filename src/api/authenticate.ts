/**
 * Who calls, before anything else of a request is looked at: `Authorization: Bearer` with an API key or a token. What each
 * route asks for stands in its `config`; a route that says nothing does not start.
 */
import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isApiKeyToken, useApiKey } from '../ledger/api-keys.ts'
import type { Pool } from '../platform/postgres.ts'
import { accessOf, type Caller, PERMISSIONS, type Permission } from './access.ts'
import { noRoute } from './errors.ts'
import type { Credential } from './live/credentials.ts'
import { ApiProblem, type ProblemCode } from './problem.ts'
import type { TokenReader } from './tokens.ts'

/** What a route asks for. `account`: it is about the account of its path; `installation`: about all of it. */
export type RouteAccess =
  | 'public'
  | { readonly permission: Permission; readonly of: 'account' | 'installation' | 'own_accounts' }

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess
    /** What the route refuses beside what any route may. */
    problems?: readonly ProblemCode[]
    /** A GET that may leave something in the outbox, as whatever is no GET may. */
    writes?: boolean
    /** Its answer goes on for as long as the client stays. */
    isStream?: boolean
  }
  interface FastifyRequest {
    /** Null for public routes alone. */
    caller: Caller | null
    /** What let the caller in, for answers that go on after it may have ended. */
    credential: Credential | null
  }
}

export interface Authentication {
  readonly pool: Pool
  readonly readToken: TokenReader
  /** Throws `too_many_requests`. Called once for each request: with the caller, or null for one that is not let in. */
  readonly count: (request: FastifyRequest, caller: Caller | null) => Promise<void>
}

export function addAuthentication(app: FastifyInstance, { pool, readToken, count }: Authentication): void {
  app.decorateRequest('caller', null)
  app.decorateRequest('credential', null)
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config
    // Looking for paths is counted like guessing keys. Answered before a body is read, for which nobody waits.
    if (access === undefined || access === 'public') await count(request, null)
    if (request.is404) throw noRoute(app, request)
    if (access === undefined || access === 'public') return
    try {
      request.caller = await callerOf(request)
    } catch (error) {
      if (error instanceof ApiProblem && error.problem === 'unauthenticated') await count(request, null)
      throw error
    }
    await count(request, request.caller)
    authorise(request, request.caller, access)
  })

  async function callerOf(request: FastifyRequest): Promise<Caller> {
    const credential = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1]
    if (credential === undefined) {
      throw new ApiProblem('unauthenticated', 'send Authorization: Bearer with an API key or a token')
    }
    const id = hash('sha256', credential)
    if (!isApiKeyToken(credential)) {
      request.credential = { id, isStillGood: null }
      return await readToken(credential)
    }
    request.credential = { id, isStillGood: async () => (await useApiKey(pool, credential)) !== null }
    const key = await useApiKey(pool, credential)
    if (key === null) {
      throw new ApiProblem('unauthenticated', 'the API key is not accepted: it is unknown, revoked, or was rotated')
    }
    const { keyId, name, scopes, accountIds } = key
    return {
      kind: 'key',
      keyId,
      name,
      scopes: new Set(PERMISSIONS.filter((permission) => scopes.includes(permission))),
      accountIds: accountIds && new Set(accountIds),
    }
  }
}

function authorise(request: FastifyRequest, caller: Caller, { permission, of }: Exclude<RouteAccess, 'public'>): void {
  const accountId = of === 'account' ? (request.params as { account_id: string }).account_id : null
  const access = of === 'own_accounts' ? accessToOwn(caller, permission) : accessOf(caller, permission, accountId)
  if (access === 'hidden') throw noAccount(accountId!)
  if (access === 'forbidden') {
    throw new ApiProblem('forbidden', `it takes the permission ${permission}${whereOf(caller, of)}`)
  }
}

/** Of routes that show what the caller may see, and no more: a key of some accounts may ask as well. */
function accessToOwn(caller: Caller, permission: Permission): 'allowed' | 'forbidden' {
  if (caller.kind === 'key') return caller.scopes.has(permission) ? 'allowed' : 'forbidden'
  return caller.kind === 'operator' ? 'allowed' : 'forbidden'
}

function whereOf(caller: Caller, of: Exclude<RouteAccess, 'public'>['of']): string {
  return caller.kind === 'key' && caller.accountIds !== null && of === 'installation'
    ? ' for the whole installation'
    : ''
}

/** The answer to an account that is not there, and to one that is somebody else's. */
export function noAccount(accountId: string): ApiProblem {
  return new ApiProblem('not_found', `there is no account ${accountId}, or it is not yours to see`)
}

/** Who calls a route that is not public. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new TypeError(`${request.routeOptions.url} is public and asks who calls`)
  return request.caller
}

/** What let the caller in. */
export function credentialOf(request: FastifyRequest): Credential {
  if (request.credential === null) throw new TypeError(`${request.routeOptions.url} is public and asks what let in`)
  return request.credential
}
