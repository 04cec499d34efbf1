/** What a notice says: its first sentence is the title. One function a key, given the figures of that key and nothing else. */
import { signOf } from '../format/decimal.ts'
import type { MoneyFormat } from '../format/money.ts'
import type { Words } from '../texts/words.tsx'
import type { Notice, NoticeOf } from './data.ts'
import { cardName, type DaysLeft, daysPhrase, whyPhrase } from './wording.ts'

export interface NoticeWords {
  readonly title: string
  /** Sentences. */
  readonly body: readonly string[]
}

type Wording<Key extends Notice['key']> = (
  figures: NoticeOf<Key>['figures'],
  words: Words,
  money: MoneyFormat,
) => { title: string; body: readonly (string | null)[] }

export function noticeWords(notice: Notice, words: Words, currency: string): NoticeWords {
  // Of the same key, which the compiler cannot follow through a table.
  const wording = WORDINGS[notice.key] as Wording<Notice['key']>
  const { title, body } = wording(notice.figures, words, words.money(currency))
  return { title, body: body.filter((sentence) => sentence !== null) }
}

/** A balance just above zero is less than a cent. */
export function shownBalance(balance: string, { t }: Words, money: MoneyFormat): string {
  return money.balance(balance) ?? t('balance.lessThan', { cent: money.cent })
}

const WORDINGS: { readonly [Key in Notice['key']]: Wording<Key> } = {
  exhausted: (figures, words, money) => ({
    title: words.t('notice.exhausted.title'),
    body: exhaustedBody(figures, words, money),
  }),
  exhausted_and_paused: (figures, words, money) => {
    const card = cardName(figures.card, words)
    const declined =
      card === null ? words.t('notice.exhausted.declinedUnnamed') : words.t('notice.exhausted.declined', { card })
    return {
      title: words.t('notice.exhausted.title'),
      body: [declined, whyPhrase(figures.why, words), ...exhaustedBody(figures, words, money)],
    }
  },
  never_topped_up: (_figures, { t }) => ({ title: t('notice.never_topped_up.title'), body: [] }),
  approve: ({ amount, until }, { t, dates }, money) => ({
    title: t('notice.approve.title', { amount: money.amount(amount), time: dates.moment(until) }),
    body: [],
  }),
  paused: (figures, words) => ({
    title: words.t('notice.paused.title'),
    body: [...whyPaused(figures, words), words.t('notice.paused.act'), lastsUntil(figures.lasts_until, words)],
  }),
  taken_back: ({ reason, amount, paid_at }, { t, dates }, money) => ({
    title: t('notice.taken_back.title'),
    body: [t('notice.taken_back.text', { reason, amount: money.amount(amount), date: dates.day(paid_at) })],
  }),
  expired: ({ card }, words) => ({
    title: words.t('notice.expired.title', { card: nameOf(card, words) }),
    body: [words.t('notice.expiry.text')],
  }),
  expiring: ({ card, expires_on }, words) => ({
    title: words.t('notice.expiring.title', {
      card: nameOf(card, words),
      date: words.dates.calendarDate(expires_on),
    }),
    body: [words.t('notice.expiry.text')],
  }),
  no_method: (_figures, { t }) => ({ title: t('notice.no_method.title'), body: [t('notice.no_method.text')] }),
  cap: ({ spent, cap, until, lasts_until }, words, money) => ({
    title: words.t('notice.cap.title', { spent: money.amount(spent), cap: money.amount(cap) }),
    body: [words.t('notice.cap.text', { date: words.dates.moment(until) }), lastsUntil(lasts_until, words)],
  }),
  cap_nearly_used: ({ spent, cap, percent }, { t }, money) => ({
    title: t('notice.cap_nearly_used.title', { percent }),
    body: [t('notice.cap_nearly_used.text', { spent: money.amount(spent), cap: money.amount(cap) })],
  }),
  day_limit: ({ until, limit, lasts_until }, { t, dates }) => ({
    title: t('notice.day_limit.title', { time: dates.moment(until), limit }),
    body: [
      lasts_until === null ? null : t('notice.day_limit.lasts', { day: dates.day(lasts_until) }),
      t('notice.day_limit.check'),
    ],
  }),
  failed: ({ amount, why, next_try }, words, money) => ({
    title: words.t('notice.failed.title', { amount: money.amount(amount) }),
    body: [
      whyPhrase(why, words),
      words.t('notice.failed.text'),
      next_try === null
        ? words.t('notice.failed.due')
        : words.t('notice.failed.next', {
            number: next_try.number,
            ofTries: next_try.of_tries,
            time: words.dates.moment(next_try.at),
          }),
    ],
  }),
  low: runningLow,
  custom: runningLow,
  small: ({ amount, average, week }, { t }, money) => ({
    title: t('notice.small.title'),
    body: [
      t('notice.small.text', {
        amount: money.amount(amount),
        average: money.amount(average),
        week: money.amount(week),
      }),
    ],
  }),
  closed: ({ closed_at }, { t, dates }) => ({
    title: t('notice.closed.title', { date: dates.day(closed_at) }),
    body: [t('notice.closed.text')],
  }),
  checking: ({ amount }, { t }, money) => ({
    title: t('notice.checking.title', { amount: money.amount(amount) }),
    body: [t('notice.checking.text')],
  }),
  processing: ({ amount }, { t }, money) => ({
    title: t('notice.processing.title', { amount: money.amount(amount) }),
    body: [t('notice.processing.text')],
  }),
  off: (figures, words, money) => {
    const days = daysPhrase(figures, words)
    const balance = shownBalance(figures.balance, words, money)
    return {
      title: words.t('notice.off.title'),
      body: [days === null ? null : words.t('notice.off.text', { balance, days })],
    }
  },
  added: ({ kind, amount, balance, calls_work_again_since }, words, money) => {
    const { t, dates } = words
    return {
      title: t(kind === 'top_up' ? 'notice.added.title' : 'notice.added.back', { amount: money.amount(amount) }),
      body: [
        t('notice.added.text', { balance: shownBalance(balance, words, money) }),
        calls_work_again_since === null
          ? null
          : t('notice.added.calls', { time: dates.moment(calls_work_again_since) }),
      ],
    }
  },
}

function exhaustedBody(
  { blocked_since, owed, open_payment }: NoticeOf<'exhausted'>['figures'],
  { t, dates }: Words,
  money: MoneyFormat,
): (string | null)[] {
  return [
    t('notice.exhausted.blocked', { time: dates.moment(blocked_since) }),
    signOf(owed) === 0 ? t('notice.exhausted.nothingOwed') : t('notice.exhausted.owed', { owed: money.amount(owed) }),
    open_payment === null ? null : t('notice.exhausted.open', { amount: money.amount(open_payment) }),
  ]
}

function whyPaused({ card, reason, why, since }: NoticeOf<'paused'>['figures'], words: Words): (string | null)[] {
  const { t, dates } = words
  const time = dates.moment(since)
  const name = cardName(card, words)
  if (name !== null && why !== null) return [t('notice.paused.declined', { card: name, time }), whyPhrase(why, words)]
  if (reason === 'canceled') return [t('notice.paused.canceled', { time })]
  return [t('notice.paused.since', { time }), reason === 'restored' ? t('notice.paused.restored') : null]
}

function runningLow(figures: DaysLeft & { readonly balance: string }, words: Words, money: MoneyFormat) {
  const balance = shownBalance(figures.balance, words, money)
  const days = daysPhrase(figures, words)
  const { t } = words
  return {
    title: days === null ? t('notice.low.titleOnly', { balance }) : t('notice.low.title', { balance, days }),
    body: [t('notice.low.text')],
  }
}

function lastsUntil(instant: string | null, { t, dates }: Words): string | null {
  return instant === null ? null : t('notice.lastsUntil', { day: dates.day(instant) })
}

/** Of a notice that members do not see, so there is a card to see. */
function nameOf(card: NoticeOf<'expired'>['figures']['card'], words: Words): string {
  return cardName(card, words) ?? words.t('payments.card')
}
