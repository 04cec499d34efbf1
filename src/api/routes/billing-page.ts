/**
 * The billing page, by the session that a link has opened: the document of the built page, which asks the API for all that it
 * shows. Where there is no build, a plain page says what to know, what the account has and who is signed in.
 */
import type { FastifyReply } from 'fastify'
import { type Credit, readCredit } from '../../ledger/accounts/read-account.ts'
import type { PortalSession } from '../../ledger/portal-sessions.ts'
import { type Formats, formatsFor } from '../../texts/formats.ts'
import { textsFor } from '../../texts/languages.ts'
import { noticeText } from '../../texts/notice-text.ts'
import type { Texts } from '../../texts/texts.ts'
import { callerOf, noAccount, sessionOf } from '../authenticate.ts'
import type { Api, ApiContext } from '../context.ts'
import { type Html, html } from '../html.ts'
import { type NoticesJson, readerOf, readNotices } from '../notice-views.ts'
import type { PageFiles } from '../page-files.ts'
import { sendPortalPage, wayBack } from '../portal/pages.ts'
import type { PortalSettings } from '../portal/settings.ts'

const CONFIG = { access: { permission: 'read', of: 'session' }, isPage: true } as const

/** Where the reader is, the server does not know: moments name the zone. */
const TIME_ZONE = 'UTC'

interface Shown {
  readonly session: PortalSession
  readonly credit: Credit
  readonly notices: NoticesJson
  readonly isSandbox: boolean
}

export function addBillingPage(api: Api, { writer: { pool }, portal, page, sandbox }: ApiContext): void {
  if (portal === null) return
  api.get('/billing/:account_id', { config: CONFIG, schema: { hide: true } }, async (request, reply) => {
    const session = sessionOf(request)
    if (page !== null) return await sendDocument(reply, page, portal, session)
    const { accountId } = session
    const [credit, notices] = await Promise.all([
      readCredit(pool, accountId),
      readNotices(pool, accountId, readerOf(callerOf(request))),
    ])
    if (credit === null || notices === null) throw noAccount(accountId)
    return await sendBilling(reply, portal, { session, credit, notices, isSandbox: sandbox !== null })
  })
}

/** What browsers may do with the document: run, style and ask what comes from here, and nothing that stands in it. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'"

async function sendDocument(
  reply: FastifyReply,
  { document }: PageFiles,
  settings: PortalSettings,
  session: PortalSession,
) {
  const { product, embeddingOrigins } = settings
  const texts = textsFor(session.locale)
  const text = document
    .replace('<html lang="en">', () => `<html lang="${texts.language}">`)
    .replace('<title>Billing</title>', () => html`<title>${texts.say('page.title')}, ${product}</title>`.text)
  if (embeddingOrigins.length === 0) reply.header('x-frame-options', 'DENY')
  const ancestors = embeddingOrigins.length === 0 ? "'none'" : embeddingOrigins.join(' ')
  return await reply
    .header('content-security-policy', `${POLICY}; frame-ancestors ${ancestors}`)
    // It names files that the next version no longer has.
    .header('cache-control', 'private, no-cache')
    .header('referrer-policy', 'same-origin')
    .type('text/html; charset=utf-8')
    .send(text)
}

async function sendBilling(reply: FastifyReply, settings: PortalSettings, shown: Shown) {
  const { locale } = shown.session
  const texts = textsFor(locale)
  const formats = formatsFor(texts, { timeZone: TIME_ZONE, currency: shown.credit.currency, namesZone: true })
  // With `no-referrer` browsers do not say where its form comes from, and it could not be told from another site's.
  reply.header('referrer-policy', 'same-origin')
  return await sendPortalPage(reply, settings, {
    locale,
    title: `${texts.say('page.title')}, ${settings.product}`,
    isSandbox: shown.isSandbox,
    hasForm: true,
    body: html`<h1>${texts.say('page.title')}</h1>
${notices(shown, texts)}
${balance(shown.credit, texts, formats)}
${whoIsSignedIn(shown.session, texts)}
<p>${wayBack(settings, locale)}</p>`,
  })
}

/** In words alone: what they ask to be done is done elsewhere. */
function notices({ session: { role }, credit: { currency }, notices: { items } }: Shown, texts: Texts): Html[] {
  return items.map((notice) => {
    const { title, body } = noticeText(texts, notice, { role, currency, timeZone: TIME_ZONE, namesZone: true })
    return html`<section class="notice is-${notice.severity}">
<h2>${texts.say(`severity.${notice.severity}`)}: ${title}</h2>
${body === '' ? null : html`<p>${body}</p>`}
</section>
`
  })
}

function balance({ status, statusSince, balanceMicros }: Credit, texts: Texts, formats: Formats): Html {
  const time = formats.moment(statusSince)
  return html`<section aria-labelledby="balance">
<h2 id="balance">${texts.say('page.balance')}</h2>
<p class="balance">${formats.balance(balanceMicros)}</p>
<p>${status === 'blocked' ? texts.say('service.blocked', { time }) : texts.say('service.active')}</p>
</section>`
}

function whoIsSignedIn({ accountId, person, role }: PortalSession, texts: Texts): Html {
  const name = person.name
  return html`<p>${texts.say('page.signed_in_as', { name })}, ${texts.say(`role.${role}`)}, ${accountId}</p>
<form method="post" action="/portal/sign-out">
<input type="hidden" name="account_id" value="${accountId}">
<div class="actions">
<button type="submit" class="secondary">${texts.say('page.sign_out')}</button>
</div>
</form>`
}
