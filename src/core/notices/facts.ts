/** What notices are made from: an account as it stands at one moment, with nothing worded and nothing decided. */
import type { AlertLevels } from '../account/alerts.ts'
import type { InstantMicros } from '../instant.ts'
import type { Currency, Micros } from '../money.ts'
import type { AutoTopUpSettings, CountedAttempt } from '../top-up/judge.ts'
import type { TopUp } from '../top-up/machine.ts'
import type { AutoTopUpMemory } from '../top-up/memory.ts'
import type { AverageUsage, Day } from '../usage-forecast/average.ts'

export interface NoticeFacts {
  readonly accountId: string
  readonly currency: Currency
  readonly balanceMicros: Micros
  /** Whether credit ever moved, by whatever. */
  readonly hasMovements: boolean
  /** Whether a payment was ever credited, refunded since or not. */
  readonly hasPaid: boolean
  readonly status: {
    readonly isBlocked: boolean
    /** 1: blocked since it was created; 2: its calls go through for the first time. */
    readonly version: bigint
    readonly sinceMicros: InstantMicros
  }
  /** Null: open. */
  readonly closedAtMicros: InstantMicros | null
  readonly levels: AlertLevels
  /** Of the low and the custom level; null: it was never crossed. */
  readonly lowCrossing: Crossing | null
  readonly customCrossing: Crossing | null
  readonly autoTopUp: {
    /** Null: never set up. */
    readonly settings: AutoTopUpSettings | null
    /** Of the account's settings, by which automatic top-up became what it is. */
    readonly version: number
    readonly memory: AutoTopUpMemory
    /** Automatic attempts that may have charged, or yet may, since `countedSince` at least. */
    readonly counted: readonly CountedAttempt[]
  }
  /** The saved card that automatic top-ups charge; null: none. */
  readonly method: NoticeMethod | null
  readonly savedMethods: number
  /** The card that the pause is about, and the one that was declined last; saved still or not. */
  readonly pausedCard: NoticeCard | null
  readonly declinedCard: NoticeCard | null
  /** What refunds or disputes, by the reason of the pause, still hold of the payment changed last since it began. */
  readonly takenBack: { readonly amountMicros: Micros; readonly paidAtMicros: InstantMicros } | null
  /** Top-ups that are not over, in the order in which they were asked for. */
  readonly openTopUps: readonly OpenTopUp[]
  /** The newest credit by a payment; null: none that is a day old or less. */
  readonly added: AddedCredit | null
  readonly usage: AverageUsage
  /** Null: nothing was ever used. */
  readonly lastUsageDay: Day | null
  /** The account's admins by name, for those who have to ask one. */
  readonly admins: readonly string[]
}

/** When a level was last crossed downwards, and the version of the alert that said so. */
export interface Crossing {
  readonly version: bigint
  readonly atMicros: InstantMicros
}

export interface NoticeCard {
  readonly brand: string
  readonly last4: string
}

export interface NoticeMethod extends NoticeCard {
  readonly methodId: string
  readonly expiryMonth: number
  readonly expiryYear: number
}

export interface OpenTopUp
  extends Pick<
    TopUp,
    'topUpId' | 'trigger' | 'state' | 'reason' | 'amountMicros' | 'nextTryAtMicros' | 'silences' | 'actionUntilMicros'
  > {
  /** It ends once the provider has canceled its payment. */
  readonly isBeingCanceled: boolean
}

export interface AddedCredit {
  readonly kind: AddedKind
  readonly amountMicros: Micros
  readonly atMicros: InstantMicros
  /** Of the movement. */
  readonly sequence: bigint
}

/** A payment; a dispute that was won or a refund that failed, whose money is back. */
export const ADDED_KINDS = ['top_up', 'dispute_won', 'refund_failed'] as const
export type AddedKind = (typeof ADDED_KINDS)[number]
