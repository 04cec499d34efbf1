/**
 * The text of each mail: a title, which is also the subject, and paragraphs. What notices say too has the same words. A
 * contact who is no admin sees neither card nor reason, but whom to ask.
 */
import type { MailFigures, MailKind } from '../core/mail/mail.ts'
import { type Card, formatsFor, type Reader } from './formats.ts'
import { blocked, nextTryText, pausedBecause, sentences, takenBack, type Wording, whyText } from './notice-text.ts'
import type { TextId, Texts } from './texts.ts'

export type MailContent = {
  readonly [Kind in MailKind]: { readonly kind: Kind; readonly figures: MailFigures[Kind] }
}[MailKind]

export interface MailReader extends Reader {
  readonly isAdmin: boolean
  /** The card that the mail is about; null if there is none, or it is not known any more. */
  readonly card: Card | null
  /** Names of the account's admins. */
  readonly admins: readonly string[]
}

export interface MailText {
  readonly title: string
  readonly paragraphs: readonly string[]
}

interface MailWording extends Wording {
  /** Null if there is none, or it is not shown to the reader. */
  readonly card: Card | null
}

/** The title, then the sentences of each paragraph; null sentences are left out. */
type Paragraphs = readonly [title: string, ...paragraphs: (readonly (string | null)[])[]]

/** The text of a mail for one reader. */
export function mailText(texts: Texts, { kind, figures }: MailContent, reader: MailReader): MailText {
  const { isAdmin, admins } = reader
  const formats = formatsFor(texts, { ...reader, namesZone: true })
  const wording = { texts, formats, isMember: !isAdmin, card: isAdmin ? reader.card : null }
  // The entry and the figures have the same kind, which the compiler cannot see.
  const word = WORDS[kind] as (figures: MailContent['figures'], wording: MailWording, reader: MailReader) => Paragraphs
  const [title, ...paragraphs] = word(figures, wording, reader)
  const asks = !isAdmin && admins.length > 0 && ASKS_FOR_SOMETHING.has(kind)
  const ask = asks ? [texts.say('list.ask_admins', { names: formats.list(admins) })] : []
  return {
    title: sentences([title], texts),
    paragraphs: [...paragraphs, ask].map((all) => sentences(all, texts)).filter((text) => text !== ''),
  }
}

const ASKS_FOR_SOMETHING: ReadonlySet<MailKind> = new Set([
  'low',
  'custom_level',
  'exhausted',
  'declined',
  'paused',
  'taken_back',
  'limit_reached',
  'method_expiring',
])

const WORDS: {
  readonly [Kind in MailKind]: (figures: MailFigures[Kind], wording: MailWording, reader: MailReader) => Paragraphs
} = {
  low: crossed,
  custom_level: crossed,

  exhausted: ({ owed, at }, wording) => {
    const [since, ...pays] = blocked({ blocked_since: at, owed, open_payment: null }, wording)
    return [wording.texts.say('notice.exhausted.title'), [since!], pays]
  },

  credit_added: ({ kind, trigger, amount, balance, at, calls }, { texts, formats, card }) => {
    const time = formats.moment(at)
    const how = trigger === 'automatic' ? 'mail.added.automatic' : 'mail.added.manual'
    const paid = card === null ? texts.say(how, { time }) : texts.say(`${how}_card`, { time, card: formats.card(card) })
    return [
      texts.say(`notice.added.${kind}`, { amount: formats.amount(amount) }),
      [
        texts.say('notice.added.balance', { balance: formats.balance(balance) }),
        calls === null ? null : texts.say(CALLS[calls]),
      ],
      [kind === 'top_up' ? paid : null],
    ]
  },

  declined: ({ trigger, amount, why, next_try: next, balance }, wording) => {
    const { texts, formats, card, isMember } = wording
    const charged =
      card === null ? texts.say('mail.declined.auto') : texts.say('mail.declined.card', { card: formats.card(card) })
    return [
      texts.say('notice.failed.title', { amount: formats.amount(amount) }),
      [trigger === 'automatic' ? charged : null, isMember ? null : whyText(why, texts)],
      [texts.say('notice.failed.nothing_taken'), nextTryText(next, wording)],
      [standing(balance, wording)],
    ]
  },

  approval: ({ amount, until }, { texts, formats }) => [
    texts.say('notice.approve.title', { amount: formats.amount(amount), time: formats.moment(until) }),
  ],

  paused: ({ balance, ...figures }, wording) => {
    const { texts, card, isMember } = wording
    const because = isMember ? [texts.say('notice.paused.until_resumed')] : pausedBecause({ ...figures, card }, wording)
    return [texts.say('notice.paused.title'), because, [standing(balance, wording)]]
  },

  taken_back: ({ reason, amount, paid_at: paidAt, balance, is_paused: isPaused, ...figures }, wording) => {
    const { texts, isMember } = wording
    const needsOther = figures.needs_another_method && !isMember
    return [
      takenBack(reason, amount, paidAt, wording),
      [
        isPaused ? texts.say('mail.taken_back.paused') : null,
        needsOther ? texts.say('notice.paused.other_card') : null,
      ],
      [standing(balance, wording)],
    ]
  },

  limit_reached: ({ limit, until, amount, cap, attempts_in_24_hours: attempts, balance }, wording) => {
    const { texts, formats } = wording
    const time = formats.moment(until)
    if (limit === 'day_limit' || cap === null) {
      return [
        texts.say('notice.day_limit.title', { time, limit: attempts }),
        [texts.say('notice.day_limit.check')],
        [standing(balance, wording)],
      ]
    }
    return [
      texts.say('notice.cap.waits', { time }),
      [texts.say('mail.waits.cap', { cap: formats.amount(cap), amount: formats.amount(amount) })],
      [standing(balance, wording)],
    ]
  },

  method_expiring: ({ expires_on: expiresOn }, { texts, formats, card }) => [
    texts.say('notice.expiring.title', { card: formats.card(card), date: formats.calendarDate(expiresOn) }),
    [texts.say('notice.expiry.body')],
  ],

  export_ready: ({ rows, until, ...figures }, { texts, formats }) => [
    texts.say('mail.export_ready.title', { period: formats.period(figures.from, figures.to, figures.time_zone) }),
    [
      texts.say('mail.export_ready.summary', {
        opening: formats.amount(figures.opening),
        added: formats.amount(figures.added),
        used: formats.amount(figures.used),
        other: formats.amount(figures.other),
        closing: formats.amount(figures.closing),
        rows,
      }),
    ],
    [texts.say('mail.export_ready.until', { time: formats.moment(until) })],
  ],

  export_failed: ({ from, to, time_zone: timeZone }, { texts, formats }) => [
    texts.say('mail.export_failed.title', { period: formats.period(from, to, timeZone) }),
    [texts.say('mail.export_failed.body')],
  ],
}

const CALLS = {
  work_again: 'mail.added.calls_again',
  still_blocked: 'mail.added.calls_still_blocked',
} as const satisfies Record<string, TextId>

function crossed({ balance, level, at, by }: MailFigures['low'], { texts, formats }: Wording): Paragraphs {
  const amount = formats.amount(level)
  const how =
    by === 'level'
      ? texts.say('mail.crossed.level_set', { level: amount })
      : texts.say('mail.crossed.level', { level: amount, time: formats.moment(at) })
  return [
    texts.say('notice.low.title_without_days', { balance: formats.balance(balance) }),
    [how, texts.say('notice.low.body')],
  ]
}

/** The balance, where nothing is added automatically. */
function standing(balance: string, { texts, formats }: Wording): string {
  const isBlocked = balance.startsWith('-') || /^[0.]+$/.test(balance)
  return texts.say(isBlocked ? 'mail.declined.blocked' : 'mail.declined.low', { balance: formats.balance(balance) })
}
