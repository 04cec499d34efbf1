/** The texts of the charts: their summary sentences, names of parts, and amounts along an axis. */

import type { Schema } from '../../../src/api/client/client.ts'
import type { DateFormat } from '../format/dates.ts'
import { MS_PER_DAY } from '../format/days.ts'
import { compareDecimals, isBelow, signOf } from '../format/decimal.ts'
import { type MoneyFormat, write } from '../format/money.ts'
import type { TextId } from '../texts/ids.ts'
import type { Translate } from '../texts/texts.ts'
import type { BalanceHistory, Reading } from './geometry.ts'

export type UsageSummary = Schema<'UsageSummary'>
export type UsageBy = 'kind' | 'user' | 'destination'
type Used = UsageSummary['items'][number]

/** What a bar stands for. */
export interface Shown {
  readonly by: UsageBy
  /** A kind, a user's id, the name of a destination or an SKU. */
  readonly id: string
  /** As shown to people. */
  readonly name: string
}

/** The part of the reader's words that charts use. */
export interface ChartWords {
  readonly locale: string
  readonly t: Translate
  readonly dates: DateFormat
  money(currency: string): MoneyFormat
}

/** From here on an axis writes `€1.2M`. */
const COMPACT_FROM = '100000'

/** `Credit fell from €120.10 to €42.17 in 30 days, with 3 top-ups of €150.00 in all.` */
export function creditSentence(history: BalanceHistory, words: ChartWords): string {
  const { opening, closing, currency, top_ups: topUps } = history
  const [from, to] = [opening, closing].map((balance) => balanceText(balance, currency, words)) as [string, string]
  const direction = from === to ? 'stayed' : compareDecimals(closing, opening) < 0 ? 'fell' : 'rose'
  const added = words.money(currency).amount(topUps.added)
  return words.t(`charts.${direction}`, { from, to, days: daysOf(history), count: topUps.count, added })
}

/** `Calls used most: €31.20 of €52.10 in 30 days.` */
export function usageSentence(usage: UsageSummary, words: ChartWords): string {
  const { items, total, currency } = usage
  const values = { total: usedText(total.used, currency, words), days: daysOf(usage) }
  const [most] = items
  if (most === undefined || signOf(total.used) <= 0) return words.t('charts.usedInAll', values)
  const used = usedText(most.used, currency, words)
  if (most.id === null) return words.t('charts.nobodyMost', { ...values, used, by: usage.by })
  return words.t('charts.usedMost', { ...values, used, name: nameOf(most, usage.by, words) })
}

/** There never was any usage, or none in these days. */
export function nothingUsed(usage: UsageSummary, { t }: ChartWords): string {
  return usage.through_sequence === 0 ? t('charts.empty') : t('charts.nothingUsed', { days: daysOf(usage) })
}

/** A word for a kind, the name of a user, else the id itself. */
export function nameOf({ id, name }: Used, by: UsageSummary['by'], { t }: ChartWords): string {
  if (by === 'user') return name ?? id ?? t('charts.noUser')
  if (by === 'destination') return id ?? t('charts.noDestination')
  const known = `charts.kind.${id}`
  return t(isKind(known) ? known : 'charts.kind.other')
}

/** Rounded down; a small amount is not shown as zero. */
export function balanceText(decimal: string, currency: string, words: ChartWords): string {
  const money = words.money(currency)
  return money.balance(decimal) ?? words.t('money.less_than', { amount: money.cent })
}

/** Rounded to the cent; a small amount is not shown as zero. */
export function usedText(decimal: string, currency: string, words: ChartWords): string {
  const money = words.money(currency)
  if (signOf(decimal) > 0 && isBelow(decimal, '0.005')) return words.t('money.less_than', { amount: money.cent })
  return money.amount(decimal)
}

export function readingText({ of, balance }: Reading, currency: string, words: ChartWords): string {
  const when = 'date' in of ? dayText(of.date, words.locale) : words.dates.moment(of.at)
  return words.t('charts.reading', { when, balance: balanceText(balance, currency, words) })
}

/** Such as 14 Jul: a day in UTC, wherever the reader is. */
export function dayText(date: string, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' })
  return format.format(new Date(`${date}T00:00:00Z`))
}

/** Amounts along an axis, with as many digits as their step needs. */
export function tickTexts(ticks: readonly string[], currency: string, locale: string): string[] {
  const isCompact = ticks.some((tick) => !isBelow(tick.replace('-', ''), COMPACT_FROM))
  const places = ticks.some((tick) => tick.includes('.')) ? 2 : 0
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: isCompact ? 0 : places,
    maximumFractionDigits: isCompact ? 1 : places,
    notation: isCompact ? 'compact' : 'standard',
  })
  return ticks.map((tick) => write(format, tick))
}

function daysOf({ from, to }: { from: string; to: string }): number {
  return (Date.parse(to) - Date.parse(from)) / MS_PER_DAY
}

const KINDS: readonly string[] = [
  'charts.kind.call',
  'charts.kind.toll_free',
  'charts.kind.sms',
  'charts.kind.mms',
  'charts.kind.whatsapp',
  'charts.kind.conversation_intelligence',
  'charts.kind.voice_agent',
  'charts.kind.other',
] satisfies TextId[]

function isKind(id: string): id is TextId {
  return KINDS.includes(id)
}
