/** The facts that notices are derived from: an account at one moment, before anything is decided or worded. */
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
  /** Whether there is any movement at all. */
  readonly hasMovements: boolean
  /** Whether a payment was ever credited, even one refunded since. */
  readonly hasPaid: boolean
  readonly status: {
    readonly isBlocked: boolean
    /** 1: blocked since the account was created; 2: active for the first time. */
    readonly version: bigint
    readonly sinceMicros: InstantMicros
  }
  /** Null: open. */
  readonly closedAtMicros: InstantMicros | null
  readonly levels: AlertLevels
  /** The last crossing of the low and of the custom level; null: never crossed. */
  readonly lowCrossing: Crossing | null
  readonly customCrossing: Crossing | null
  readonly autoTopUp: {
    /** Null: never set up. */
    readonly settings: AutoTopUpSettings | null
    /** The version of the account's settings that last changed automatic top-up. */
    readonly version: number
    readonly memory: AutoTopUpMemory
    /** Automatic attempts that have charged or still may, at least those since `countedSince`. */
    readonly counted: readonly CountedAttempt[]
  }
  /** The saved card that automatic top-ups charge; null: none. */
  readonly method: NoticeMethod | null
  readonly savedMethods: number
  /** The card that the pause is about, and the card that was declined last. Either may have been removed since. */
  readonly pausedCard: NoticeCard | null
  readonly declinedCard: NoticeCard | null
  /**
   * Of the payment changed last since the pause began: the amount still refunded or disputed, by the reason of the pause.
   */
  readonly takenBack: { readonly amountMicros: Micros; readonly paidAtMicros: InstantMicros } | null
  /** Top-ups that have not ended, in the order they were requested. */
  readonly openTopUps: readonly OpenTopUp[]
  /** The newest credit by a payment; null: none within the last day. */
  readonly added: AddedCredit | null
  readonly usage: AverageUsage
  /** Null: no usage yet. */
  readonly lastUsageDay: Day | null
  /** The names of the account's admins, for members who have to ask one. */
  readonly admins: readonly string[]
}

/** When a level was last crossed downwards, and the version of its alert. */
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
  /** It ends as soon as the provider has canceled its payment. */
  readonly isBeingCanceled: boolean
}

export interface AddedCredit {
  readonly kind: AddedKind
  readonly amountMicros: Micros
  readonly atMicros: InstantMicros
  /** The sequence of the movement. */
  readonly sequence: bigint
}

/** A payment, or money that came back: a dispute that was won, a refund that failed. */
export const ADDED_KINDS = ['top_up', 'dispute_won', 'refund_failed'] as const
export type AddedKind = (typeof ADDED_KINDS)[number]
