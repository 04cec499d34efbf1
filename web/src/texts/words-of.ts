/** Words and formats for one reader. */
import type { Texts as Catalogue } from '../../../src/texts/texts.ts'
import { type DateFormat, dateFormat } from '../format/dates.ts'
import { type MoneyFormat, moneyFormat } from '../format/money.ts'
import type { TextId, Texts } from './ids.ts'
import { type Translate, translator } from './texts.ts'

export interface Words {
  readonly locale: string
  readonly t: Translate
  /** The same words, in the form that the shared catalogue's functions take. */
  readonly catalogue: Catalogue
  readonly timeZone: string
  readonly dates: DateFormat
  now(): Date
  money(currency: string): MoneyFormat
  /** Such as `a, b and c`. */
  list(items: readonly string[]): string
}

export interface WordsOptions {
  readonly locale: string
  /** Default: the reader's own. */
  readonly timeZone?: string | undefined
  readonly now?: () => Date
}

export function wordsOf(texts: Texts, { locale, timeZone, now = () => new Date() }: WordsOptions): Words {
  const list = new Intl.ListFormat(locale, { type: 'conjunction' })
  const byCurrency = new Map<string, MoneyFormat>()
  const t = translator(texts, locale)
  const zone = timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone
  return {
    locale,
    t,
    catalogue: { language: locale, locale, say: (id, ...[values]) => t(id as TextId, values) },
    timeZone: zone,
    dates: dateFormat(locale, { timeZone, now }),
    now,
    money(currency) {
      const known = byCurrency.get(currency) ?? moneyFormat(locale, currency)
      byCurrency.set(currency, known)
      return known
    },
    list: (items) => list.format(items),
  }
}
