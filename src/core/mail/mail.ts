/**
 * What a mail is about. It has no words: a kind, what names the happening, and figures as they were then, in the forms that
 * the API has too (decimal strings, RFC 3339). Words are made when it is sent, in the language of whoever gets it.
 */
import type { DeclineWhy } from '../top-up/declines.ts'
import type { TopUpTrigger } from '../top-up/machine.ts'
import type { PauseReason } from '../top-up/memory.ts'

export interface Crossed {
  readonly balance: string
  readonly level: string
  readonly at: string
  /** The balance fell; or the level was raised above it. */
  readonly by: 'balance' | 'level'
}

/** What was in the account in a period. */
export interface PeriodFigures {
  readonly export_id: string
  /** Half-open. */
  readonly from: string
  readonly to: string
  /** The IANA name of the zone that the period was chosen in. */
  readonly time_zone: string
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
    /** What became of calls by it; null: nothing. */
    readonly calls: 'work_again' | 'still_blocked' | null
  }
  readonly declined: {
    readonly trigger: TopUpTrigger
    readonly amount: string
    readonly why: DeclineWhy
    readonly method_id: string | null
    readonly balance: string
    /** Null: it is not tried again. */
    readonly next_try: { readonly number: number; readonly of_tries: number; readonly at: string } | null
  }
  readonly approval: { readonly amount: string; readonly until: string }
  readonly paused: {
    readonly reason: PauseReason
    readonly why: DeclineWhy | null
    /** The card that was declined; null: the pause is about none. */
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
    /** Null: there is none. */
    readonly cap: string | null
    readonly attempts_in_24_hours: number
    readonly balance: string
  }
  readonly method_expiring: { readonly method_id: string; readonly expires_on: string }
  readonly export_ready: PeriodFigures & {
    readonly opening: string
    readonly added: string
    /** Zero or below. */
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
  /** Names this happening among those of its kind and account: nobody gets two mails of it. */
  readonly occurrence: string
  readonly figures: MailFigures[Kind]
}

/** Told apart by `kind`. */
export type Mail = { readonly [Kind in MailKind]: MailOf<Kind> }[MailKind]

/** Who of the contacts gets it: all, admins, or the one person who asked for it. */
export function recipientsOf(kind: MailKind): 'contacts' | 'admins' | 'asker' {
  if (kind === 'approval') return 'admins'
  return kind === 'export_ready' || kind === 'export_failed' ? 'asker' : 'contacts'
}

/** Whether it says anything to the people of an account that is closed: what moved money does, what asks for credit does not. */
export function isForClosedAccounts(kind: MailKind): boolean {
  return ['credit_added', 'taken_back', 'export_ready', 'export_failed'].includes(kind)
}
