/** What browsers see for a moment on their way back from the provider's pages, and where they come by a wrong address. */
import { textsFor } from '../../texts/languages.ts'
import { type Brand, html, type Page } from './html.ts'

export function goingBackPage(brand: Brand, locale: string, returnUrl: string): Page {
  const { say } = textsFor(locale)
  const title = say('portal.going_back')
  return {
    brand,
    locale,
    title,
    goesOnTo: returnUrl,
    body: html`<h1>${title}</h1>
<p class="actions"><a href="${returnUrl}">${say('portal.continue')}</a></p>`,
  }
}

/** Whose it was to be is not known: the installation's language. */
export function nowherePage(brand: Brand): Page {
  const { locale, product } = brand
  const { say } = textsFor(locale)
  const title = say('portal.nowhere')
  return {
    brand,
    locale,
    status: 404,
    title,
    body: html`<h1>${title}</h1>
<p>${product === null ? say('portal.nowhere_hint') : say('portal.session_over_hint', { product })}</p>`,
  }
}
