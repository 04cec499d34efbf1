/**
 * How amounts, dates and the like are written for one reader. Amounts are decimal strings, as the API and the ledger have
 * them, and go to `Intl` as they are: no float is between.
 */
import { formatMoney, type Micros, parseMoney } from '../core/money.ts'
import type { Texts } from './texts.ts'

export interface Reader {
  /** An IANA name, such as `Europe/Berlin`. */
  readonly timeZone: string
  /** Of the account. */
  readonly currency: string
  /** Where the reader's zone is not known to be this one, as in mail: moments name it. */
  readonly namesZone?: boolean
}

/** A decimal string such as `-12.340000`, or micros. */
export type Money = string | Micros

export interface Card {
  readonly brand: string
  readonly last4: string
}

export interface Formats {
  /** To the cent and never more than there is: -0.004 is −€0.01, and what is under a cent is said so. */
  balance(money: Money): string
  /** As stored: two decimals at least, six at most. */
  amount(money: Money): string
  /** The same, with a sign on what comes in too. */
  signed(money: Money): string
  /** To the cent, for what is a mean anyway. */
  about(money: Money): string
  /** Date and time of an RFC 3339 instant. */
  moment(instant: string): string
  /** The date that an instant falls on. */
  day(instant: string): string
  /** `2026-11-30`, which is the same day everywhere. */
  calendarDate(date: string): string
  /** The days of a half-open period, in a zone of its own where it has one; it names the zone. */
  period(from: string, to: string, timeZone: string | null): string
  /** Of whole per cent. */
  percent(percent: number): string
  /** `Visa 4242`; null: it is not known, or not for the reader to see. */
  card(card: Card | null): string
  /** Names, as in a sentence. */
  list(names: readonly string[]): string
}

/** As the networks write themselves, by the provider's code. */
export const CARD_BRANDS: Readonly<Record<string, string>> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
}

export function formatsFor(texts: Texts, { timeZone, currency, namesZone = false }: Reader): Formats {
  const { locale } = texts
  const numbers = (options: Intl.NumberFormatOptions) => {
    const format = new Intl.NumberFormat(locale, { style: 'currency', currency, ...options })
    return (money: Money) =>
      format
        .formatToParts(decimalOf(money) as Intl.StringNumericLiteral)
        // Most languages have a hyphen there, which is shorter than a plus and breaks lines.
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
  // `dateStyle` does not go with the name of a zone.
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

export function microsOf(money: Money): Micros {
  const micros = typeof money === 'string' ? parseMoney(money) : money
  if (micros === null) throw new TypeError('an amount is a decimal string')
  return micros
}
