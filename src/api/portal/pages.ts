/**
 * Pages around the billing page, in the customer's language and the product's colour; embedding sites may frame them.
 */
import type { FastifyReply } from 'fastify'
import { textsFor } from '../../texts/languages.ts'
import { type Html, html, type Page, sendPage } from '../pages/html.ts'
import type { ApiProblem } from '../protocol/problem.ts'
import { problemOf } from '../protocol/problem.ts'
import type { Opens } from './opens.ts'
import { brandOf, type PortalSettings } from './settings.ts'

type PortalPage = Omit<Page, 'brand' | 'frameAncestors'>

/** A page with the installation's brand, which embedding origins may frame. */
export function portalPage(settings: PortalSettings, page: PortalPage): Page {
  return { ...page, brand: brandOf(settings), frameAncestors: settings.embeddingOrigins }
}

/** Waits while the browser prerenders, because submitting spends the link. */
const OPEN_BY_ITSELF = `{
  history.replaceState(null, '', location.pathname)
  const send = () => document.getElementById('open').submit()
  if (document.prerendering) document.addEventListener('prerenderingchange', send, { once: true })
  else send()
}`

/** The page that a link leads to. It submits itself; without scripts there is a button. */
export function openingPage(
  settings: PortalSettings,
  { token, opens }: { readonly token: string; readonly opens: Opens | null },
): Page {
  const { locale } = settings
  const texts = textsFor(locale)
  const opening = texts.say('portal.opening')
  return portalPage(settings, {
    locale,
    title: opening,
    hasForm: true,
    script: OPEN_BY_ITSELF,
    body: html`<h1>${opening}</h1>
<form method="post" action="/portal/open" id="open">
<input type="hidden" name="token" value="${token}">
${opens === null ? null : html`<input type="hidden" name="open" value="${opens}">`}
<div class="actions">
<button type="submit">${texts.say('portal.open')}</button>
</div>
</form>`,
  })
}

/** A message: what has ended or failed, a hint, and the way back. */
export function messagePage(
  settings: PortalSettings,
  { title, hint, locale, status }: { title: string; hint: string | null; locale: string; status: number },
): Page {
  return portalPage(settings, {
    locale,
    status,
    title,
    body: html`<h1>${title}</h1>
${hint === null ? null : html`<p>${hint}</p>`}
<p class="actions">${wayBack(settings, locale)}</p>`,
  })
}

/** A link to the dashboard, out of any frame. */
export function wayBack({ product, dashboardUrl }: PortalSettings, locale: string): Html {
  return html`<a href="${dashboardUrl}" target="_top">${textsFor(locale).say('portal.back', { product })}</a>`
}

/** For a link that has expired or was used. */
export function linkOverPage(settings: PortalSettings): Page {
  const { locale, product } = settings
  const texts = textsFor(locale)
  const [title, hint] = [texts.say('portal.link_over'), texts.say('portal.link_over_hint', { product })]
  return messagePage(settings, { title, hint, locale, status: 410 })
}

/** After signing out. */
export function signedOutPage(settings: PortalSettings): Page {
  const { locale } = settings
  return messagePage(settings, { title: textsFor(locale).say('portal.signed_out'), hint: null, locale, status: 200 })
}

/** Sends a problem as a page, in the installation's language because the reader is not known. */
export async function sendProblemPage(reply: FastifyReply, settings: PortalSettings, { problem, extras }: ApiProblem) {
  const { locale, product } = settings
  const texts = textsFor(locale)
  const { status } = problemOf(problem)
  const { retryAfterSeconds } = extras
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  const words = () => {
    switch (problem) {
      case 'unauthenticated':
      case 'forbidden':
      case 'not_found':
        return { title: texts.say('portal.session_over'), hint: texts.say('portal.session_over_hint', { product }) }
      case 'too_many_requests':
        return {
          title: texts.say('portal.too_many'),
          hint: texts.say('portal.too_many_hint', { seconds: retryAfterSeconds ?? 1 }),
        }
      default:
        return { title: texts.say('portal.failed'), hint: texts.say('portal.failed_hint') }
    }
  }
  return await sendPage(reply, messagePage(settings, { ...words(), locale, status }))
}
