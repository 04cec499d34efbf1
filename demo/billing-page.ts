/** The billing page in the demo: its settings, and links that open it for a user of an account. */
import { linkUrl } from '../src/api/portal/settings.ts'
import { createPortalLink, LINK_VALID_SECONDS } from '../src/ledger/access/portal-sessions.ts'
import type { Installation } from '../testkit/installation.ts'

/** The demo has no dashboard to return to. */
export const BILLING_PAGE = {
  TOLLGATE_PRODUCT: 'Harbor Cloud',
  TOLLGATE_SELLER: 'Harbor Telecom',
  TOLLGATE_DASHBOARD_URL: 'https://example.com/',
} as const

const LIVELY = {
  accountId: 'prairie-solar',
  name: 'Admin of Prairie Solar',
  what: 'used all the time, topped up automatically',
} as const

const BLOCKED = {
  accountId: 'canal-bikes',
  name: 'Admin of Canal Bikes',
  what: 'its card is declined, its calls are blocked within a minute',
} as const

/**
 * Lines to print, short enough to copy from a narrow terminal. Links are valid for five minutes; after that new ones can be
 * created with the command.
 */
export async function billingPageLinks(installation: Installation, apiUrl: string): Promise<string[]> {
  const links: string[] = []
  for (const shown of [LIVELY, BLOCKED]) {
    links.push(`billing page of ${shown.accountId}: ${shown.what}`, `  ${await adminLink(installation, apiUrl, shown)}`)
  }
  return [
    ...links,
    `  each opens once, within ${LINK_VALID_SECONDS / 60} minutes; for a member, who has read access only:`,
    '  npx tollgate portal-link --role member --person front-desk \\',
    `    --account ${LIVELY.accountId} --actor demo`,
  ]
}

async function adminLink(
  { pool, accounts }: Installation,
  apiUrl: string,
  { accountId, name }: typeof LIVELY | typeof BLOCKED,
): Promise<string> {
  const { contacts } = accounts.find((account) => account.accountId === accountId)!
  const contact = contacts.find(({ role }) => role === 'admin')!
  const person = { id: contact.id, name }
  const link = await createPortalLink(pool, { accountId, person, role: 'admin', locale: contact.locale, actor: 'demo' })
  if (link === null) throw new Error(`there is no account ${accountId}`)
  return linkUrl(apiUrl, link.token)
}
