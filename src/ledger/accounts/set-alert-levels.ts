/** Sets the levels at which an account is alerted. A level that is set above the balance raises its alert at once. */
import { alertLevels } from '../../core/account/alerts.ts'
import { changeSettings } from '../../core/changes/account-change.ts'
import type { Currency, Micros } from '../../core/money.ts'
import { type Changed, changeAccount, type Writer } from '../changes/change-account.ts'
import { type ChangedMeanwhile, changedSince } from '../changes/last-change.ts'

/** Undefined leaves a level unchanged; null means the default for `low`, and no level for `custom`. */
export interface WantedAlertLevels {
  readonly lowMicros?: Micros | null
  readonly customMicros?: Micros | null
  readonly actor: string
}

export interface AlertLevelsSet {
  readonly lowMicros: Micros
  readonly customMicros: Micros | null
  readonly currency: Currency
  /** The kinds of the alerts that were raised. */
  readonly raised: readonly string[]
}

/**
 * Sets alert levels; unchanged levels write nothing. `seenVersion`: the version of the levels that the caller saw; if they
 * were changed since, the change is refused. Null skips that check.
 */
export async function setAlertLevels(
  writer: Writer,
  accountId: string,
  wanted: WantedAlertLevels,
  seenVersion: number | null = null,
): Promise<Changed<AlertLevelsSet, ChangedMeanwhile>> {
  return changeAccount<AlertLevelsSet, ChangedMeanwhile>(writer, accountId, async (locked) => {
    const { connection, account, settings: stored } = locked
    const refused = await changedSince(connection, accountId, 'alert_levels', seenVersion)
    if (refused !== null) return { refused }
    const { lowMicros = stored.lowAlertLevelMicros, customMicros = stored.customAlertLevelMicros } = wanted
    const settings = { ...stored, lowAlertLevelMicros: lowMicros, customAlertLevelMicros: customMicros }
    const isUnchanged = lowMicros === stored.lowAlertLevelMicros && customMicros === stored.customAlertLevelMicros
    const change = isUnchanged ? null : changeSettings(account, settings, wanted.actor)
    const raised = (change?.alerts ?? []).map(({ kind }) => kind)
    return { change, answer: { ...alertLevels(settings), currency: account.currency, raised } }
  })
}
