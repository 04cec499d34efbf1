/** The levels an account is alerted at. A level that is set above the balance raises its alert at once. */
import { alertLevels } from '../core/account/alerts.ts'
import { reviewAlerts } from '../core/account/state.ts'
import { formatInstant } from '../core/instant.ts'
import type { Currency, Micros } from '../core/money.ts'
import { inTransaction, type Pool } from '../platform/postgres.ts'
import type { Publishing } from './announce.ts'
import { insertSettings, setSettingsVersions } from './insert-settings.ts'
import { lockAccounts } from './lock-accounts.ts'
import { readClock } from './read-clock.ts'
import { readSettings } from './read-settings.ts'
import { writeSettled } from './write-settled.ts'

/** Undefined leaves a level as it is; null is the default for `low`, and none for `custom`. */
export interface WantedAlertLevels {
  readonly lowMicros?: Micros | null
  readonly customMicros?: Micros | null
}

export interface AlertLevelsSet {
  readonly lowMicros: Micros
  readonly customMicros: Micros | null
  readonly currency: Currency
  /** Kinds of the alerts that were raised by it. */
  readonly raised: readonly string[]
}

/** Null when there is no such account. */
export async function setAlertLevels(
  pool: Pool,
  publishing: Publishing,
  accountId: string,
  wanted: WantedAlertLevels,
): Promise<AlertLevelsSet | null> {
  return inTransaction(pool, async (connection) => {
    const before = (await lockAccounts(connection, [accountId])).get(accountId)
    if (before === undefined) return null
    const clock = await readClock(connection)
    const [stored] = await readSettings(connection, [{ accountId, version: before.settingsVersion }])
    const { lowMicros = stored!.lowAlertLevelMicros, customMicros = stored!.customAlertLevelMicros } = wanted
    const settings = { ...stored!, lowAlertLevelMicros: lowMicros, customAlertLevelMicros: customMicros }
    const levels = alertLevels(settings)
    const isAsItWas = lowMicros === stored!.lowAlertLevelMicros && customMicros === stored!.customAlertLevelMicros
    if (isAsItWas) return { ...levels, currency: before.currency, raised: [] }

    const settingsVersion = before.settingsVersion + 1
    await insertSettings(connection, [settings], [settingsVersion], formatInstant(clock.nowMicros))
    await setSettingsVersions(connection, [{ accountId }], [settingsVersion])
    const { account, alerts } = reviewAlerts({ ...before, settingsVersion }, levels)
    await writeSettled(
      connection,
      publishing,
      { account, alerts, balanceChanged: null, statusChanged: null },
      [],
      clock,
    )
    return { ...levels, currency: before.currency, raised: alerts.map(({ kind }) => kind) }
  })
}
