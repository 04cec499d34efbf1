/**
 * Sessions of the billing page. A dashboard requests a link for one of its people, sends their browser there, and may
 * end their sessions. The page reads its own session and signs out. `portal-pages.ts` has what happens in the browser
 * in between.
 */
import { z } from 'zod'
import { localeFor } from '../../core/settings/contacts.ts'
import {
  createPortalLink,
  endPortalSession,
  endPortalSessionsOf,
  type PortalSession,
} from '../../ledger/access/portal-sessions.ts'
import { readAccount } from '../../ledger/accounts/read-account.ts'
import { callerOf, noAccount, sessionOf } from '../access/authenticate.ts'
import { clearCookie, cookieNameOf } from '../access/cookies.ts'
import { accessOf, actorOf, type Caller, PERSON_ROLES } from '../access/permissions.ts'
import { OPENS } from '../portal/opens.ts'
import { linkUrl, type PortalSettings, whyNoPage } from '../portal/settings.ts'
import { ApiProblem } from '../protocol/problem.ts'
import { AccountId, Instant, text } from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'

const PersonId = text(200).meta({
  description:
    "The person's id in your dashboard. It is recorded for what they do, so it must never be given to somebody else.",
})
const Role = z.enum(PERSON_ROLES)

const WantedPortalSession = z
  .strictObject({
    account_id: AccountId,
    person: z.strictObject({
      id: PersonId,
      name: text(200).meta({ description: 'Their name on the page.' }),
    }),
    role: Role.meta({
      description: 'admin may change settings and pay; member sees the account without cards and full numbers.',
    }),
    locale: z
      .string()
      // Language, script, region: the locales for which amounts and dates can be formatted.
      .regex(/^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$/, {
        error: 'must be a locale such as en or de-AT',
      })
      .optional()
      .meta({
        description:
          "Locale of the page. Defaults to that of the contact with the person's id, otherwise to the installation's.",
        examples: ['de-AT'],
      }),
    open: z.enum(OPENS).optional().meta({
      description: 'What the page opens with: `export` opens it with the newest export, as mails about exports do.',
    }),
  })
  .meta({ id: 'WantedPortalSession' })

const PortalLinkSchema = z
  .object({
    url: z
      .string()
      .meta({ description: 'Opens the page once. Whoever opens it acts as this person, so give it only to them.' }),
    expires_at: Instant.meta({
      description: 'When the link expires. For the session that it opens, see `readPortalSession`.',
    }),
    account_id: AccountId,
    person_id: z.string(),
    role: Role,
    locale: z.string(),
  })
  .meta({ id: 'PortalLink' })

const EndedPerson = z.strictObject({ account_id: AccountId, person_id: PersonId }).meta({ id: 'EndedPerson' })

const EndedSessions = z
  .object({ ended: z.int().meta({ description: 'Number of sessions ended, including links that were not opened.' }) })
  .meta({ id: 'EndedSessions' })

const SessionSchema = z
  .object({
    account_id: AccountId,
    person: z.object({ id: z.string(), name: z.string() }),
    role: Role,
    locale: z.string().meta({ description: "Locale of the page's words, amounts and dates." }),
    opened_at: Instant,
    expires_at: Instant.meta({
      description: 'When the session ends without further requests. Each request extends it; accurate to the minute.',
    }),
    ends_at: Instant.meta({ description: 'When the session ends in any case.' }),
    product: z.string().meta({ description: 'The product that the page is part of.' }),
    seller: z.string().meta({ description: 'Who a consent allows to charge.' }),
    dashboard_url: z.string().meta({ description: 'Where people return to.' }),
    brand_color: z.string().meta({ examples: ['#1f5fd6'] }),
    is_sandbox: z.boolean().meta({ description: 'Whether it is a sandbox, in which no real money moves.' }),
  })
  .meta({ id: 'PortalSession' })

const SessionQuery = z.object({
  account_id: AccountId.meta({
    description: 'The account. A browser has one session for each account whose page it has open.',
  }),
})

const LINKS = { permission: 'portal_sessions', of: 'own_accounts' } as const
const SESSION = { permission: 'read', of: 'session' } as const
const TAGS = ['Billing page']

export function addPortalSessionRoutes(api: Api, context: ApiContext): void {
  addCreatePortalSession(api, context)
  addEndPortalSessions(api, context)
  addReadPortalSession(api, context)
  addSignOut(api, context)
}

function addCreatePortalSession(api: Api, context: ApiContext): void {
  const { pool } = context.writer
  api.route({
    method: 'POST',
    url: '/v1/portal-sessions',
    config: { access: LINKS, problems: ['not_found', 'conflict'] },
    schema: {
      operationId: 'createPortalSession',
      tags: TAGS,
      summary: 'Open the billing page for a person',
      // No idempotency key: a stored answer would contain the token, which is never stored.
      description:
        'Returns a link that opens the page once, within five minutes, as this person. It takes no Idempotency-Key, because the link is not stored and cannot be returned again: if the answer was lost, request another link.',
      body: WantedPortalSession,
      response: { 201: PortalLinkSchema },
    },
    handler: async (request, reply) => {
      const { account_id: accountId, person, role, locale: requested, open = null } = request.body
      const caller = callerOf(request)
      mayOpen(caller, accountId)
      const settings = portalOf(context)
      const account = await readAccount(pool, accountId)
      if (account === null) throw noAccount(accountId)
      const who = { personId: person.id, requested: requested ?? null }
      const locale = localeFor(who, account.settings.contacts, settings.locale)
      const link = await createPortalLink(pool, { accountId, person, role, locale, actor: actorOf(caller) })
      if (link === null) throw noAccount(accountId)
      return await reply.code(201).send({
        url: linkUrl(context.publicUrl(), link.token, open),
        expires_at: link.expiresAt,
        account_id: accountId,
        person_id: person.id,
        role,
        locale,
      })
    },
  })
}

function addEndPortalSessions(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'POST',
    url: '/v1/portal-sessions/end',
    config: { access: LINKS, problems: ['not_found'] },
    schema: {
      operationId: 'endPortalSessions',
      tags: TAGS,
      summary: "End a person's sessions",
      description:
        'Ends all their sessions in the account, and links that were not opened yet: for somebody who has left, or whose role has changed. Repeating the request is harmless.',
      body: EndedPerson,
      response: { 200: EndedSessions },
    },
    handler: async (request) => {
      const { account_id: accountId, person_id: personId } = request.body
      mayOpen(callerOf(request), accountId)
      if ((await readAccount(pool, accountId)) === null) throw noAccount(accountId)
      return { ended: await endPortalSessionsOf(pool, accountId, personId) }
    },
  })
}

function addReadPortalSession(api: Api, context: ApiContext): void {
  api.route({
    method: 'GET',
    url: '/v1/portal-session',
    config: { access: SESSION, problems: ['conflict'] },
    schema: {
      operationId: 'readPortalSession',
      tags: TAGS,
      summary: 'The session of the billing page, and whose it is',
      description: 'For the page itself: it is authenticated only by the cookie of its session.',
      querystring: SessionQuery,
      response: { 200: SessionSchema },
    },
    handler: async (request) => sessionJson(sessionOf(request), portalOf(context), context.sandbox !== null),
  })
}

function addSignOut(api: Api, context: ApiContext): void {
  const { pool } = context.writer
  api.route({
    method: 'DELETE',
    url: '/v1/portal-session',
    config: { access: SESSION },
    schema: {
      operationId: 'signOut',
      tags: TAGS,
      summary: 'Sign out',
      description: 'Ends the session in all tabs. Sessions of other accounts continue.',
      querystring: SessionQuery,
      response: { 204: z.null().meta({ description: 'The session has ended.' }) },
    },
    handler: async (request, reply) => {
      const { secret, accountId } = sessionOf(request)
      await endPortalSession(pool, secret)
      const options = { publicUrl: context.publicUrl(), isEmbedded: isEmbedded(context) }
      const name = cookieNameOf(accountId, options.publicUrl)
      return await reply.header('set-cookie', clearCookie(name, options)).code(204).send(null)
    },
  })
}

/** Whether any site may show the billing page in a frame. */
export function isEmbedded({ portal }: Pick<ApiContext, 'portal'>): boolean {
  return (portal?.embeddingOrigins.length ?? 0) > 0
}

/** The settings of the billing page. Throws `ApiProblem` if it cannot be opened. */
function portalOf({ portal, publicUrl }: ApiContext): PortalSettings {
  const why = whyNoPage(portal, publicUrl())
  if (why !== null) throw new ApiProblem('conflict', `${why} (only the operator can)`)
  return portal!
}

function mayOpen(caller: Caller, accountId: string): void {
  if (accessOf(caller, LINKS.permission, accountId) !== 'allowed') throw noAccount(accountId)
}

function sessionJson(
  { accountId, person, role, locale, openedAt, expiresAt, endsAt }: PortalSession,
  { product, seller, dashboardUrl, brandColor }: PortalSettings,
  isSandbox: boolean,
): z.output<typeof SessionSchema> {
  return {
    account_id: accountId,
    person: { ...person },
    role,
    locale,
    opened_at: openedAt,
    expires_at: expiresAt,
    ends_at: endsAt,
    product,
    seller,
    dashboard_url: dashboardUrl,
    brand_color: brandColor,
    is_sandbox: isSandbox,
  }
}
