/**
 * The billing page, by the session that a link has opened: the document of the built page, which asks the API for all that it
 * shows. Where there is no build, a plain page says what the account has and who is signed in.
 */
import type { FastifyReply } from 'fastify'
import { type AccountOnRecord, type Credit, readAccount, readCredit } from '../../ledger/accounts/read-account.ts'
import type { PortalSession } from '../../ledger/portal-sessions.ts'
import { noAccount, sessionOf } from '../authenticate.ts'
import type { Api, ApiContext } from '../context.ts'
import { type Html, html } from '../html.ts'
import type { PageFiles } from '../page-files.ts'
import { sendPortalPage, wayBack } from '../portal/pages.ts'
import type { PortalSettings } from '../portal/settings.ts'
import { shownBalance, shownInstant, textsFor } from '../portal/texts.ts'

const CONFIG = { access: { permission: 'read', of: 'session' }, isPage: true } as const

interface Shown {
  readonly session: PortalSession
  readonly credit: Credit
  readonly account: AccountOnRecord
  readonly isSandbox: boolean
}

export function addBillingPage(api: Api, { writer: { pool }, portal, page, sandbox }: ApiContext): void {
  if (portal === null) return
  api.get('/billing/:account_id', { config: CONFIG, schema: { hide: true } }, async (request, reply) => {
    const session = sessionOf(request)
    if (page !== null) return await sendDocument(reply, page, portal, session)
    const { accountId } = session
    const [credit, account] = await Promise.all([readCredit(pool, accountId), readAccount(pool, accountId)])
    if (credit === null || account === null) throw noAccount(accountId)
    return await sendBilling(reply, portal, { session, credit, account, isSandbox: sandbox !== null })
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
  const { language, billing } = textsFor(session.locale)
  const text = document
    .replace('<html lang="en">', () => `<html lang="${language}">`)
    .replace('<title>Billing</title>', () => html`<title>${billing}, ${product}</title>`.text)
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
  // With `no-referrer` browsers do not say where its form comes from, and it could not be told from another site's.
  reply.header('referrer-policy', 'same-origin')
  return await sendPortalPage(reply, settings, {
    locale,
    title: `${texts.billing}, ${settings.product}`,
    hasForm: true,
    // Notices come first, between the heading and the balance.
    body: html`${shown.isSandbox ? html`<p class="sandbox">${texts.sandbox}</p>` : null}
<h1>${texts.billing}</h1>
${balance(shown)}
${whoIsSignedIn(shown.session)}
${wayBack(settings, locale)}`,
  })
}

function balance({ session: { locale }, credit, account }: Shown): Html {
  const texts = textsFor(locale)
  const status =
    credit.status === 'blocked' ? texts.blockedSince(shownInstant(credit.statusSince, locale)) : texts.active
  return html`<section aria-labelledby="balance">
<h2 id="balance">${texts.balance}</h2>
<p class="balance">${shownBalance(credit.balanceMicros, credit.currency, locale)}</p>
<p>${status}</p>
${account.closedAt === null ? null : html`<p>${texts.closed(shownInstant(account.closedAt, locale))}</p>`}
</section>`
}

function whoIsSignedIn({ accountId, person, role, locale }: PortalSession): Html {
  const texts = textsFor(locale)
  return html`<p>${texts.signedInAs(person.name)}, ${texts[role]}, ${accountId}</p>
<form method="post" action="/portal/sign-out">
<input type="hidden" name="account_id" value="${accountId}">
<button type="submit">${texts.signOut}</button>
</form>`
}
