/** A mail as it is read: the same words as text and as HTML, with one link and nothing from elsewhere. */
import { describe, expect, it } from 'vitest'
import type { MailKind } from '../../src/core/mail/mail.ts'
import { addressFor, letterOf, textOn } from '../../src/mail/letter.ts'
import type { MailSender } from '../../src/mail/settings.ts'
import { textsFor } from '../../src/texts/languages.ts'
import { mailText } from '../../src/texts/mail-text.ts'
import { MAIL_EXAMPLES } from '../texts/mail-examples.ts'

const SENDER: MailSender = {
  address: 'billing@phone.example',
  product: 'Phone & <Co>',
  seller: 'Phone Ltd',
  dashboardUrl: 'https://phone.example/billing?a=1&b=2',
  brandColor: '#1f5fd6',
  isSandbox: true,
}
const READER = {
  timeZone: 'UTC',
  currency: 'EUR',
  card: { brand: 'visa', last4: '4242' },
  admins: ['Ana'],
  isAdmin: true,
}

const letters = (sender: Partial<MailSender> = {}, locale = 'en-US') =>
  MAIL_EXAMPLES.map((content) => {
    const words = mailText(textsFor(locale), content, READER)
    return { words, letter: letterOf(textsFor(locale), words, { ...SENDER, ...sender }, 'acme') }
  })

/** What a reader of the HTML sees, without its style sheet. */
const shown = (html: string) =>
  html
    .replace(/<(style|title)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')

describe('a letter', () => {
  it('has the same content as text and as HTML', () => {
    for (const { words, letter } of letters()) {
      for (const part of [words.title, ...words.paragraphs]) {
        expect(letter.text).toContain(part)
        expect(shown(letter.html)).toContain(part.replace(/\s+/g, ' '))
      }
      expect(letter.subject).toBe(words.title.slice(0, -1))
    }
  })

  it('has one link, to the dashboard, and loads no resources', () => {
    for (const { letter } of letters()) {
      expect(letter.html.match(/https?:[^"'\s<]*/g)).toEqual(['https://phone.example/billing?a=1&amp;b=2'])
      expect(letter.html).not.toMatch(/<(?:img|script|link|iframe|table)|url\(|@import|\son\w+=/i)
      expect(letter.text.match(/https?:\S*/g)).toEqual([SENDER.dashboardUrl])
    }
  })

  it('escapes foreign text', () => {
    for (const { letter } of letters()) {
      expect(letter.html).not.toContain('<Co>')
      expect(letter.html).toContain('Phone &amp; &lt;Co&gt;')
    }
  })

  it('names neither the software behind the product nor any card but one', () => {
    for (const { letter } of letters()) {
      expect(`${letter.subject} ${letter.text} ${letter.html}`).not.toMatch(/tollgate|\d{13,19}/i)
    }
  })

  it('says where to go if there is no link, and names the seller if there is one', () => {
    const [first] = letters({ dashboardUrl: null, seller: null, isSandbox: false })
    expect(first!.letter.text).toContain('Open Billing in Phone & <Co> to act on it.')
    expect(first!.letter.html).not.toMatch(/<a |Phone Ltd|Sandbox/)
  })

  it('is in the language of its words', () => {
    expect(letters({}, 'de-AT')[0]!.letter.html).toContain('<html lang="de">')
  })
})

describe('the link of a mail', () => {
  it.each<[kind: MailKind, dashboardUrl: string | null, leadsTo: string | null]>([
    ['low', 'https://phone.example/billing', 'https://phone.example/billing'],
    ['export_ready', 'https://phone.example/billing', 'https://phone.example/billing?open=export'],
    ['export_failed', 'https://phone.example/billing?a=1', 'https://phone.example/billing?a=1&open=export'],
    ['export_ready', 'https://phone.example/#/billing', 'https://phone.example/?open=export#/billing'],
    ['export_ready', null, null],
  ])('about %s, of %s, leads to %s', (kind, dashboardUrl, leadsTo) => {
    expect(addressFor(kind, dashboardUrl)).toBe(leadsTo)
  })
})

describe('the text on a button', () => {
  it.each([
    ['#1f5fd6', '#ffffff'],
    ['#000000', '#ffffff'],
    ['#ffffff', '#000000'],
    ['#ffd400', '#000000'],
    ['#067647', '#ffffff'],
  ])('of %s is %s', (color, text) => {
    expect(textOn(color)).toBe(text)
  })
})
