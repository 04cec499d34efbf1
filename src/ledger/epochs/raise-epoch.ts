/**
 * Raises the epoch after the database was restored to an earlier point. Consumers order events by (epoch, version).
 * They may know versions that were lost, and any event of the later epoch replaces those.
 *
 * An account whose last change was lost might never be announced again, and a consumer that saw it blocked would
 * believe that for ever. So balance and status of every account are republished in the same transaction.
 */
import { restateAccount } from '../../core/changes/account-change.ts'
import { allReplies, type Connection } from '../../platform/postgres.ts'
import type { Publishing } from '../changes/announce.ts'
import { lockAccounts } from '../changes/lock-accounts.ts'
import { readClock } from '../changes/read-clock.ts'
import { writeChanges } from '../changes/write-changes.ts'

/** Accounts in memory at a time. Their rows stay locked until the end. */
const ACCOUNTS_AT_ONCE = 2_000

/**
 * The epoch is the number of seconds since 2020, which fits an integer for 68 years. It is not a counter: a database
 * that is restored again, to before the epoch was raised, would reuse the same number, and consumers would ignore its
 * events as old.
 *
 * Raters continue meanwhile and read the epoch after locking their accounts. So whatever they announce of an account in
 * the old epoch precedes our lock on it, and is republished below.
 */
const RAISE_EPOCH = `
  update tollgate.ledger_epoch set epoch = greatest(
           epoch + 1, floor(extract(epoch from clock_timestamp() - timestamptz '2020-01-01T00:00:00Z'))::integer
         ), began_at = clock_timestamp(), reason = $1
  returning epoch`

/** In account_id order, like every lock of accounts. */
const NEXT_ACCOUNTS = `
  select account_id from tollgate.accounts where account_id > $1 order by account_id limit $2`

/** Fair-use minutes are not republished, so the live view must be rebuilt. */
const VIEW_MISSED_ALL = 'update tollgate.live_view_shards set misses = misses + 1'

/**
 * Raises the epoch and returns it. Must be called inside a transaction that has not locked any account. Locks all
 * accounts until the transaction ends.
 */
export async function raiseEpoch(connection: Connection, publishing: Publishing, reason: string): Promise<number> {
  const { rows } = await connection.query<{ epoch: number }>(RAISE_EPOCH, [reason])
  const [raised] = rows
  if (raised === undefined) throw new Error('tollgate.ledger_epoch is empty')
  for (let after = ''; ; ) {
    const next = await connection.query<{ account_id: string }>(NEXT_ACCOUNTS, [after, ACCOUNTS_AT_ONCE])
    const accountIds = next.rows.map((row) => row.account_id)
    const last = accountIds.at(-1)
    if (last === undefined) break
    await restateAccounts(connection, publishing, accountIds)
    after = last
  }
  // Last, because the relays wait for these rows.
  await connection.query(VIEW_MISSED_ALL)
  return raised.epoch
}

async function restateAccounts(
  connection: Connection,
  publishing: Publishing,
  accountIds: readonly string[],
): Promise<void> {
  const [accounts, clock] = await allReplies([lockAccounts(connection, accountIds), readClock(connection)])
  await writeChanges(connection, publishing, clock, [...accounts.values()].map(restateAccount))
}
