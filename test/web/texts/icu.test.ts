/** Messages of the page: the supported part of ICU, that both languages match, and that mail says the same. */
import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, it } from 'vitest'
import { de } from '../../../src/texts/de.ts'
import { en } from '../../../src/texts/en.ts'
import { formatMessage, type MessageValues, namesIn, parseMessage } from '../../../web/src/texts/icu.ts'
import type { TextId, Texts } from '../../../web/src/texts/ids.ts'
import { loadTexts } from '../../../web/src/texts/texts.ts'

const ENGLISH = await allTexts('en')
const GERMAN = await allTexts('de-AT')

async function allTexts(locale: string): Promise<Texts> {
  const areas = ['page', 'history', 'charts', 'export', 'movements', 'movement'] as const
  return Object.assign({}, ...(await Promise.all(areas.map((area) => loadTexts(locale, area)))))
}

const DAYS = '{count, plural, =0 {none} one {# day} other {# days}} of {name}'

describe('a message', () => {
  it.each<[text: string, values: MessageValues, locale: string, written: string]>([
    ['plain', {}, 'en', 'plain'],
    ['{a} and {b}', { a: 'x', b: '{y}' }, 'en', 'x and {y}'],
    ['{a, number}', { a: 1234 }, 'de', '1.234'],
    [DAYS, { count: 0, name: 'it' }, 'en', 'none of it'],
    [DAYS, { count: 1, name: 'it' }, 'en', '1 day of it'],
    [DAYS, { count: 1234, name: 'it' }, 'en', '1,234 days of it'],
    [DAYS, { count: 1234, name: 'it' }, 'de', '1.234 days of it'],
    ['{r, select, a {A {x}} other {?}}', { r: 'a', x: 1 }, 'en', 'A 1'],
    ['{r, select, a {A} other {?}}', { r: 'z' }, 'en', '?'],
    ['# {n, plural, other {{r, select, other {#}}}}', { n: 2, r: '' }, 'en', '# 2'],
  ])('%j with %j in %s is %j', (text, values, locale, written) => {
    expect(formatMessage(parseMessage(text), values, locale)).toBe(written)
  })

  it.each(['{', '}', '{a', '{a, date}', '{a, plural, one {x}}', '{, plural, other {}}', '{a, select, other x}'])(
    '%j is refused',
    (text) => {
      expect(() => parseMessage(text)).toThrow(SyntaxError)
    },
  )

  it('is not formatted without its values', () => {
    expect(() => formatMessage(parseMessage('{a}'), {}, 'en')).toThrow('no value for {a}')
  })
})

describe.each(Object.keys(ENGLISH) as TextId[])('%s', (id) => {
  it('takes the same values in both languages', () => {
    expect(namesIn(parseMessage(GERMAN[id]!))).toEqual(namesIn(parseMessage(ENGLISH[id]!)))
  })

  it('follows the product’s style', () => {
    for (const text of [ENGLISH[id]!, GERMAN[id]!]) {
      expect(text).not.toMatch(/tollgate/i)
      expect(text).not.toMatch(/\b(please|sorry|invalid|oops)\b|!/i)
      expect(text).toBe(text.trim())
    }
  })
})

describe.each(Object.keys(en) as (keyof typeof en)[])('%s of the catalogue', (id) => {
  it.each([
    ['en-US', en[id]],
    ['de-DE', de[id]],
  ])('is the same on the page as in mail, in %s', (locale, text) => {
    for (const count of [0, 1, 2, 1234]) {
      const names = [...namesIn(parseMessage(text))]
      // A plural is selected by a number; all other values are formatted text.
      const isNumber = (name: string) => new RegExp(`\\{${name}, (plural|number)`).test(text)
      const values = Object.fromEntries(names.map((name) => [name, isNumber(name) ? count : `<${name}>`]))
      const said = new IntlMessageFormat(text, locale, undefined, { ignoreTag: true }).format(values)
      expect(formatMessage(parseMessage(text), values, locale)).toBe(said)
    }
  })
})
