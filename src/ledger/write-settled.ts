/** Writes what was decided for one account outside of a usage batch, and announces it: movements, balance, status, alerts. */
import type { Settled } from '../core/account/state.ts'
import { formatInstant } from '../core/instant.ts'
import type { Connection } from '../platform/postgres.ts'
import { createAnnouncer, MOVEMENTS, type Publishing } from './announce.ts'
import type { LedgerClock } from './read-clock.ts'
import { viewOfAccount } from './view-of-account.ts'
import { updateAccounts } from './write-accounts.ts'
import { insertMovements, type Movement } from './write-movements.ts'
import { insertPacks } from './write-outbox.ts'

/** The account's row is locked by this connection. */
export async function writeSettled(
  connection: Connection,
  { encode, recordTopics }: Publishing,
  { account, balanceChanged, statusChanged, alerts }: Settled,
  movements: readonly Movement[],
  { epoch, nowMicros }: LedgerClock,
): Promise<void> {
  const recordedAt = formatInstant(nowMicros)
  const announcer = createAnnouncer(encode, epoch, nowMicros)
  const cause = balanceChanged?.cause ?? 'settings'
  if (movements.length > 0) await insertMovements(connection, movements, nowMicros)
  await updateAccounts(connection, [account])
  await insertPacks(
    connection,
    {
      now: [
        ...(balanceChanged === null ? [] : [announcer.balanceChanged(balanceChanged)]),
        ...(statusChanged === null ? [] : [announcer.serviceStatus(statusChanged, balanceChanged!.cause)]),
        ...alerts.map((alert) => announcer.alert(alert, cause)),
      ],
      record: recordTopics.has(MOVEMENTS) ? movements.map((movement) => announcer.movement(movement)) : [],
      view: [viewOfAccount(account, epoch)],
    },
    recordedAt,
  )
}
