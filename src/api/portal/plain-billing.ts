/** A plain page in place of the Billing page where that is not built: notices, balance, and who is signed in. */

import type { PortalSession } from '../../ledger/access/portal-sessions.ts'
import type { Credit } from '../../ledger/accounts/read-account.ts'
import { type Formats, formatsFor } from '../../texts/formats.ts'
import { textsFor } from '../../texts/languages.ts'
import { noticeText } from '../../texts/notice-text.ts'
import type { Texts } from '../../texts/texts.ts'
import { type Html, html, type Page } from '../pages/html.ts'
import type { NoticesJson } from '../views/notice-views.ts'
import { portalPage, wayBack } from './pages.ts'
import type { PortalSettings } from './settings.ts'

/** The reader's time zone is not known here, so times name theirs. */
const TIME_ZONE = 'UTC'

export interface Shown {
  readonly session: Pick<PortalSession, 'accountId' | 'person' | 'role' | 'locale'>
  readonly credit: Pick<Credit, 'currency' | 'status' | 'statusSince' | 'balanceMicros'>
  readonly notices: Pick<NoticesJson, 'items'>
  readonly isSandbox: boolean
}

/** The whole page, in the language of the session. */
export function plainBillingPage(settings: PortalSettings, shown: Shown): Page {
  const { locale } = shown.session
  const texts = textsFor(locale)
  const formats = formatsFor(texts, { timeZone: TIME_ZONE, currency: shown.credit.currency, namesZone: true })
  return portalPage(settings, {
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

/** As text only: this page has no actions. */
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

function balance({ status, statusSince, balanceMicros }: Shown['credit'], texts: Texts, formats: Formats): Html {
  const time = formats.moment(statusSince)
  return html`<section aria-labelledby="balance">
<h2 id="balance">${texts.say('page.balance')}</h2>
<p class="balance">${formats.balance(balanceMicros)}</p>
<p>${status === 'blocked' ? texts.say('service.blocked', { time }) : texts.say('service.active')}</p>
</section>`
}

function whoIsSignedIn({ accountId, person, role }: Shown['session'], texts: Texts): Html {
  const name = person.name
  return html`<p>${texts.say('page.signed_in_as', { name })}, ${texts.say(`role.${role}`)}, ${accountId}</p>
<form method="post" action="/portal/sign-out">
<input type="hidden" name="account_id" value="${accountId}">
<div class="actions">
<button type="submit" class="secondary">${texts.say('page.sign_out')}</button>
</div>
</form>`
}
