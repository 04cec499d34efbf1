/** Pages in the customer's language and the product's colour, that those who embed the billing page may show in a frame. */
import type { FastifyReply } from 'fastify'
import { textsFor } from '../../texts/languages.ts'
import { type Html, html, type Page, sendPage } from '../html.ts'
import type { ApiProblem } from '../problem.ts'
import { problemOf } from '../problem.ts'
import type { PortalSettings } from './settings.ts'

interface PortalPage extends Omit<Page, 'language' | 'frameAncestors' | 'style'> {
  readonly locale: string
}

export async function sendPortalPage(reply: FastifyReply, settings: PortalSettings, { locale, ...page }: PortalPage) {
  return await sendPage(reply, {
    ...page,
    language: textsFor(locale).language,
    frameAncestors: settings.embeddingOrigins,
    style: styleOf(settings),
  })
}

/** The colour is that of a line, and of no text: it may have any brightness. */
function styleOf({ brandColor }: PortalSettings): string {
  return `
body { border-top: 0.25rem solid ${brandColor} }
h2 { font-size: 1rem; margin: 1.5rem 0 0 }
.notice { border-left: 0.25rem solid; margin: 1rem 0; padding-left: 0.75rem }
.notice p { margin: 0.25rem 0 }
.balance { font-size: 2.25rem; font-variant-numeric: tabular-nums; font-weight: 600; line-height: 1.25; margin: 0 }
`
}

/** What is over, or did not go: one sentence, a hint, and the way back. */
export async function sendMessage(
  reply: FastifyReply,
  settings: PortalSettings,
  { title, hint, locale, status }: { title: string; hint: string | null; locale: string; status: number },
) {
  return await sendPortalPage(reply, settings, {
    locale,
    status,
    title,
    body: html`<h1>${title}</h1>
${hint === null ? null : html`<p>${hint}</p>`}
${wayBack(settings, locale)}`,
  })
}

/** Out of a frame, where it is shown in one. */
export function wayBack({ product, dashboardUrl }: PortalSettings, locale: string): Html {
  return html`<p><a href="${dashboardUrl}" target="_top">${textsFor(locale).say('portal.back', { product })}</a></p>`
}

export async function sendLinkOver(reply: FastifyReply, settings: PortalSettings) {
  const { locale, product } = settings
  const texts = textsFor(locale)
  const [title, hint] = [texts.say('portal.link_over'), texts.say('portal.link_over_hint', { product })]
  return await sendMessage(reply, settings, { title, hint, locale, status: 410 })
}

/** A problem, where a person looks at the answer. Whose page it was to be is not known: the installation's language. */
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
  return await sendMessage(reply, settings, { ...words(), locale, status })
}
