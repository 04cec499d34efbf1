/**
 * The settings of automatic top-up: what the customer allows it to charge. Saving them, changed or not, with the required
 * consent also ends a pause.
 */
import { changeSettings } from '../../core/changes/account-change.ts'
import type { InstantMicros } from '../../core/instant.ts'
import type { AutoTopUpSettings } from '../../core/top-up/judge.ts'
import { FRESH_MEMORY, needsAnotherMethod, type Pause } from '../../core/top-up/memory.ts'
import {
  type BoundsByCurrency,
  type Consent,
  checkSettings,
  DEFAULT_BOUNDS,
  type SettingsFault,
} from '../../core/top-up/settings.ts'
import { autoTopUpStep } from '../../core/top-up/step.ts'
import type { Connection } from '../../platform/postgres.ts'
import { type ChangedOnce, changeAccount, type Writer } from '../changes/change-account.ts'
import { type ChangedMeanwhile, changedSince, readLastChange } from '../changes/last-change.ts'
import { readAutoTopUpVersion } from './auto-top-up-version.ts'
import { type ConsentRefusal, consentRefusal, insertConsent } from './consents.ts'
import { requestMark } from './provider-tasks.ts'
import { readAutoTopUp, storeMemory } from './read-auto-top-up.ts'
import { rearmAndAnnounce } from './rearm-and-announce.ts'

export interface WantedAutoTopUp {
  readonly settings: AutoTopUpSettings
  /** Null: none is given, which suffices if no more can be charged than before. */
  readonly consent: Consent | null
  readonly actor: string
}

export interface SavedAutoTopUp {
  /** The version of the settings in force. */
  readonly settingsVersion: number
  /** The version that last changed automatic top-up. The next change passes it as `seenVersion`. */
  readonly lastChangedVersion: number
  readonly settings: AutoTopUpSettings
  /** Whether saving ended a pause. */
  readonly isResumed: boolean
  /** Whether an automatic top-up was requested at once. */
  readonly isTopUpDue: boolean
}

export type AutoTopUpRefusal =
  | ConsentRefusal
  | ChangedMeanwhile
  | 'account_closed'
  /** The card was stopped, or one of its payments disputed: only another card ends that pause. */
  | 'needs_another_method'
  | { readonly faults: readonly SettingsFault[] }

/**
 * Saves the settings, and requests a top-up at once if the balance is below the threshold. Saving without a change writes
 * nothing. Turning it off is never refused because of its figures, and ends no pause. `seenVersion`: the version of automatic
 * top-up that the caller saw; if it was changed since, saving is refused. Null skips that check.
 */
export async function saveAutoTopUp(
  writer: Writer,
  accountId: string,
  { settings: asked, consent, actor }: WantedAutoTopUp,
  requestKey: string | null,
  boundsByCurrency: BoundsByCurrency = DEFAULT_BOUNDS,
  seenVersion: number | null = null,
): Promise<ChangedOnce<SavedAutoTopUp, AutoTopUpRefusal>> {
  return changeAccount<SavedAutoTopUp, AutoTopUpRefusal>(
    writer,
    accountId,
    async (locked) => {
      const { connection, account, settings: stored, clock } = locked
      const changedMeanwhile = await changedSince(connection, accountId, 'auto_top_up', seenVersion)
      if (changedMeanwhile !== null) return { refused: changedMeanwhile }
      const auto = await readAutoTopUp(connection, accountId)
      const { memory: before, methodId } = auto
      const wanted = asked.isOn || isStorable(asked) ? asked : { ...(stored.autoTopUp ?? asked), isOn: false }
      if (wanted.isOn) {
        if (auto.isClosed) return { refused: 'account_closed' }
        const faults = checkSettings(wanted, boundsByCurrency[account.currency])
        if (faults.length > 0) return { refused: { faults } }
        if (needsAnotherMethod(before, methodId)) return { refused: 'needs_another_method' }
      }
      const isResumed = wanted.isOn && before.pause !== null
      const memory = isResumed ? FRESH_MEMORY : before
      const refused = wanted.isOn
        ? consentRefusal({ ...auto, memory: before }, { settings: wanted, methodId, memory }, consent)
        : null
      if (refused !== null) return { refused }

      const isChanged = !isSame(stored.autoTopUp, wanted) && isStorable(wanted)
      const change = isChanged ? changeSettings(account, { ...stored, autoTopUp: wanted }, actor) : undefined
      const { settingsVersion } = change?.account ?? account
      if (consent !== null && wanted.isOn) {
        await insertConsent(connection, accountId, settingsVersion, consent, clock.nowMicros)
      }
      const hasChanged = isChanged || isResumed
      // An open top-up need not wait for its next attempt: a person has changed what it was declined for, or wants it ended.
      if (hasChanged && auto.openAutomaticId !== null) {
        await retryNow(connection, auto.openAutomaticId, clock.nowMicros)
      }
      // The sweep finds the account by this row.
      if (isChanged) await storeMemory(connection, accountId, memory, null)
      if (isChanged) await requestMark(connection, accountId)
      const written = await rearmAndAnnounce(locked, auto, change ?? 'settings', {
        settings: wanted,
        memory,
        // The limits may have changed.
        waits: hasChanged ? null : auto.waits,
        steps: isResumed ? [autoTopUpStep('resumed', before.pause!.reason)] : [],
      })
      const isTopUpDue = written?.isTopUpDue ?? false
      const lastChangedVersion = isChanged
        ? settingsVersion
        : (await readLastChange(connection, accountId, 'auto_top_up'))!.version
      return {
        change: written,
        answer: { settingsVersion, lastChangedVersion, settings: wanted, isResumed, isTopUpDue },
      }
    },
    requestKey === null ? null : { kind: 'auto_top_up', key: requestKey, content: { settings: asked, consent, actor } },
  )
}

/** Whether the columns accept these figures. If not, and it is turned off, the stored figures stay. */
function isStorable({ thresholdMicros, amountMicros, monthlyCapMicros }: AutoTopUpSettings): boolean {
  return thresholdMicros > 0n && amountMicros > 0n && (monthlyCapMicros === null || monthlyCapMicros > 0n)
}

function isSame(before: AutoTopUpSettings | null, after: AutoTopUpSettings): boolean {
  return (
    before !== null &&
    before.isOn === after.isOn &&
    before.thresholdMicros === after.thresholdMicros &&
    before.amountMicros === after.amountMicros &&
    before.monthlyCapMicros === after.monthlyCapMicros
  )
}

/** Makes a waiting top-up due now. The account must be locked. */
export async function retryNow(connection: Connection, topUpId: string, nowMicros: InstantMicros): Promise<void> {
  await connection.query(
    `update tollgate.top_ups set next_try_at = least(next_try_at, to_timestamp($2::bigint / 1000000.0))
      where top_up_id = $1 and state = 'requested'`,
    [topUpId, nowMicros],
  )
}

/**
 * Pauses automatic top-up because the provider's mark is newer than the settings here: the database was restored to an earlier
 * point. It stays paused until a person saves it. The stored settings are appended once more, under the mark's version or a
 * later one, so that the next saved version is newer than the mark. Returns false if the mark is not newer.
 */
export async function pauseForRestore(
  writer: Writer,
  accountId: string,
  mark: { readonly settingsVersion: number },
): Promise<boolean> {
  const changed = await changeAccount<boolean>(writer, accountId, async (locked) => {
    const { connection, account, settings, clock } = locked
    if (mark.settingsVersion <= (await readAutoTopUpVersion(connection, accountId)))
      return { change: null, answer: false }
    const auto = await readAutoTopUp(connection, accountId)
    const restored: Pause = { reason: 'restored', code: null, methodId: null, sinceMicros: clock.nowMicros }
    const pause = auto.memory.pause ?? restored
    // At least one version is skipped: the gap shows that the version has caught up.
    const settingsVersion = Math.max(mark.settingsVersion, account.settingsVersion + 2)
    const caughtUp = changeSettings({ ...account, settingsVersion: settingsVersion - 1 }, settings)
    const written = await rearmAndAnnounce(locked, auto, caughtUp, {
      memory: { ...auto.memory, pause },
      steps: pause === restored ? [autoTopUpStep('paused', pause.reason)] : [],
    })
    return { change: written, answer: true }
  })
  return 'answer' in changed && changed.answer
}
