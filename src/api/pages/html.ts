/**
 * The plain HTML pages that the API serves, styled like the Billing page. They load nothing from elsewhere; a script is
 * allowed only if it is ours, by its hash.
 */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyReply } from 'fastify'
import { brandColors } from '../../look/brand.ts'
import { Html, html } from '../../platform/html.ts'
import { textsFor } from '../../texts/languages.ts'

export { escapeHtml, Html, type HtmlPart, html } from '../../platform/html.ts'

const STYLES = ['../../look/tokens.css', '../../look/base.css', 'pages.css']
  .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
  .join('\n')

/** How the installation presents itself to customers. */
export interface Brand {
  /** The product's name; null if it has none. */
  readonly product: string | null
  /** `#rrggbb` */
  readonly color: string
  /** For readers whose language is not known. */
  readonly locale: string
}

export interface Page {
  readonly brand: Brand
  /** BCP 47: the language of the page and the format of its amounts. */
  readonly locale: string
  readonly title: string
  readonly body: Html
  /** Shows a label that no real money moves. */
  readonly isSandbox?: boolean
  /** Redirects the browser there at once. */
  readonly goesOnTo?: string
  /** The page has a form, which may only be submitted to this origin. */
  readonly hasForm?: boolean
  /** Runs when the page has loaded. Never made from input. */
  readonly script?: string
  /** Origins that may show the page in a frame; no others may. */
  readonly frameAncestors?: readonly string[]
  readonly status?: number
}

export interface RenderedPage {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** Renders and sends a page. */
export async function sendPage(reply: FastifyReply, page: Page) {
  const { status, headers, text } = renderPage(page)
  return await reply.code(status).headers(headers).send(text)
}

/** Renders a page with its headers, the content security policy among them. */
export function renderPage(page: Page): RenderedPage {
  const { title, body, brand, goesOnTo, script, isSandbox = false, frameAncestors = [], status = 200 } = page
  const texts = textsFor(page.locale)
  const style = styleFor(brand)
  const { text } = html`<!doctype html>
<html lang="${texts.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${goesOnTo === undefined ? null : html`<meta http-equiv="refresh" content="0;url=${goesOnTo}">`}
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
${headerOf(brand.product, isSandbox ? texts.say('page.sandbox') : null)}
<div class="card">
${body}
</div>
</main>
${script === undefined ? null : html`<script>${new Html(script)}</script>`}
</body>
</html>
`
  const headers = {
    'content-security-policy': policyOf(page, style),
    'content-type': 'text/html; charset=utf-8',
    ...(frameAncestors.length === 0 ? { 'x-frame-options': 'DENY' } : {}),
  }
  return { status, headers, text }
}

function headerOf(product: string | null, sandbox: string | null): Html | null {
  if (product === null && sandbox === null) return null
  return html`<div class="page-header">
${product === null ? null : html`<p class="product">${product}</p>`}
${sandbox === null ? null : html`<p class="sandbox-label">${sandbox}</p>`}
</div>`
}

function styleFor({ color }: Brand): string {
  const brand = brandColors(color)
  return brand === null ? STYLES : `${STYLES}\n:root { --brand-light: ${brand.light}; --brand-dark: ${brand.dark} }`
}

/** Allows nothing but what the page contains, by hash. */
function policyOf({ hasForm, script, frameAncestors = [] }: Page, style: string): string {
  return [
    "default-src 'none'",
    `style-src ${sourceOf(style)}`,
    ...(script === undefined ? [] : [`script-src ${sourceOf(script)}`]),
    `form-action ${hasForm ? "'self'" : "'none'"}`,
    "base-uri 'none'",
    `frame-ancestors ${frameAncestors.length === 0 ? "'none'" : frameAncestors.join(' ')}`,
  ].join('; ')
}

function sourceOf(text: string): string {
  return `'sha256-${hash('sha256', text, 'base64')}'`
}
