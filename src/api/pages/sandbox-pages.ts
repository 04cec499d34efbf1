/** Pages of the sandbox provider. They look like neither a shop nor a bank, and say that no real money moves. */
import type { Currency, Micros } from '../../core/money.ts'
import { formatsFor } from '../../texts/formats.ts'
import { textsFor } from '../../texts/languages.ts'
import { type Brand, type Html, html, type Page } from './html.ts'

const CARDS_TO_TRY = [
  ['4242 4242 4242 4242', 'sandbox.card.pays'],
  ['4000 0027 6000 3184', 'sandbox.card.asks_approval'],
  ['4000 0000 0000 9995', 'sandbox.card.no_funds'],
  ['4000 0000 0000 9979', 'sandbox.card.stolen'],
] as const

export type CardFault = 'not_a_test_card' | 'expiry_invalid' | 'expired'

/** Whom a page is for. */
export interface Audience {
  readonly brand: Brand
  readonly locale: string
}

/** The form for a test card. A card number is never shown again; of what was typed in, only `expiry` is kept. */
export function cardPage(
  { brand, locale }: Audience,
  { id, expiry, fault }: { readonly id: string; readonly expiry: string; readonly fault: CardFault | null },
): Page {
  const { say } = textsFor(locale)
  const error =
    fault === null ? null : html`<p class="error" role="alert" id="error">${say(`sandbox.card.${fault}`)}</p>`
  const isNumberAtFault = fault === 'not_a_test_card'
  const isExpiryAtFault = fault !== null && !isNumberAtFault
  const rows = CARDS_TO_TRY.map(
    ([number, outcome]) => html`<tr><td class="number">${number}</td><td>${say(outcome)}</td></tr>\n`,
  )
  const title = say('sandbox.card.title')
  return {
    ...frame({ brand, locale }, fault === null ? title : say('sandbox.card.error', { title })),
    status: fault === null ? 200 : 422,
    hasForm: true,
    body: html`${standsIn(say('sandbox.stands_in_provider'))}
<h1>${title}</h1>
<form method="post" action="/sandbox/cards/${encodeURIComponent(id)}">
<div class="field">
<label for="number">${say('sandbox.card.number')}</label>
<input id="number" name="number" inputmode="numeric" autocomplete="off" required maxlength="100"${atFault(isNumberAtFault, 'hint')}>
<p class="hint" id="hint">${say('sandbox.card.number_hint')}</p>
${isNumberAtFault ? error : null}
</div>
<div class="field">
<label for="expiry">${say('sandbox.card.expiry')}</label>
<input class="short" id="expiry" name="expiry" inputmode="numeric" autocomplete="off" required maxlength="20" placeholder="08/30" value="${expiry}"${atFault(isExpiryAtFault)}>
${isExpiryAtFault ? error : null}
</div>
<p class="hint">${say('sandbox.card.consequence')}</p>
<div class="actions">
<button type="submit">${say('sandbox.card.save')}</button>
<button type="submit" class="secondary" form="cancel">${say('sandbox.cancel')}</button>
</div>
</form>
<form method="post" action="/sandbox/cards/${encodeURIComponent(id)}/cancel" id="cancel" hidden></form>
<section aria-labelledby="try">
<h2 id="try">${say('sandbox.card.try')}</h2>
<table>
<thead><tr><th scope="col">${say('sandbox.card.column_number')}</th><th scope="col">${say('sandbox.card.column_outcome')}</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
</section>`,
  }
}

/**
 * Attributes of an input: described by `hint` if there is one, and if it is wrong also by the error, with the focus.
 */
function atFault(isAtFault: boolean, hint: string | null = null): Html | null {
  const describedBy = [hint, isAtFault ? 'error' : null].filter((id) => id !== null).join(' ')
  const description = describedBy === '' ? null : html` aria-describedby="${describedBy}"`
  return html`${description}${isAtFault ? html` aria-invalid="true" autofocus` : null}`
}

export interface AskedPayment {
  readonly paymentId: string
  readonly amountMicros: Micros
  readonly currency: Currency
}

/** The bank's question whether to approve a payment. */
export function bankPage({ brand, locale }: Audience, payment: AskedPayment, status = 200): Page {
  const texts = textsFor(locale)
  const { say } = texts
  const { product } = brand
  const { amount } = formatsFor(texts, { timeZone: 'UTC', currency: payment.currency })
  return {
    ...frame({ brand, locale }, say('sandbox.bank.title')),
    status,
    hasForm: true,
    body: html`${standsIn(say('sandbox.stands_in_bank'))}
<div>
<h1>${say('sandbox.bank.title')}</h1>
${product === null ? null : html`<p class="hint">${say('sandbox.bank.for', { product })}</p>`}
</div>
<p class="balance">${amount(payment.amountMicros)}</p>
<form method="post" action="/sandbox/bank/${encodeURIComponent(payment.paymentId)}">
<div class="actions">
<button type="submit" name="answer" value="approve">${say('sandbox.bank.approve')}</button>
<button type="submit" name="answer" value="decline" class="secondary">${say('sandbox.bank.decline')}</button>
</div>
</form>`,
  }
}

/** Nothing is left to do. `returnUrl` is null if there is nowhere to go back to. */
export function overPage({ brand, locale }: Audience, returnUrl: string | null): Page {
  const { say } = textsFor(locale)
  return {
    ...frame({ brand, locale }, say('sandbox.over.title')),
    body: html`<h1>${say('sandbox.over.title')}</h1>
${returnUrl === null ? html`<p>${say('sandbox.over.close')}</p>` : html`<p class="actions"><a href="${returnUrl}">${say('sandbox.over.back')}</a></p>`}`,
  }
}

/** For a card setup or payment that does not exist. */
export function unknownPage({ brand, locale }: Audience): Page {
  const title = textsFor(locale).say('portal.nowhere')
  return { ...frame({ brand, locale }, title), status: 404, body: html`<h1>${title}</h1>` }
}

function frame({ brand, locale }: Audience, title: string) {
  return { brand, locale, isSandbox: true, title: textsFor(locale).say('sandbox.page_title', { title }) }
}

function standsIn(text: string): Html {
  return html`<p class="banner">${text}</p>`
}
