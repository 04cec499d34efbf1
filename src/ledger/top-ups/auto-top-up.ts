/**
 * What a customer allows automatic top-up to charge. Saving it is also how a person resumes it: a pause ends by saving,
 * changed or not, with the consent that goes with it.
 */
import { changeSettings } from '../../core/account/change.ts'
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
import { conclude } from './conclude.ts'
import { type ConsentRefusal, consentRefusal, insertConsent } from './consents.ts'
import { askForMark } from './provider-tasks.ts'
import { readAutoTopUp, storeMemory } from './read-auto-top-up.ts'

export interface WantedAutoTopUp {
  readonly settings: AutoTopUpSettings
  /** Null: none is given, which is enough where it cannot charge more than before. */
  readonly consent: Consent | null
  readonly actor: string
}

export interface SavedAutoTopUp {
  /** The settings in force; to be marked at the provider where they charge less than before. */
  readonly settingsVersion: number
  /** The version by which automatic top-up became what it is: whoever changes it next says that they have seen it. */
  readonly lastChangedVersion: number
  readonly settings: AutoTopUpSettings
  /** Whether a pause has ended by it. */
  readonly isResumed: boolean
  /** Whether an automatic top-up was asked for at once. */
  readonly isTopUpDue: boolean
}

export type AutoTopUpRefusal =
  | ConsentRefusal
  | ChangedMeanwhile
  | 'account_closed'
  /** The card was stopped or a payment by it disputed: only another card ends that pause. */
  | 'needs_another_method'
  | { readonly faults: readonly SettingsFault[] }

/**
 * Saves it, and asks for a top-up at once where the balance is below the threshold. What changes nothing writes nothing;
 * turning it off is never refused for its figures, and ends no pause. `seenVersion` is that of automatic top-up as whoever
 * saves it has seen it; null: it is changed whatever it is by now.
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
      const isOther = await changedSince(connection, accountId, 'auto_top_up', seenVersion)
      if (isOther !== null) return { refused: isOther }
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
      const isNews = isChanged || isResumed
      // One that waits for its next try need not: a person has changed what it was declined by, or wants it ended.
      if (isNews && auto.openAutomaticId !== null) {
        await tryAtOnce(connection, auto.openAutomaticId, clock.nowMicros)
      }
      // The row by which the sweeper finds the account.
      if (isChanged) await storeMemory(connection, accountId, memory, null)
      if (isChanged) await askForMark(connection, accountId)
      const written = await conclude(locked, auto, {
        ...(change === undefined ? {} : { change }),
        cause: 'settings',
        settings: wanted,
        memory,
        // The limits may be others now.
        waits: isNews ? null : auto.waits,
        steps: isResumed ? [autoTopUpStep('resumed', before.pause!.reason)] : [],
      })
      const isTopUpDue = written?.topUpDue ?? false
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

/** What no bounds allow, and no column takes: turned off with such figures, the stored ones stay. */
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

/** One that waits for its next try is looked at now. */
export async function tryAtOnce(connection: Connection, topUpId: string, nowMicros: InstantMicros): Promise<void> {
  await connection.query(
    `update tollgate.top_ups set next_try_at = least(next_try_at, to_timestamp($2::bigint / 1000000.0))
      where top_up_id = $1 and state = 'requested'`,
    [topUpId, nowMicros],
  )
}

/**
 * The provider knows of later settings than this database, which was restored to an earlier point: automatic top-up pauses
 * until a person saves it. What is stored is appended once more, under the provider's version or a later one, so that whatever
 * is saved and marked next is newer than the mark. Answers false where the mark is not newer.
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
    // A gap is left in any case: by it the version is known to have caught up.
    const settingsVersion = Math.max(mark.settingsVersion, account.settingsVersion + 2)
    const written = await conclude(locked, auto, {
      change: changeSettings({ ...account, settingsVersion: settingsVersion - 1 }, settings),
      cause: 'settings',
      memory: { ...auto.memory, pause },
      steps: pause === restored ? [autoTopUpStep('paused', pause.reason)] : [],
    })
    return { change: written, answer: true }
  })
  return 'answer' in changed && changed.answer
}
