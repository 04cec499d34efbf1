/** Pages shown for a moment on the way back from the provider, and for a wrong address. */
import { textsFor } from '../../texts/languages.ts'
import { type Brand, html, type Page } from './html.ts'

/** Sends the browser on to `returnUrl`. */
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

/** For an unknown address; in the installation's language, as the reader is not known. */
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
