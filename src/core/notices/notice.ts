/**
 * What a notice is. It has no words, only a key, reasons and the figures that its sentence needs. Each key has its own type
 * of figures, so the code that words a notice gets exactly what it needs.
 */
import type { InstantMicros } from '../instant.ts'
import type { Micros } from '../money.ts'
import type { DeclineWhy } from '../top-up/declines.ts'
import type { TopUpTrigger } from '../top-up/machine.ts'
import type { PauseReason } from '../top-up/memory.ts'
import type { DaysLeft } from '../usage-forecast/forecast.ts'
import type { AddedKind, NoticeCard } from './facts.ts'

/** Gravest first. */
export const SEVERITIES = ['critical', 'warning', 'info', 'success'] as const
export type Severity = (typeof SEVERITIES)[number]

/** The part of the page where a notice is shown when it is not the banner. */
export const PLACEMENTS = ['balance', 'auto', 'method', 'alerts', 'payments'] as const
export type Placement = (typeof PLACEMENTS)[number]

export type NoticeRole = 'admin' | 'member'

export const NOTICE_ACTIONS = [
  'add_credit',
  'pay_with_another_card',
  'approve_payment',
  'use_another_card',
  'resume',
  'change_payment_method',
  'add_payment_method',
  'raise_cap',
  'see_what_used_it',
  'set_up_auto_top_up',
  'edit_auto_top_up',
] as const
export type NoticeAction = (typeof NOTICE_ACTIONS)[number]

/** How long the credit lasts at average usage. Where `usedUpAtMicros` is null, `daysLeft` has the reason. */
export interface Lasts {
  readonly daysLeft: DaysLeft
  readonly usedUpAtMicros: InstantMicros | null
}

interface Exhausted {
  readonly balanceMicros: Micros
  readonly blockedSinceMicros: InstantMicros
  /** Rounded up to a cent; 0: any credit unblocks calls. */
  readonly owedMicros: Micros
  /** The sum of payments that are not settled; null: there are none. */
  readonly openPaymentMicros: Micros | null
}

interface Paused {
  /** The declined card; null: no card is involved, or the reader may not see it. */
  readonly card: NoticeCard | null
  /** Null: the reader may not see it. */
  readonly reason: PauseReason | null
  /** Why the bank declined; null: it did not, or the reader may not see it. */
  readonly why: DeclineWhy | null
  readonly sinceMicros: InstantMicros
  /** Saving the settings does not end the pause while this card is the default. */
  readonly needsAnotherMethod: boolean
}

interface Card {
  readonly card: NoticeCard
  /** The last day on which it can be charged, as a calendar date. */
  readonly expiresOn: string
}

interface Cap {
  readonly spentMicros: Micros
  readonly capMicros: Micros
}

interface Payment {
  readonly topUpId: string
  readonly trigger: TopUpTrigger
  readonly amountMicros: Micros
}

export interface FiguresByKey {
  readonly exhausted: Exhausted
  readonly exhausted_and_paused: Exhausted & Paused
  /** Which setup steps are done. */
  readonly never_topped_up: { readonly hasMethod: boolean; readonly isAutoTopUpOn: boolean }
  readonly approve: Payment & { readonly untilMicros: InstantMicros }
  readonly paused: Paused & Lasts
  readonly taken_back: {
    readonly reason: 'refunded' | 'disputed'
    readonly amountMicros: Micros
    readonly paidAtMicros: InstantMicros
    readonly sinceMicros: InstantMicros
    readonly needsAnotherMethod: boolean
  }
  readonly expired: Card
  readonly expiring: Card
  /** There is no default card, though other cards may be saved. */
  readonly no_method: { readonly isAutoTopUpOn: boolean; readonly savedMethods: number }
  readonly cap: Cap & Lasts & { readonly untilMicros: InstantMicros }
  readonly cap_nearly_used: Cap & { readonly percent: number }
  readonly day_limit: Lasts & { readonly untilMicros: InstantMicros; readonly limit: number }
  readonly failed: {
    readonly topUpId: string
    readonly amountMicros: Micros
    readonly card: NoticeCard | null
    readonly why: DeclineWhy
    /** Null: due now. */
    readonly nextTry: { readonly number: number; readonly ofTries: number; readonly atMicros: InstantMicros } | null
  }
  readonly low: Lasts & { readonly balanceMicros: Micros; readonly levelMicros: Micros }
  readonly custom: Lasts & { readonly balanceMicros: Micros; readonly levelMicros: Micros }
  /** `weekMicros`: the amount that covers a week. */
  readonly small: { readonly amountMicros: Micros; readonly averageMicros: Micros; readonly weekMicros: Micros }
  readonly closed: { readonly balanceMicros: Micros; readonly closedAtMicros: InstantMicros }
  readonly checking: Payment
  /** The sum and the number of all payments in progress. */
  readonly processing: { readonly amountMicros: Micros; readonly payments: number }
  readonly off: Lasts & { readonly balanceMicros: Micros }
  readonly added: {
    readonly kind: AddedKind
    readonly amountMicros: Micros
    readonly balanceMicros: Micros
    readonly atMicros: InstantMicros
    /** Null: calls worked before, or do not work yet. */
    readonly callsWorkAgainSinceMicros: InstantMicros | null
  }
}

export type NoticeKey = keyof FiguresByKey

export interface NoticeOf<Key extends NoticeKey> {
  readonly key: Key
  readonly severity: Severity
  readonly placement: Placement
  /** The one notice shown above all parts of the page. */
  readonly isBanner: boolean
  readonly isDismissible: boolean
  /** Identifies this occurrence among those of its key. A dismissal applies to one occurrence. */
  readonly occurrence: string
  readonly figures: FiguresByKey[Key]
  /** What the reader can do about it; the first one is the button. */
  readonly actions: readonly NoticeAction[]
  /** The names of those who can act on it when the reader cannot. */
  readonly askAdmins: readonly string[]
}

/** Discriminated by `key`. */
export type Notice = { readonly [Key in NoticeKey]: NoticeOf<Key> }[NoticeKey]
