/**
 * The few plain pages that the API serves to browsers, which look like the Billing page: nothing from elsewhere, and a script
 * only where it is ours, named by its hash.
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

/** How the installation shows itself to customers. */
export interface Brand {
  /** Null: it does not say what it is called. */
  readonly product: string | null
  /** `#rrggbb` */
  readonly color: string
  /** Of those who say none. */
  readonly locale: string
}

export interface Page {
  readonly brand: Brand
  /** In whose language it speaks, and by which amounts are written. */
  readonly locale: string
  readonly title: string
  readonly body: Html
  /** Whether it says above all that no real money moves. */
  readonly isSandbox?: boolean
  /** Where the browser goes on to by itself. */
  readonly goesOnTo?: string
  /** Whether it has a form, which may be sent to this origin alone. */
  readonly hasForm?: boolean
  /** Runs once the page is there. Never made from what anybody sent. */
  readonly script?: string
  /** Origins that may show it in a frame; nobody else may. */
  readonly frameAncestors?: readonly string[]
  readonly status?: number
}

export interface RenderedPage {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export async function sendPage(reply: FastifyReply, page: Page) {
  const { status, headers, text } = renderPage(page)
  return await reply.code(status).headers(headers).send(text)
}

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

/** Nothing but what the page has, by its hash. */
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
