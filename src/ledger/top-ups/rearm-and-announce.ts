/**
 * The last step of every change of a top-up, in the same transaction: it stores the memory of automatic top-up, updates the
 * threshold column of the account, requests the next top-up if the balance is still below it, and adds announcements and mails.
 */
import { type AccountChange, type ChangeCause, keepAccount, rearm } from '../../core/changes/account-change.ts'
import type { InstantMicros } from '../../core/instant.ts'
import { topUpMails } from '../../core/mail/top-up-mail.ts'
import { type Advanced, isOpen, type TopUp, type TopUpNews } from '../../core/top-up/machine.ts'
import { type AutoTopUpMemory, isSamePause, type Pause } from '../../core/top-up/memory.ts'
import { autoTopUpStep, stepOf, type TopUpStep } from '../../core/top-up/step.ts'
import type { Locked } from '../changes/change-account.ts'
import { type AutoTopUp, belowMicrosOf, storeMemory, type Waits } from './read-auto-top-up.ts'
import { type AttemptOutcome, updateAttempt, updateTopUp } from './top-up-rows.ts'

/** Stores an advanced top-up and its attempt. The account must be locked. `rearmAndAnnounce` announces it. */
export async function storeAdvanced(
  { connection, clock: { nowMicros } }: Pick<Locked, 'connection' | 'clock'>,
  before: TopUp,
  { topUp: after }: Advanced,
  news: TopUpNews,
): Promise<void> {
  await updateTopUp(connection, after, nowMicros)
  if (before.attemptId === null) return
  const isDeclined = after.state === 'requested'
  await updateAttempt(connection, before.attemptId, {
    confirmedAtMicros: isDeclined ? before.confirmedAtMicros : after.confirmedAtMicros,
    outcome: outcomeOf(before, after, news),
    code: after.reason,
  })
}

function outcomeOf({ ending }: TopUp, { state }: TopUp, news: TopUpNews): AttemptOutcome | null {
  switch (state) {
    case 'prepared':
    case 'charging':
      return null
    case 'unknown':
    case 'processing':
    case 'needs_action':
    case 'succeeded':
      return state
    case 'requested':
      return 'declined'
    case 'failed':
      // It was refused, and then canceled to make sure.
      if (news.kind === 'refused' || ending?.state === 'failed')
        return news.kind === 'declined' ? 'declined' : 'refused'
      return 'declined'
    default:
      return 'canceled'
  }
}

/**
 * The steps to announce for an advanced top-up: its own, and the pause that began with it. `waits`: the limit that automatic
 * top-up waits for. Its end is announced if the top-up was skipped for that limit, which may have been before its payment was
 * canceled.
 */
export function stepsOf(
  { topUp, isAnnounced, paused }: Advanced,
  auto: Pick<AutoTopUp, 'settings'>,
  waits: Waits | null,
): TopUpStep[] {
  const waitsUntilMicros = waits !== null && waits.limit === topUp.reason ? waits.untilMicros : null
  const step = isAnnounced ? stepOf(topUp, waitsUntilMicros) : null
  return [...(step === null ? [] : [step]), ...pauseSteps(paused, auto)]
}

/** The announcement of a pause that began; null: none did. While automatic top-up is off, a pause changes nothing. */
export function pauseSteps(pause: Pause | null, { settings }: Pick<AutoTopUp, 'settings'>): TopUpStep[] {
  return pause !== null && settings?.isOn ? [autoTopUpStep('paused', pause.reason)] : []
}

export interface Changed {
  /** The top-up as it is stored now; absent: no top-up has changed. */
  readonly topUp?: TopUp
  readonly memory?: AutoTopUpMemory
  readonly waits?: Waits | null
  readonly settings?: AutoTopUp['settings']
  readonly methodId?: string | null
  readonly steps?: readonly TopUpStep[]
  /** When the payment behind the change was made; absent: there is none, or it is new. */
  readonly paidAtMicros?: InstantMicros
}

/**
 * Stores the memory of automatic top-up, recomputes the threshold column, and adds announcements and mails. Returns the change
 * to write for the account; null: nothing changes. `base`: another change of the account to which this is added, or without one
 * the cause. The account must be locked, and `auto` must have been read under the lock before anything was changed.
 */
export async function rearmAndAnnounce(
  { connection, account, clock }: Pick<Locked, 'connection' | 'account' | 'clock'>,
  auto: AutoTopUp,
  base: AccountChange | ChangeCause,
  changed: Changed,
): Promise<AccountChange | null> {
  const { memory = auto.memory, waits = auto.waits, settings = auto.settings, methodId = auto.methodId } = changed
  const isMemoryUnchanged =
    isSamePause(memory.pause, auto.memory.pause) &&
    memory.declinesInARow === auto.memory.declinesInARow &&
    memory.declinedMethodId === auto.memory.declinedMethodId
  if (!isMemoryUnchanged || waits !== auto.waits) await storeMemory(connection, account.accountId, memory, waits)
  const openAutomaticId = openAutomaticAfter(auto.openAutomaticId, changed.topUp)
  const belowMicros = belowMicrosOf({ ...auto, memory, waits, settings, methodId, openAutomaticId })
  const change = rearm(typeof base === 'string' ? keepAccount(account, base) : base, belowMicros)
  const steps = changed.steps ?? []
  const mails = topUpMails(
    {
      accountBefore: account,
      account: change.account,
      before: auto,
      after: { memory, waits },
      settings,
      methodId,
      topUp: changed.topUp ?? null,
      steps,
      movements: change.movements,
      paidAtMicros: changed.paidAtMicros ?? null,
    },
    clock.nowMicros,
  )
  const isUnchanged =
    typeof base === 'string' &&
    steps.length === 0 &&
    mails.length === 0 &&
    !change.isTopUpDue &&
    change.account.autoTopUpBelowMicros === account.autoTopUpBelowMicros
  return isUnchanged ? null : { ...change, topUpSteps: steps, mails }
}

function openAutomaticAfter(before: string | null, topUp: TopUp | undefined): string | null {
  if (topUp === undefined || topUp.trigger === 'manual') return before
  if (isOpen(topUp)) return topUp.topUpId
  return before === topUp.topUpId ? null : before
}
