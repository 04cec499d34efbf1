/** The messages of all languages: the same ids, the same arguments, and the style of this product. */
import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, it } from 'vitest'
import { en } from '../../src/texts/en.ts'
import { LANGUAGES, textsFor } from '../../src/texts/languages.ts'
import { readerLocale } from '../../src/texts/reader-locale.ts'
import { type TextId, textsOf } from '../../src/texts/texts.ts'

type Part = ReturnType<IntlMessageFormat['getAst']>[number]

/** Such as `days plural` and `balance argument`, those within choices included. */
function argumentsIn(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => {
    const found = part as { type: number; value: string; options?: Record<string, { value: Part[] }> }
    const inside = Object.values(found.options ?? {}).flatMap(({ value }) => argumentsIn(value))
    const isArgument = found.type !== TYPES.literal && found.type !== TYPES.pound
    return isArgument ? [`${found.value} ${found.type}`, ...inside] : inside
  })
}
/** Of the parser. */
const TYPES = { literal: 0, pound: 7 }

const parsed = (message: string, language: string) => {
  return new IntlMessageFormat(message, language, undefined, { ignoreTag: true }).getAst()
}
const ids = Object.keys(en) as TextId[]
const others = Object.entries(LANGUAGES).filter(([language]) => language !== 'en')

describe.each(others)('the messages in %s', (language, messages) => {
  it('have the ids of the English ones, in the same order', () => {
    expect(Object.keys(messages)).toEqual(ids)
  })

  it('take the same arguments as the English ones', () => {
    const taken = (of: Record<string, string>, to: string) =>
      ids.map((id) => `${id}: ${[...new Set(argumentsIn(parsed(of[id]!, to)))].sort().join(', ')}`)
    expect(taken(messages, language)).toEqual(taken(en, 'en'))
  })

  it('are translated', () => {
    const same = ids.filter((id) => messages[id] === en[id] && /\b[a-z]{3,}\b/.test(en[id].replace(/\{[^}]*\}/g, '')))
    expect(same).toEqual([])
  })
})

describe.each(Object.entries(LANGUAGES))('every message in %s', (_language, messages) => {
  it.each([
    [
      'pleads, apologizes or blames',
      /\b(?:please|sorry|invalid|unfortunately|oops|bitte|leider|ungültig\w*|Entschuldigung)\b/i,
    ],
    ['shouts', /!/],
    ['names the product that runs behind the customer’s', /tollgate/i],
    ['has a minus that is a hyphen, or three dots', /(?:^|\s)-\d|\.\.\./],
  ])('does not match: %s', (_what, pattern) => {
    expect(Object.values(messages).filter((message) => pattern.test(message))).toEqual([])
  })

  it('contains no card number and asks for none, except test cards', () => {
    const others = Object.entries(messages).filter(([id]) => !id.startsWith('sandbox.'))
    expect(others.filter(([, message]) => /\bCVC|card number|Kartennummer\b/i.test(message))).toEqual([])
  })

  it('is a sentence if it is part of a notice', () => {
    const parts = Object.entries(messages).filter(([id]) => /^(?:notice|why|mail\.(?!open$))/.test(id))
    expect(parts.filter(([, message]) => !/[.}]$/.test(message))).toEqual([])
  })
})

describe('a text', () => {
  const english = textsFor('en-US')

  it.each<[locale: string, language: string, formatsLocale: string]>([
    ['de', 'de', 'de'],
    ['de-AT', 'de', 'de-AT'],
    ['en-GB', 'en', 'en-GB'],
    ['nl-NL', 'en', 'en-NL'],
    ['fr', 'en', 'en-FR'],
    ['zh-Hant-TW', 'en', 'en-TW'],
    ['xx', 'en', 'en-US'],
    ['de-a', 'en', 'en-US'],
    ['constructor', 'en', 'en-US'],
    ['', 'en', 'en-US'],
  ])('for a reader in %j is in %s, with the formats of %s', (locale, language, formatsLocale) => {
    expect(textsFor(locale)).toMatchObject({ language, locale: formatsLocale })
  })

  it('exists in every language', () => {
    expect(Object.keys(LANGUAGES).map(readerLocale)).toEqual(Object.keys(LANGUAGES))
  })

  it('chooses the plural', () => {
    expect([1, 2].map((days) => english.say('lasts.days', { days }))).toEqual(['about 1 day', 'about 2 days'])
    expect(textsFor('de').say('lasts.days', { days: 1 })).toBe('etwa 1 Tag')
  })

  it('requires its values: the compiler asks for them, and it throws without', () => {
    // @ts-expect-error -- two are missing
    expect(() => english.say('notice.low.title')).toThrow('balance')
    // @ts-expect-error -- one is missing
    expect(() => english.say('notice.low.title', { balance: '1' })).toThrow('duration')
    // @ts-expect-error -- a plural is chosen by a number
    english.say('lasts.days', { days: '1' })
    // @ts-expect-error -- it takes nothing
    english.say('action.resume', { card: 'Visa 4242' })
    // @ts-expect-error -- there is none
    expect(() => english.say('action.pay_twice')).toThrow()
  })

  it('inserts values as text, whatever they contain', () => {
    const brand = "<b>{last4}</b> '{brand}' # |"
    expect(english.say('card.named', { brand, last4: '4242' })).toBe(`${brand} 4242`)
  })

  it('of an invalid message throws', () => {
    const broken = { ...en, 'action.resume': '{unclosed' }
    expect(() => textsOf(broken, 'en').say('action.resume')).toThrow()
  })
})
