/**
 * Authentication and authorisation of every request, before its body is read. A caller sends `Authorization: Bearer`
 * with an API key or a token; without that header, the cookie of a billing page session counts. Each route declares in
 * its `config` what it requires; a route that declares nothing does not start.
 */
import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isApiKeyToken, useApiKey } from '../../ledger/access/api-keys.ts'
import { findPortalSessions, type PortalSession, usePortalSession } from '../../ledger/access/portal-sessions.ts'
import type { Pool } from '../../platform/postgres.ts'
import { noRoute } from '../protocol/errors.ts'
import { ApiProblem, type ProblemCode } from '../protocol/problem.ts'
import { cookieNameOf, readCookies } from './cookies.ts'
import type { Credential } from './credential.ts'
import { accessOf, type Caller, PERMISSIONS, type Permission } from './permissions.ts'
import { foreignOrigin, isSafe } from './same-origin.ts'
import type { TokenReader } from './tokens.ts'

/**
 * What a route requires. `account`: a permission on the account in its path; `installation`: on the whole installation;
 * `own_accounts`: on the accounts that the caller may see; `session`: a session of the billing page.
 */
export type RouteAccess =
  | 'public'
  | { readonly permission: Permission; readonly of: 'account' | 'installation' | 'own_accounts' | 'session' }

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess
    /** What the route refuses besides what any route may. */
    problems?: readonly ProblemCode[]
    /** A person looks at the answer, so refusals are sent as HTML. */
    isPage?: boolean
    /** A GET that may add to the outbox, as any other method may. */
    writes?: boolean
    /** A public route that has no rate limit per address. */
    isUncounted?: boolean
    /** A stream: the response stays open for as long as the client does. */
    isStream?: boolean
  }
  interface FastifyRequest {
    /** Null only on public routes. */
    caller: Caller | null
    /** Set when the caller came by a session of the billing page. */
    portalSession: PortalSession | null
    /** What let the caller in; streams check it again while they are open. */
    credential: Credential | null
  }
}

export interface Authentication {
  readonly pool: Pool
  readonly readToken: TokenReader
  /** The origin at which browsers reach this API. */
  readonly publicUrl: () => string
  /** Throws `too_many_requests`. Called once for each request; the caller is null when nobody was authenticated. */
  readonly count: (request: FastifyRequest, caller: Caller | null) => Promise<void>
}

/**
 * Adds the hook that authenticates, rate-limits and authorises each request. It fills in `caller`, `portalSession` and
 * `credential`; it throws `ApiProblem` for callers that are refused.
 */
export function addAuthentication(app: FastifyInstance, authentication: Authentication): void {
  const { pool, publicUrl, count } = authentication
  app.decorateRequest('caller', null)
  app.decorateRequest('portalSession', null)
  app.decorateRequest('credential', null)
  app.addHook('onRequest', async (request) => {
    const { access, isUncounted } = request.routeOptions.config
    // Probing for paths counts as guessing keys does. Answered before the body is read.
    if ((access === undefined || access === 'public') && !isUncounted) await count(request, null)
    if (request.is404) throw noRoute(app, request)
    if (access === undefined || access === 'public') return
    try {
      request.caller = await authenticate(request, access, authentication)
    } catch (error) {
      if (error instanceof ApiProblem && error.problem === 'unauthenticated') await count(request, null)
      throw error
    }
    await count(request, request.caller)
    const { portalSession } = request
    if (portalSession !== null) refuseForeign(request, publicUrl())
    authorise(request, request.caller, access)
    if (portalSession !== null) request.portalSession = await usePortalSession(pool, portalSession)
  })
}

function refuseForeign({ method, headers }: FastifyRequest, publicUrl: string): void {
  const why = isSafe(method) ? null : foreignOrigin(headers, publicUrl)
  if (why !== null) throw new ApiProblem('forbidden', `${why}: a session is accepted only from the billing page itself`)
}

/** Who calls. Sets `portalSession` and `credential` of the request; throws `unauthenticated`. */
async function authenticate(
  request: FastifyRequest,
  access: ClosedAccess,
  { pool, readToken, publicUrl }: Authentication,
): Promise<Caller> {
  // An Authorization header decides, whatever cookies the browser adds.
  if (request.headers.authorization === undefined) {
    const session = await findSession(pool, request, access, publicUrl())
    if (session !== null) {
      request.portalSession = session
      request.credential = { id: hash('sha256', session.secret), isStillGood: () => isStillOpen(pool, session) }
      const { accountId, person, role, endsAt } = session
      return { kind: 'person', subject: person.id, accountId, role, untilMicros: Date.parse(endsAt) * 1000 }
    }
  }
  const credential = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1]
  if (credential === undefined) {
    throw new ApiProblem('unauthenticated', 'send an API key or a token as Authorization: Bearer')
  }
  const id = hash('sha256', credential)
  if (!isApiKeyToken(credential)) {
    request.credential = { id, isStillGood: null }
    return await readToken(credential)
  }
  request.credential = { id, isStillGood: async () => (await useApiKey(pool, credential)) !== null }
  return await keyCaller(pool, credential)
}

async function keyCaller(pool: Pool, token: string): Promise<Caller> {
  const key = await useApiKey(pool, token)
  if (key === null) {
    throw new ApiProblem('unauthenticated', 'the API key is not accepted: it is unknown, revoked or rotated')
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

/**
 * The session of the account that the request is about: a browser sends the cookies of every account that it has open.
 * Without such a session any other account's counts, and the account is then hidden. Null without cookies. Throws
 * `unauthenticated` when the session has ended.
 */
async function findSession(
  pool: Pool,
  request: FastifyRequest,
  { of }: ClosedAccess,
  publicUrl: string,
): Promise<PortalSession | null> {
  const cookies = readCookies(request.headers.cookie, publicUrl)
  if (cookies.length === 0) return null
  const sessions = await findPortalSessions(
    pool,
    cookies.map(({ secret }) => secret),
  )
  const accountId = accountAskedAbout(request)
  const own = sessions.find((session) => session.accountId === accountId)
  if (own !== undefined) return own
  const hadOne = accountId !== null && cookies.some(({ name }) => name === cookieNameOf(accountId, publicUrl))
  if (sessions.length > 0 && of !== 'session' && !hadOne) return sessions[0]!
  throw new ApiProblem('unauthenticated', 'the session has ended: open the billing page again from the dashboard')
}

type ClosedAccess = Exclude<RouteAccess, 'public'>

/** From the path or, where a route is about a session, from the query; not yet validated. */
function accountAskedAbout({ params, query }: FastifyRequest): string | null {
  const { account_id: accountId } = { ...(query as object), ...(params as object) } as { account_id?: unknown }
  return typeof accountId === 'string' ? accountId : null
}

function authorise(request: FastifyRequest, caller: Caller, { permission, of }: ClosedAccess): void {
  if (of === 'session' && request.portalSession === null) {
    throw new ApiProblem('forbidden', 'this route requires a session of the billing page')
  }
  const accountId = accountOf(request, of)
  const access = of === 'own_accounts' ? accessToOwn(caller, permission) : accessOf(caller, permission, accountId)
  if (access === 'hidden') throw noAccount(accountId!)
  if (access === 'forbidden') {
    throw new ApiProblem('forbidden', `this requires the permission ${permission}${whereOf(caller, of)}`)
  }
}

function accountOf({ params, portalSession }: FastifyRequest, of: ClosedAccess['of']): string | null {
  if (of === 'account') return (params as { account_id: string }).account_id
  return of === 'session' ? portalSession!.accountId : null
}

/** For routes that show only what the caller may see: a key restricted to some accounts may call them too. */
function accessToOwn(caller: Caller, permission: Permission): 'allowed' | 'forbidden' {
  if (caller.kind === 'key') return caller.scopes.has(permission) ? 'allowed' : 'forbidden'
  return caller.kind === 'operator' ? 'allowed' : 'forbidden'
}

function whereOf(caller: Caller, of: ClosedAccess['of']): string {
  return caller.kind === 'key' && caller.accountIds !== null && of === 'installation'
    ? ' for the whole installation'
    : ''
}

/** The same problem for an account that does not exist and for one that the caller may not see. */
export function noAccount(accountId: string): ApiProblem {
  return new ApiProblem('not_found', `there is no account ${accountId}, or you may not see it`)
}

/** The caller of a route that is not public. Throws `TypeError` on a public one. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new TypeError(`${request.routeOptions.url} is public and has no caller`)
  return request.caller
}

/** Whether the session is open. An open page counts as use, even while it requests nothing. */
async function isStillOpen(pool: Pool, { secret }: PortalSession): Promise<boolean> {
  const [session] = await findPortalSessions(pool, [secret])
  if (session !== undefined) await usePortalSession(pool, session)
  return session !== undefined
}

/** The session of a route with `of: 'session'`. Throws `TypeError` on any other. */
export function sessionOf(request: FastifyRequest): PortalSession {
  if (request.portalSession === null) throw new TypeError(`${request.routeOptions.url} was called without a session`)
  return request.portalSession
}

/** The credential of a route that is not public. Throws `TypeError` on a public one. */
export function credentialOf(request: FastifyRequest): Credential {
  if (request.credential === null) throw new TypeError(`${request.routeOptions.url} is public and has no credential`)
  return request.credential
}
