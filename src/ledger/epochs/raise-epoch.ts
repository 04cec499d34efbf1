/**
 * Raises the epoch after the database was restored to an earlier point. Consumers order by (epoch, version): what they
 * know may be from a future that no longer is, and whatever is said under the later epoch beats it.
 *
 * An account that saw its last change in that future would not be heard of again, and whoever believes it blocked would
 * believe so for ever. So balance and status of every account are republished, in the same transaction.
 */
import { restateAccount } from '../../core/changes/account-change.ts'
import { allReplies, type Connection } from '../../platform/postgres.ts'
import type { Publishing } from '../changes/announce.ts'
import { lockAccounts } from '../changes/lock-accounts.ts'
import { readClock } from '../changes/read-clock.ts'
import { writeChanges } from '../changes/write-changes.ts'

/** So many accounts are in memory at a time; their rows stay locked to the end. */
const ACCOUNTS_AT_ONCE = 2_000

/**
 * Seconds since 2020, which an integer holds for 68 years, and not the next number: a database restored a second time, to before the epoch was raised, would
 * give the same one out again, and what is said under it would be old to those who heard the first.
 *
 * Raters go on meanwhile and read the epoch after they have locked their accounts: what they say of an account under the
 * old one was said before we locked it, and is republished below.
 */
const RAISE_EPOCH = `
  update tollgate.ledger_epoch set epoch = greatest(
           epoch + 1, floor(extract(epoch from clock_timestamp() - timestamptz '2020-01-01T00:00:00Z'))::integer
         ), began_at = clock_timestamp(), reason = $1
  returning epoch`

/** In account_id order, as everybody locks. */
const NEXT_ACCOUNTS = `
  select account_id from tollgate.accounts where account_id > $1 order by account_id limit $2`

/** Fair-use minutes are not among what is republished: the view is to be rebuilt. */
const VIEW_MISSED_ALL = 'update tollgate.live_view_shards set misses = misses + 1'

/** The new epoch. To be called inside a transaction that has locked no account yet. */
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
  // Last, as the relays wait for these rows.
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
