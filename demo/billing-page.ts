/** The billing page in the demo: what it is called, and a link that opens it for somebody of one account. */
import { linkUrl } from '../src/api/portal/settings.ts'
import { createPortalLink, LINK_VALID_SECONDS } from '../src/ledger/portal-sessions.ts'
import type { Installation } from '../testkit/installation.ts'

/** There is no dashboard here to go back to. */
export const BILLING_PAGE = {
  TOLLGATE_PRODUCT: 'Harbor Cloud',
  TOLLGATE_SELLER: 'Harbor Telecom',
  TOLLGATE_DASHBOARD_URL: 'https://example.com/',
} as const

/** Used all the time, and topped up by itself. */
const ACCOUNT = 'prairie-solar'

/** Fresh: whoever looks later than five minutes after the start asks for another one. */
export async function billingPageLink({ pool, accounts }: Installation, apiUrl: string): Promise<string[]> {
  const contact = accounts
    .find(({ accountId }) => accountId === ACCOUNT)!
    .contacts.find(({ role }) => role === 'admin')!
  const person = { id: contact.id, name: 'Paula Meadows' }
  const wanted = { accountId: ACCOUNT, person, role: 'admin', locale: contact.locale, actor: 'demo' } as const
  const link = await createPortalLink(pool, wanted)
  if (link === null) throw new Error(`there is no account ${ACCOUNT}`)
  return [
    `billing page: ${linkUrl(apiUrl, link.token)}`,
    `(${ACCOUNT}, once, within ${LINK_VALID_SECONDS / 60} minutes; another: npx tollgate portal-link)`,
  ]
}
