/**
 * From a link to a session of the billing page, and signing out again, in a browser.
 *
 * GET and HEAD of a link (mail scanners, previews, prefetching browsers) do not spend it: the page they get posts the
 * token, by script or else by a button. The POST spends it, sets the cookie and redirects to the billing page. The
 * script removes the token from the address first, and a form submitted before its page has loaded replaces it in the
 * history, so the token stays in neither.
 */
import { z } from 'zod'
import {
  endPortalSession,
  findPortalSessions,
  isLinkToken,
  openPortalSession,
} from '../../ledger/access/portal-sessions.ts'
import { textsFor } from '../../texts/languages.ts'
import { type CookieOptions, clearCookie, cookieNameOf, readCookies, setCookie } from '../access/cookies.ts'
import { foreignOrigin } from '../access/same-origin.ts'
import { sendPage } from '../pages/html.ts'
import { type Opens, opensOf } from '../portal/opens.ts'
import { linkOverPage, messagePage, openingPage, signedOutPage } from '../portal/pages.ts'
import type { PortalSettings } from '../portal/settings.ts'
import { AccountId } from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'
import { isEmbedded } from './portal-sessions.ts'

const ROUTE = { config: { access: 'public', isPage: true }, schema: { hide: true } } as const

const TokenForm = z.object({ token: z.string(), open: z.string().optional() })
const SignOutForm = z.object({ account_id: AccountId })

export function addPortalPages(api: Api, context: ApiContext): void {
  if (context.portal !== null) addPages(api, context, context.portal)
}

function addPages(api: Api, context: ApiContext, settings: PortalSettings): void {
  const { pool } = context.writer
  const cookieOptions = (): CookieOptions => ({ publicUrl: context.publicUrl(), isEmbedded: isEmbedded(context) })

  api.get('/portal/open', ROUTE, async (request, reply) => {
    const { token, open } = request.query as { token?: unknown; open?: unknown }
    // Whether the link is still valid is decided by the POST alone.
    return typeof token === 'string' && isLinkToken(token)
      ? await sendPage(reply, openingPage(settings, { token, opens: opensOf(open) }))
      : await sendPage(reply, linkOverPage(settings))
  })

  api.post('/portal/open', ROUTE, async (request, reply) => {
    const form = TokenForm.safeParse(request.body)
    if (!form.success) return await sendPage(reply, linkOverPage(settings))
    const options = cookieOptions()
    const cookies = readCookies(request.headers.cookie, options.publicUrl)
    const secrets = cookies.map(({ secret }) => secret)
    // Done first: once the link is spent, nothing may fail before its cookie is sent.
    const alive = await findPortalSessions(pool, secrets)
    const opened = await openPortalSession(pool, form.data.token, secrets)
    if (opened === null) return await sendPage(reply, linkOverPage(settings))
    const name = cookieNameOf(opened.accountId, options.publicUrl)
    // Otherwise a person with many accounts would collect more cookies than a request may carry.
    const over = cookies.filter(
      (cookie) => cookie.name !== name && !alive.some(({ secret }) => secret === cookie.secret),
    )
    const cleared = over.map((cookie) => clearCookie(cookie.name, options))
    const own = setCookie({ name, secret: opened.secret }, options)
    return await reply
      .header('set-cookie', [own, ...cleared])
      .redirect(billingPath(opened.accountId, opensOf(form.data.open)), 303)
  })

  api.post('/portal/sign-out', ROUTE, async (request, reply) => {
    const form = SignOutForm.safeParse(request.body)
    const options = cookieOptions()
    // Without this, another site could end the session.
    if (!form.success || foreignOrigin(request.headers, options.publicUrl) !== null) {
      const texts = textsFor(settings.locale)
      const [title, hint] = [texts.say('portal.not_signed_out'), texts.say('portal.not_signed_out_hint')]
      return await sendPage(reply, messagePage(settings, { title, hint, locale: settings.locale, status: 403 }))
    }
    const name = cookieNameOf(form.data.account_id, options.publicUrl)
    const own = readCookies(request.headers.cookie, options.publicUrl).find((cookie) => cookie.name === name)
    if (own !== undefined) await endPortalSession(pool, own.secret)
    return await reply.header('set-cookie', clearCookie(name, options)).redirect('/portal/signed-out', 303)
  })

  api.get('/portal/signed-out', ROUTE, async (_request, reply) => {
    return await sendPage(reply, signedOutPage(settings))
  })
}

/** The path contains nothing personal: the account's id, and which dialog opens. */
function billingPath(accountId: string, opens: Opens | null): string {
  return `/billing/${encodeURIComponent(accountId)}${opens === null ? '' : `?open=${opens}`}`
}
