/**
 * The few plain pages that the API serves to browsers: nothing from elsewhere, and a script only where it is ours, named by its
 * hash.
 */
import { hash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { Html, html } from '../platform/html.ts'

export { escapeHtml, Html, type HtmlPart, html } from '../platform/html.ts'

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 32rem; padding: 1.5rem 1rem }
h1 { font-size: 1.5rem; line-height: 1.25 }
label { display: block; font-weight: 600; margin-top: 1rem }
input { box-sizing: border-box; font: inherit; min-height: 2.75rem; padding: 0.25rem 0.5rem; width: 100% }
button, a.button { font: inherit; margin: 1rem 0.5rem 0 0; min-height: 2.75rem; padding: 0.25rem 1rem }
table { border-collapse: collapse }
th, td { padding: 0.25rem 1rem 0.25rem 0; text-align: left }
.sandbox { border: 2px solid; font-weight: 600; padding: 0.5rem 0.75rem }
.error { border-left: 0.25rem solid; padding-left: 0.75rem }
`

export interface Page {
  readonly title: string
  readonly body: Html
  /** That of its words; English where it says none. */
  readonly language?: string
  /** Where the browser goes on to by itself. */
  readonly goesOnTo?: string
  /** Whether it has a form, which may be sent to this origin alone. */
  readonly hasForm?: boolean
  /** Runs once the page is there. Never made from what anybody sent. */
  readonly script?: string
  /** Beside what all pages look like. */
  readonly style?: string
  /** Origins that may show it in a frame; nobody else may. */
  readonly frameAncestors?: readonly string[]
  readonly status?: number
}

export async function sendPage(reply: FastifyReply, page: Page) {
  const { title, body, language = 'en', goesOnTo, script, frameAncestors = [], status } = page
  const style = `${STYLE}${page.style ?? ''}`
  const text = html`<!doctype html>
<html lang="${language}">
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
${body}
</main>
${script === undefined ? null : html`<script>${new Html(script)}</script>`}
</body>
</html>
`
  if (frameAncestors.length === 0) reply.header('x-frame-options', 'DENY')
  return await reply
    .code(status ?? 200)
    .header('content-security-policy', policyOf(page, style))
    .type('text/html; charset=utf-8')
    .send(text.text)
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
