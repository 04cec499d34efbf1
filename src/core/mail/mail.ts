/**
 * The content of a mail, without words: a kind, the occurrence it is about, and the figures at that time, in the API's
 * formats (decimal strings, RFC 3339). The text is written when the mail is sent, in the recipient's language.
 */
import type { DeclineWhy } from '../top-up/declines.ts'
import type { TopUpTrigger } from '../top-up/machine.ts'
import type { PauseReason } from '../top-up/memory.ts'

/** A balance that is below an alert level. */
export interface Crossed {
  readonly balance: string
  readonly level: string
  readonly at: string
  /** Whether the balance fell, or the level was raised above it. */
  readonly by: 'balance' | 'level'
}

/** The period of an export. */
export interface PeriodFigures {
  readonly export_id: string
  /** Inclusive; `to` is exclusive. */
  readonly from: string
  readonly to: string
  /** The IANA name of the time zone in which the period was chosen. Null if unknown. */
  readonly time_zone: string | null
}

export interface MailFigures {
  readonly low: Crossed
  readonly custom_level: Crossed
  readonly exhausted: { readonly balance: string; readonly owed: string; readonly at: string }
  readonly credit_added: {
    readonly kind: 'top_up' | 'dispute_won' | 'refund_failed'
    readonly trigger: TopUpTrigger
    readonly amount: string
    readonly balance: string
    readonly method_id: string | null
    readonly at: string
    /** What changed for calls. Null if nothing did. */
    readonly calls: 'work_again' | 'still_blocked' | null
  }
  readonly declined: {
    readonly trigger: TopUpTrigger
    readonly amount: string
    readonly why: DeclineWhy
    readonly method_id: string | null
    readonly balance: string
    /** Null if it is not tried again. */
    readonly next_try: { readonly number: number; readonly of_tries: number; readonly at: string } | null
  }
  readonly approval: { readonly amount: string; readonly until: string }
  readonly paused: {
    readonly reason: PauseReason
    readonly why: DeclineWhy | null
    /** The declined card. Null if the pause is not about a card. */
    readonly method_id: string | null
    readonly since: string
    readonly needs_another_method: boolean
    readonly balance: string
  }
  readonly taken_back: {
    readonly reason: 'refunded' | 'disputed'
    readonly amount: string
    readonly paid_at: string
    readonly balance: string
    readonly is_paused: boolean
    readonly needs_another_method: boolean
  }
  readonly limit_reached: {
    readonly limit: 'monthly_cap' | 'day_limit'
    readonly until: string
    readonly amount: string
    /** Null if there is no cap. */
    readonly cap: string | null
    readonly attempts_in_24_hours: number
    readonly balance: string
  }
  readonly method_expiring: { readonly method_id: string; readonly expires_on: string }
  readonly export_ready: PeriodFigures & {
    readonly opening: string
    readonly added: string
    /** Zero or negative. */
    readonly used: string
    readonly other: string
    readonly closing: string
    readonly rows: number
    readonly until: string
  }
  readonly export_failed: PeriodFigures
}

export type MailKind = keyof MailFigures

export const MAIL_KINDS = [
  'low',
  'custom_level',
  'exhausted',
  'credit_added',
  'declined',
  'approval',
  'paused',
  'taken_back',
  'limit_reached',
  'method_expiring',
  'export_ready',
  'export_failed',
] as const satisfies readonly MailKind[]

export interface MailOf<Kind extends MailKind> {
  readonly accountId: string
  readonly kind: Kind
  /** Identifies the occurrence among those of its kind and account, so that nobody gets two mails about it. */
  readonly occurrence: string
  readonly figures: MailFigures[Kind]
}

/** A mail of any kind, distinguished by `kind`. */
export type Mail = { readonly [Kind in MailKind]: MailOf<Kind> }[MailKind]

/** Returns who gets a mail: all contacts, the admins, or the person who asked for it. */
export function recipientsOf(kind: MailKind): 'contacts' | 'admins' | 'asker' {
  if (kind === 'approval') return 'admins'
  return kind === 'export_ready' || kind === 'export_failed' ? 'asker' : 'contacts'
}

/**
 * Whether a mail is sent for a closed account: mails about moved money and exports are, requests to add credit are not.
 */
export function isForClosedAccounts(kind: MailKind): boolean {
  return ['credit_added', 'taken_back', 'export_ready', 'export_failed'].includes(kind)
}
