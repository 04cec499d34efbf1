/** The texts of the mails, word for word, for admins and for other contacts. */
import { describe, expect, it } from 'vitest'
import { MAIL_KINDS } from '../../src/core/mail/mail.ts'
import { textsFor } from '../../src/texts/languages.ts'
import { type MailContent, mailText } from '../../src/texts/mail-text.ts'
import { MAIL_EXAMPLES } from './mail-examples.ts'

const READER = { timeZone: 'Europe/Berlin', currency: 'EUR', card: { brand: 'visa', last4: '4242' }, admins: ['Ana'] }

const said = (content: MailContent, isAdmin: boolean, locale: string) => {
  const { title, paragraphs } = mailText(textsFor(locale), content, { ...READER, isAdmin })
  return [title, ...paragraphs].map((text) => text.replace(/[\u00a0\u2009\u202f]/g, ' '))
}

describe('the mails', () => {
  it('have an example of every kind', () => {
    expect(new Set(MAIL_EXAMPLES.map(({ kind }) => kind))).toEqual(new Set(MAIL_KINDS))
  })

  it.each(['en-US', 'de-DE'])('in %s have these texts for admins', (locale) => {
    expect(MAIL_EXAMPLES.map((content) => [content.kind, ...said(content, true, locale)].join('\n'))).toMatchSnapshot()
  })

  it('show other contacts no card and no reason, and whom to ask', () => {
    for (const locale of ['en-US', 'de-DE']) {
      const all = MAIL_EXAMPLES.map((content) => said(content, false, locale).join('\n')).join('\n')
      expect(all).not.toMatch(
        /Visa|4242|funds|Deckung|gave no reason|nannte|lässt keine|allow charges|another card|andere Karte/,
      )
      expect(all).toMatch(/Ana\./)
    }
  })

  it('have no unfilled placeholder, for any reader and language', () => {
    for (const locale of ['en-US', 'de-DE', 'fr-FR', 'de-AT']) {
      for (const isAdmin of [true, false]) {
        for (const content of MAIL_EXAMPLES) {
          const all = said(content, isAdmin, locale)
          for (const text of all) expect(text).toMatch(/^[\p{Lu}\p{N}€−].*\.$/u)
          expect(all.join(' ')).not.toMatch(/[{}]|undefined|(?<!Bei |über )\bnull\b|NaN|Invalid|\.\.|_| {2}/)
        }
      }
    }
  })
})
