/**
 * The billing page in a browser that has a session: serves the built document, which loads its data from the API.
 * Without a build a plain page shows notices, balance and who is signed in.
 */
import type { FastifyReply } from 'fastify'
import type { PortalSession } from '../../ledger/access/portal-sessions.ts'
import { readCredit } from '../../ledger/accounts/read-account.ts'
import { textsFor } from '../../texts/languages.ts'
import { callerOf, noAccount, sessionOf } from '../access/authenticate.ts'
import { html, sendPage } from '../pages/html.ts'
import type { PageFiles } from '../pages/page-files.ts'
import { plainBillingPage } from '../portal/plain-billing.ts'
import type { PortalSettings } from '../portal/settings.ts'
import { readerOf, readNotices } from '../views/notice-views.ts'
import type { Api, ApiContext } from './context.ts'

const CONFIG = { access: { permission: 'read', of: 'session' }, isPage: true } as const

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
    // `no-referrer` would also suppress the Origin header of its form, which is how we recognise our own page.
    reply.header('referrer-policy', 'same-origin')
    const isSandbox = sandbox !== null
    return await sendPage(reply, plainBillingPage(portal, { session, credit, notices, isSandbox }))
  })
}

/** Content security policy of the document: scripts, styles and requests from this origin only, and nothing inline. */
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
    // The document names files that the next version no longer has.
    .header('cache-control', 'private, no-cache')
    .header('referrer-policy', 'same-origin')
    .type('text/html; charset=utf-8')
    .send(text)
}
