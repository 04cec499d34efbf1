/** Lays out a mail: the same words as plain text and as HTML without images, scripts or external resources. */
import type { MailKind } from '../core/mail/mail.ts'
import { Html, html } from '../platform/html.ts'
import type { MailText } from '../texts/mail-text.ts'
import type { Texts } from '../texts/texts.ts'
import type { MailSender } from './settings.ts'

export interface Letter {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/**
 * Where the button of a mail leads: to the dashboard, with `open=export` for a mail about an export (docs/BILLING-PAGE.md).
 * It never links to the billing page or a file directly, because only the dashboard knows who is signed in.
 */
export function addressFor(kind: MailKind, dashboardUrl: string | null): string | null {
  if (dashboardUrl === null || (kind !== 'export_ready' && kind !== 'export_failed')) return dashboardUrl
  const url = new URL(dashboardUrl)
  url.searchParams.set('open', 'export')
  return url.href
}

/** Lays out a worded mail as subject, plain text and HTML. */
export function letterOf(texts: Texts, { title, paragraphs }: MailText, sender: MailSender, accountId: string): Letter {
  const { product, seller, dashboardUrl, isSandbox } = sender
  const sandbox = isSandbox ? [texts.say('mail.sandbox')] : []
  const unlinked = dashboardUrl === null ? [texts.say('mail.open_without_link', { product })] : []
  const footer = [
    texts.say('mail.footer', { account: accountId, product }),
    ...(seller === null ? [] : [texts.say('mail.seller', { seller })]),
  ]
  const body = [...paragraphs, ...unlinked]
  const link = dashboardUrl === null ? [] : [`${texts.say('mail.open')}: ${dashboardUrl}`]
  return {
    subject: title.replace(/\.$/, ''),
    text: `${[...sandbox, title, ...body, ...link, `-- \n${footer.join('\n')}`].join('\n\n')}\n`,
    html: page(texts, { title, body, sandbox, footer }, sender).text,
  }
}

interface Shown {
  readonly title: string
  readonly body: readonly string[]
  readonly sandbox: readonly string[]
  readonly footer: readonly string[]
}

/** Styles are inline, as many mail readers drop style sheets. Readers that support dark mode support this style sheet. */
const DARK = `@media (prefers-color-scheme: dark) {
.page { background: #0e0f11 !important }
.card { background: #17181b !important; border-color: #2c2e33 !important; color: #ededef !important }
.muted { color: #a1a1aa !important }
.sandbox { background: #261d0b !important; color: #f5c04e !important }
}`

const TRUSTED_DARK = new Html(DARK)

const FONT = new Html(`font-family: system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif`)

function page(
  texts: Texts,
  { title, body, sandbox, footer }: Shown,
  { product, dashboardUrl, brandColor }: MailSender,
) {
  const paragraph = (text: string) =>
    html`<p style="margin: 0 0 16px; font-size: 16px; line-height: 24px">${text}</p>\n`
  const muted = (text: string) =>
    html`<p class="muted" style="margin: 0; font-size: 12px; line-height: 18px; color: #52525b">${text}</p>\n`
  const button = (url: string) =>
    html`<p style="margin: 24px 0 8px"><a href="${url}" style="display: inline-block; padding: 10px 20px; border-radius: 8px; background: ${brandColor}; color: ${textOn(brandColor)}; font-size: 16px; line-height: 24px; font-weight: 600; text-decoration: none">${texts.say('mail.open')}</a></p>\n`
  const label = (text: string) =>
    html`<p class="sandbox" style="display: inline-block; margin: 0 0 16px; padding: 4px 8px; border-radius: 8px; background: #fff8e6; color: #8a4b08; font-size: 12px; line-height: 16px">${text}</p>\n`
  return html`<!doctype html>
<html lang="${texts.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${title}</title>
<style>${TRUSTED_DARK}</style>
</head>
<body class="page" style="margin: 0; padding: 0; background: #f7f7f8">
<div class="page" style="padding: 24px 16px; background: #f7f7f8; ${FONT}">
<div class="card" style="max-width: 560px; margin: 0 auto; padding: 24px; border: 1px solid #e4e4e7; border-radius: 12px; background: #ffffff; color: #18181b">
<p class="muted" style="margin: 0 0 16px; font-size: 14px; line-height: 20px; font-weight: 600; color: #52525b">${product}</p>
${sandbox.map(label)}<h1 style="margin: 0 0 16px; font-size: 20px; line-height: 28px; font-weight: 600">${title}</h1>
${body.map(paragraph)}${dashboardUrl === null ? null : button(dashboardUrl)}</div>
<div style="max-width: 560px; margin: 16px auto 0; padding: 0 24px">
${footer.map(muted)}</div>
</div>
</body>
</html>
`
}

/** Black or white, whichever has the higher contrast on the colour (WCAG 2). `color`: `#rrggbb`. */
export function textOn(color: string): '#ffffff' | '#000000' {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  const luminance = 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#000000'
}
