/**
 * How amounts, dates and other values are written for a reader. Amounts are decimal strings, as in the API and the
 * ledger, and go to `Intl` as strings, so no float is involved.
 */
import { formatMoney, type Micros, parseMoney } from '../core/money.ts'
import type { Texts } from './texts.ts'

export interface Reader {
  /** An IANA name, such as `Europe/Berlin`. */
  readonly timeZone: string
  /** The account's currency. */
  readonly currency: string
  /** Times name their zone, because it may not be the reader's, as in mail. */
  readonly namesZone?: boolean
}

/** A decimal string such as `-12.340000`, or micros. */
export type Money = string | Micros

export interface Card {
  readonly brand: string
  readonly last4: string
}

export interface Formats {
  /** Rounded down to the cent: -0.004 is −€0.01. Less than a cent is written as such. */
  balance(money: Money): string
  /** Exact: at least two decimals, at most six. */
  amount(money: Money): string
  /** As `amount`, with a plus sign on positive amounts. */
  signed(money: Money): string
  /** Rounded to the cent, for averages. */
  about(money: Money): string
  /** The date and time of an RFC 3339 instant. */
  moment(instant: string): string
  /** The date of an instant. */
  day(instant: string): string
  /** A date such as `2026-11-30`, independent of time zones. */
  calendarDate(date: string): string
  /** The days of a half-open period, in `timeZone` if given; the zone is named. */
  period(from: string, to: string, timeZone: string | null): string
  /** A whole number of per cent. */
  percent(percent: number): string
  /** `Visa 4242`; null if the card is unknown or not shown to the reader. */
  card(card: Card | null): string
  /** Names joined by "or", within a sentence. */
  list(names: readonly string[]): string
}

/** Names of card networks as they write them, by the provider's code. */
export const CARD_BRANDS: Readonly<Record<string, string>> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
}

/** The formats of a reader, in the language of the texts. */
export function formatsFor(texts: Texts, { timeZone, currency, namesZone = false }: Reader): Formats {
  const { locale } = texts
  const numbers = (options: Intl.NumberFormatOptions) => {
    const format = new Intl.NumberFormat(locale, { style: 'currency', currency, ...options })
    return (money: Money) =>
      format
        .formatToParts(decimalOf(money) as Intl.StringNumericLiteral)
        // Most languages use a hyphen, which is narrower than a plus and allows a line break.
        .map(({ type, value }) => (type === 'minusSign' ? '−' : value))
        .join('')
  }
  const floored = numbers({ roundingMode: 'floor', minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const stored = { minimumFractionDigits: 2, maximumFractionDigits: 6 } as const
  const dates = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, options)
    return (instant: string) => format.format(new Date(instant))
  }
  const moments = dates({ dateStyle: 'medium', timeStyle: 'short', timeZone })
  // `dateStyle` cannot be combined with a time zone name.
  const zones = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' })
  const zoneAt = (instant: string) =>
    zones.formatToParts(new Date(instant)).find(({ type }) => type === 'timeZoneName')?.value ?? timeZone
  const percents = new Intl.NumberFormat(locale, { style: 'percent' })
  const lists = new Intl.ListFormat(locale, { type: 'disjunction' })
  return {
    balance(money) {
      const micros = microsOf(money)
      const isUnderACent = micros > 0n && micros < CENT_MICROS
      return isUnderACent ? texts.say('money.less_than', { amount: floored(CENT_MICROS) }) : floored(money)
    },
    amount: numbers(stored),
    signed: numbers({ ...stored, signDisplay: 'exceptZero' }),
    about: numbers({ minimumFractionDigits: 2, maximumFractionDigits: 2 }),
    moment: (instant) => (namesZone ? `${moments(instant)} ${zoneAt(instant)}` : moments(instant)),
    day: dates({ dateStyle: 'medium', timeZone }),
    calendarDate: dates({ dateStyle: 'medium', timeZone: 'UTC' }),
    period(from, to, ownZone) {
      const zone = ownZone ?? timeZone
      const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: zone })
      return `${format.formatRange(new Date(from), new Date(Date.parse(to) - 1))} (${zone})`
    },
    percent: (percent) => percents.format(percent / 100),
    card: (card) =>
      card === null
        ? texts.say('card.unnamed')
        : texts.say('card.named', { brand: CARD_BRANDS[card.brand] ?? card.brand, last4: card.last4 }),
    list: (names) => lists.format(names),
  }
}

const CENT_MICROS = 10_000n

function decimalOf(money: Money): string {
  return typeof money === 'string' ? money : formatMoney(money)
}

/** The amount in micros. Throws `TypeError` for an invalid decimal. */
export function microsOf(money: Money): Micros {
  const micros = typeof money === 'string' ? parseMoney(money) : money
  if (micros === null) throw new TypeError('an amount is a decimal string')
  return micros
}
