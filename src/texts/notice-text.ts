/**
 * The text of each notice, from its form in the API: a title, which is its first sentence, more sentences, and labels
 * of actions. Members see no card, no reason and no button, but whom to ask.
 */
import type { components } from '../api/client/types.ts'
import type { NoticeRole } from '../core/notices/notice.ts'
import { type Formats, formatsFor, microsOf, type Reader } from './formats.ts'
import type { TextId, Texts } from './texts.ts'

export type ShownNotice = components['schemas']['Notice']
type NoticeKey = ShownNotice['key']
type FiguresOf<Key extends NoticeKey> = Extract<ShownNotice, { key: Key }>['figures']
export type NoticeAction = ShownNotice['actions'][number]

export interface NoticeReader extends Reader {
  readonly role: NoticeRole
}

export interface NoticeText {
  readonly title: string
  /** Empty if the title says everything. */
  readonly body: string
  /** The first action is the button. */
  readonly actions: readonly { readonly action: NoticeAction; readonly label: string }[]
}

/** What wording depends on. */
export interface Wording {
  readonly texts: Texts
  readonly formats: Formats
  readonly isMember: boolean
}

/** The title and more sentences; null ones are left out. */
type Sentences = readonly [title: string, ...body: (string | null)[]]

/** The text of a notice for one reader. */
export function noticeText(texts: Texts, notice: ShownNotice, { role, ...reader }: NoticeReader): NoticeText {
  const formats = formatsFor(texts, reader)
  const isMember = role === 'member'
  // The entry and the figures have the same key, which the compiler cannot see.
  const word = WORDS[notice.key] as (figures: ShownNotice['figures'], wording: Wording) => Sentences
  const [title, ...body] = word(notice.figures, { texts, formats, isMember })
  const names = notice.ask_admins
  const ask = isMember && names.length > 0 ? texts.say('list.ask_admins', { names: formats.list(names) }) : null
  return {
    title: capitalized(title, texts),
    body: sentences([...body, ask], texts),
    actions: isMember ? [] : notice.actions.map((action) => ({ action, label: texts.say(`action.${action}`) })),
  }
}

/** The sentences that are not null, joined. */
export function sentences(all: readonly (string | null)[], texts: Texts): string {
  return all
    .filter((sentence) => sentence !== null)
    .map((sentence) => capitalized(sentence, texts))
    .join(' ')
}

/** A sentence may start with an amount, which may start with a word. */
function capitalized(sentence: string, { locale }: Texts): string {
  return sentence.slice(0, 1).toLocaleUpperCase(locale) + sentence.slice(1)
}

const WORDS: { readonly [Key in NoticeKey]: (figures: FiguresOf<Key>, wording: Wording) => Sentences } = {
  exhausted: (figures, wording) => [wording.texts.say('notice.exhausted.title'), ...blocked(figures, wording)],

  exhausted_and_paused: (figures, wording) => [
    wording.texts.say('notice.exhausted.title'),
    ...(figures.why === null
      ? [wording.texts.say('notice.exhausted.paused'), reasonOf(figures.reason, wording.texts)]
      : declined(figures, wording)),
    ...blocked(figures, wording),
    otherCard(figures, wording),
  ],

  never_topped_up: (_, { texts }) => [texts.say('notice.never_topped_up.title')],

  approve: ({ amount, until }, { texts, formats }) => [
    texts.say('notice.approve.title', { amount: formats.amount(amount), time: formats.moment(until) }),
  ],

  paused: (figures, wording) => [
    wording.texts.say('notice.paused.title'),
    ...pausedBecause(figures, wording),
    lastsUntil(figures.lasts_until, wording),
  ],

  taken_back: ({ reason, amount, paid_at: paidAt, ...figures }, wording) => [
    wording.texts.say('notice.paused.title'),
    takenBack(reason, amount, paidAt, wording),
    wording.texts.say('notice.paused.until_resumed'),
    otherCard(figures, wording),
  ],

  expired: ({ card }, { texts, formats }) => [
    texts.say('notice.expired.title', { card: formats.card(card) }),
    texts.say('notice.expiry.body'),
  ],

  expiring: ({ card, expires_on: expiresOn }, { texts, formats }) => [
    texts.say('notice.expiring.title', { card: formats.card(card), date: formats.calendarDate(expiresOn) }),
    texts.say('notice.expiry.body'),
  ],

  no_method: ({ saved_methods: saved }, { texts }) => [
    texts.say(saved === 0 ? 'notice.no_method.title' : 'notice.no_method.not_chosen'),
    texts.say('notice.no_method.body'),
  ],

  cap: ({ spent, cap, until, lasts_until: day }, wording) => [
    wording.texts.say('notice.cap.title', capOf(spent, cap, wording)),
    wording.texts.say('notice.cap.waits', { time: wording.formats.moment(until) }),
    lastsUntil(day, wording),
  ],

  cap_nearly_used: ({ spent, cap, percent }, wording) => [
    wording.texts.say('notice.cap_nearly_used.title', { percent: wording.formats.percent(percent) }),
    wording.texts.say('notice.cap_nearly_used.body', capOf(spent, cap, wording)),
  ],

  day_limit: ({ until, limit, lasts_until: day }, { texts, formats }) => [
    texts.say('notice.day_limit.title', { time: formats.moment(until), limit }),
    day === null ? null : texts.say('lasts.until', { day: formats.day(day) }),
    texts.say('notice.day_limit.check'),
  ],

  failed: ({ amount, why, next_try: next }, { texts, formats }) => [
    texts.say('notice.failed.title', { amount: formats.amount(amount) }),
    whyText(why, texts),
    texts.say('notice.failed.nothing_taken'),
    nextTryText(next, { texts, formats }),
  ],

  low: lowText,
  custom: lowText,

  small: ({ amount, average, week }, { texts, formats }) => [
    texts.say('notice.small.title'),
    texts.say('notice.small.body', {
      average: formats.about(average),
      amount: formats.amount(amount),
      week: formats.amount(week),
    }),
  ],

  closed: ({ closed_at: closedAt }, { texts, formats }) => [
    texts.say('notice.closed.title', { date: formats.day(closedAt) }),
    texts.say('notice.closed.body'),
  ],

  checking: ({ amount }, { texts, formats, isMember }) => [
    texts.say('notice.checking.title', { amount: formats.amount(amount) }),
    texts.say(isMember ? 'notice.checking.member' : 'notice.checking.body'),
  ],

  processing: ({ amount }, { texts, formats }) => [
    texts.say('notice.processing.title', { amount: formats.amount(amount) }),
    texts.say('notice.processing.body'),
  ],

  off: ({ balance, ...figures }, { texts, formats }) => {
    const duration = durationOf(figures, texts)
    const shown = formats.balance(balance)
    return [
      texts.say('notice.off.title'),
      duration === null ? null : texts.say('notice.off.lasts', { balance: shown, duration }),
    ]
  },

  added: ({ kind, amount, balance, calls_work_again_since: since }, { texts, formats }) => [
    texts.say(`notice.added.${kind}`, { amount: formats.amount(amount) }),
    texts.say('notice.added.balance', { balance: formats.balance(balance) }),
    since === null ? null : texts.say('notice.added.calls_again', { time: formats.moment(since) }),
  ],
}

/** Why and since when calls are blocked, and what it takes to unblock them. */
export function blocked(
  { blocked_since, owed, open_payment }: Omit<FiguresOf<'exhausted'>, 'balance'>,
  { texts, formats, isMember }: Wording,
): (string | null)[] {
  const owedMicros = microsOf(owed)
  const amount = { owed: formats.amount(owed) }
  const pays =
    owedMicros === 0n
      ? texts.say(isMember ? 'notice.exhausted.nothing_owed_member' : 'notice.exhausted.nothing_owed')
      : texts.say(isMember ? 'notice.exhausted.owed_member' : 'notice.exhausted.owed', amount)
  const isEnough = open_payment !== null && microsOf(open_payment) > owedMicros
  const processing = isEnough ? 'notice.exhausted.processing' : 'notice.exhausted.processing_too_little'
  return [
    texts.say('notice.exhausted.blocked', { since: formats.moment(blocked_since) }),
    pays,
    open_payment === null ? null : texts.say(processing, { amount: formats.amount(open_payment) }),
  ]
}

type PauseFigures = Pick<FiguresOf<'paused'>, 'card' | 'reason' | 'why' | 'since' | 'needs_another_method'>

/** Why auto top-up is paused, without the fact that it is. */
export function pausedBecause(figures: PauseFigures, wording: Wording): (string | null)[] {
  const { texts, formats } = wording
  if (figures.why === null) {
    return [reasonOf(figures.reason, texts), texts.say('notice.paused.until_resumed'), otherCard(figures, wording)]
  }
  return [
    texts.say('notice.paused.declined', { card: formats.card(figures.card), time: formats.moment(figures.since) }),
    whyText(figures.why, texts),
    texts.say('notice.paused.until_you_act'),
    otherCard(figures, wording),
  ]
}

function declined({ card, why }: Pick<PauseFigures, 'card' | 'why'>, { texts, formats }: Wording): (string | null)[] {
  return [texts.say('notice.exhausted.declined', { card: formats.card(card) }), whyText(why, texts)]
}

/** When it is tried again; null if that is now, or never. */
export function nextTryText(
  next: FiguresOf<'failed'>['next_try'],
  { texts, formats }: Pick<Wording, 'texts' | 'formats'>,
): string | null {
  if (next === null) return null
  const time = formats.moment(next.at)
  return texts.say('notice.failed.next_try', { attempt: next.number, attempts: next.of_tries, time })
}

/** That a payment was refunded or disputed. */
export function takenBack(reason: 'refunded' | 'disputed', amount: string, paidAt: string, wording: Wording): string {
  const { texts, formats } = wording
  return texts.say(`notice.taken_back.${reason}`, { amount: formats.amount(amount), date: formats.day(paidAt) })
}

function otherCard({ needs_another_method: isNeeded }: { needs_another_method: boolean }, wording: Wording) {
  return isNeeded && !wording.isMember ? wording.texts.say('notice.paused.other_card') : null
}

function lastsUntil(instant: string | null, { texts, formats }: Wording): string | null {
  return instant === null ? null : texts.say('lasts.until_then_blocked', { day: formats.day(instant) })
}

function capOf(spent: string, cap: string, { formats }: Wording) {
  return { spent: formats.amount(spent), cap: formats.amount(cap) }
}

function lowText({ balance, ...figures }: FiguresOf<'low'>, { texts, formats }: Wording): Sentences {
  const duration = durationOf(figures, texts)
  const shown = formats.balance(balance)
  const title =
    duration === null
      ? texts.say('notice.low.title_without_days', { balance: shown })
      : texts.say('notice.low.title', { balance: shown, duration })
  return [title, texts.say('notice.low.body')]
}

export type DaysLeft = Pick<FiguresOf<'low'>, 'days_left' | 'no_days_left_reason'>

/** As part of a sentence; null if nothing is known. */
export function durationOf({ days_left: days, no_days_left_reason: reason }: DaysLeft, texts: Texts): string | null {
  if (days === null) return reason === 'more_than_90_days' ? texts.say('lasts.more_than_90_days') : null
  return days === 0 ? texts.say('lasts.less_than_a_day') : texts.say('lasts.days', { days })
}

/** On its own, with the reason if it is not a number of days. */
export function daysLeftText(left: DaysLeft, texts: Texts): string {
  return durationOf(left, texts) ?? texts.say(`lasts.${left.no_days_left_reason ?? 'not_enough_usage'}`)
}

/** Why a bank declined; null if none did. An unknown kind is worded without a reason. */
export function whyText(why: string | null, texts: Texts): string | null {
  if (why === null) return null
  return texts.say(WHYS.find((known) => known === why) ? `why.${why as Why}` : 'why.no_reason')
}

/** `unattended`: the bank wants the cardholder present, and the charge was automatic. */
const WHYS = [
  'funds',
  'no_reason',
  'expired',
  'details',
  'unsupported',
  'unattended',
  'hard',
  'authentication',
  'bank_down',
  'lapsed',
] as const
type Why = (typeof WHYS)[number]

/** Why auto top-up is paused if no card was declined; null if unknown, or not shown to the reader. */
export function reasonOf(reason: string | null, texts: Texts): string | null {
  const known = PAUSE_REASONS.find((one) => one === reason)
  return known === undefined ? null : texts.say(`notice.paused.${known}` satisfies TextId)
}

const PAUSE_REASONS = ['refused', 'restored', 'canceled', 'refunded', 'disputed'] as const
