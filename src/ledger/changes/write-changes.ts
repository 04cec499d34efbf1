/** Stores and announces changes of accounts that were decided outside of a usage batch, in a handful of statements. */
import type { AccountChange } from '../../core/changes/account-change.ts'
import { formatInstant } from '../../core/instant.ts'
import { alertMails } from '../../core/mail/alert-mail.ts'
import { allReplies, type Connection } from '../../platform/postgres.ts'
import { type DeadLetter, insertDeadLetters } from '../dead-letters/write-dead-letters.ts'
import { createAnnouncer, MOVEMENTS, type Publishing } from './announce.ts'
import { assertChanges } from './assert-changes.ts'
import { insertMails } from './insert-mails.ts'
import { insertSettings } from './insert-settings.ts'
import type { LedgerClock } from './read-clock.ts'
import { storeCrossings } from './store-crossings.ts'
import { type StepsOfAccount, storeTopUpSteps } from './store-top-up-steps.ts'
import { viewOfAccount } from './view-of-account.ts'
import { insertAccounts, updateAccounts } from './write-accounts.ts'
import { insertMovements } from './write-movements.ts'
import { insertPacks } from './write-outbox.ts'

/**
 * Writes changes and their announcements. At most one change per account. This transaction must hold the locks of the
 * existing accounts, and `clock` must have been read after they were granted. Returns the dead letters that are new. Throws
 * a unique violation of `ACCOUNTS_KEY` if another transaction created one of the new accounts in the meantime, and
 * `invariant_broken` for inconsistent changes.
 */
export async function writeChanges(
  connection: Connection,
  { encode, recordTopics }: Publishing,
  { epoch, nowMicros }: LedgerClock,
  changes: readonly AccountChange[],
  deadLetters: readonly DeadLetter[] = [],
): Promise<DeadLetter[]> {
  assertChanges(changes)
  const recordedAt = formatInstant(nowMicros)
  const created = changes.filter(({ cause }) => cause === 'account_created').map(({ account }) => account)
  const changed = changes.filter(({ cause }) => cause !== 'account_created').map(({ account }) => account)
  const withSettings = changes.filter(({ settings }) => settings !== null)
  const movements = changes.flatMap((change) => change.movements)

  const writes: Promise<unknown>[] = []
  // Before the settings, which reference the accounts.
  if (created.length > 0) writes.push(insertAccounts(connection, created))
  if (changed.length > 0) writes.push(updateAccounts(connection, changed, movements))
  if (withSettings.length > 0) {
    const versions = withSettings.map(({ account }) => account.settingsVersion)
    const list = withSettings.map(({ settings }) => settings!)
    const actors = withSettings.map(({ settingsActor }) => settingsActor)
    writes.push(insertSettings(connection, list, versions, actors, recordedAt))
  }
  if (movements.length > 0) writes.push(insertMovements(connection, movements, nowMicros))
  const alerts = changes.flatMap((change) => change.alerts)
  if (alerts.length > 0) writes.push(storeCrossings(connection, alerts, recordedAt))
  const mails = changes.flatMap(({ alerts, cause, mails }) => [
    ...mails,
    ...alertMails(alerts, nowMicros, cause === 'settings' ? 'level' : 'balance'),
  ])
  // After the accounts and their settings, which determine the recipients.
  if (mails.length > 0) writes.push(insertMails(connection, mails, recordedAt))
  const noting = deadLetters.length === 0 ? [] : insertDeadLetters(connection, deadLetters, recordedAt)
  const withSteps = changes.filter(({ isTopUpDue, topUpSteps }) => isTopUpDue || topUpSteps.length > 0)
  const ofTopUps = withSteps.map(({ account, topUpSteps, isTopUpDue }): StepsOfAccount => {
    return { accountId: account.accountId, steps: topUpSteps, isTopUpDue }
  })
  // After the accounts and their settings, which it reads.
  const storing = ofTopUps.length === 0 ? [] : storeTopUpSteps(connection, ofTopUps, recordedAt)
  const [noted, steps] = await allReplies([Promise.resolve(noting), Promise.resolve(storing), ...writes])
  const stepsByAccount = Map.groupBy(steps, ({ accountId }) => accountId)

  const announcer = createAnnouncer(encode, epoch, nowMicros)
  const announcements = {
    now: changes.flatMap(({ account, balanceChanged, statusChanged, alerts, cause }) => [
      ...(balanceChanged === null ? [] : [announcer.balanceChanged(balanceChanged)]),
      ...(statusChanged === null ? [] : [announcer.serviceStatus(statusChanged, cause)]),
      ...alerts.map((alert) => announcer.alert(alert, cause)),
      ...(stepsByAccount.get(account.accountId) ?? []).map((step) => announcer.topUp(step, cause)),
    ]),
    record: [
      ...noted.map((letter) => announcer.deadLetter(letter)),
      ...(recordTopics.has(MOVEMENTS) ? movements.map((movement) => announcer.movement(movement)) : []),
    ],
    view: changes.map(({ account }) => viewOfAccount(account, epoch, stepsByAccount.get(account.accountId))),
  }
  await insertPacks(connection, announcements, recordedAt)
  return noted
}
