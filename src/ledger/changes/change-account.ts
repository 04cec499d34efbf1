/**
 * The only writer of accounts besides usage batches: lock, read, decide and write in one transaction.
 *
 * Every transaction locks in the same order: catalog use (only when applying accounts and publishing catalogs), the epoch
 * (only when creating accounts and raising it), accounts by account_id, then rows that belong to them. While an account is
 * locked, nothing but this database is called, because a usage batch may be waiting for the lock.
 */

import type { AccountState } from '../../core/account/state.ts'
import type { AccountChange } from '../../core/changes/account-change.ts'
import { formatInstant } from '../../core/instant.ts'
import type { AccountSettings } from '../../core/settings/settings.ts'
import { Fault } from '../../platform/faults.ts'
import { allReplies, type Connection, inTransaction, type Pool } from '../../platform/postgres.ts'
import type { Publishing } from './announce.ts'
import { lockAccounts } from './lock-accounts.ts'
import { type LedgerClock, readClock } from './read-clock.ts'
import { readSettings } from './read-settings.ts'
import { insertRequest, type RequestKey, readRequest } from './request-keys.ts'
import { writeChanges } from './write-changes.ts'

/** What every writer needs: the database, and how to announce what it writes. */
export interface Writer {
  readonly pool: Pool
  readonly publishing: Publishing
}

/** The locked accounts that exist, their settings in force, and a clock that was read after they were locked. */
export interface LockedAccounts {
  readonly accounts: ReadonlyMap<string, AccountState>
  readonly settings: ReadonlyMap<string, AccountSettings>
  readonly clock: LedgerClock
}

export interface Locked {
  /** For further reads under the lock, and for writes to the caller's own tables. */
  readonly connection: Connection
  readonly account: AccountState
  readonly settings: AccountSettings
  readonly clock: LedgerClock
}

export type Decided<Answer, Refusal> =
  /** `change` is null when the account stays unchanged. */
  { readonly change: AccountChange | null; readonly answer: Answer } | { readonly refused: Refusal }

export type Changed<Answer, Refusal = never> =
  /** `isRepeat`: this is the stored answer to an earlier identical request, and nothing was written. */
  { readonly answer: Answer; readonly isRepeat: boolean } | { readonly refused: Refusal | 'unknown_account' }

/** The result of a change with a request key. */
export type ChangedOnce<Answer, Refusal = never> = Changed<Answer, Refusal | 'request_key_reused'>

type Decide<Answer, Refusal> = (locked: Locked) => Decided<Answer, Refusal> | Promise<Decided<Answer, Refusal>>

/**
 * Changes one account in one transaction: locks it, calls `decide`, and writes and announces the change.
 *
 * `decide` runs under the account's lock and may use only the core and `connection`. A refusal rolls back everything,
 * including what `decide` wrote and the request key, so the same request can be tried again. Anything thrown rolls back too.
 *
 * With a request key, the answer is stored in the same transaction. The same key with the same content returns the stored
 * answer; with other content it is refused as `request_key_reused`. So the answer must be serialisable by `canonicalJson`
 * (bigints are).
 */
export function changeAccount<Answer, Refusal = never>(
  writer: Writer,
  accountId: string,
  decide: Decide<Answer, Refusal>,
): Promise<Changed<Answer, Refusal>>
export function changeAccount<Answer, Refusal = never>(
  writer: Writer,
  accountId: string,
  decide: Decide<Answer, Refusal>,
  request: RequestKey | null,
): Promise<ChangedOnce<Answer, Refusal>>
export async function changeAccount<Answer, Refusal = never>(
  { pool, publishing }: Writer,
  accountId: string,
  decide: Decide<Answer, Refusal>,
  request: RequestKey | null = null,
): Promise<ChangedOnce<Answer, Refusal>> {
  try {
    return await inTransaction(pool, async (connection): Promise<ChangedOnce<Answer, Refusal>> => {
      const locked = await lockAndRead(connection, [accountId])
      const account = locked.accounts.get(accountId)
      if (account === undefined) return { refused: 'unknown_account' }
      const earlier = request && (await readRequest(connection, accountId, request))
      if (earlier) {
        return earlier.isSame ? { answer: earlier.answer as Answer, isRepeat: true } : { refused: 'request_key_reused' }
      }
      const { clock } = locked
      const settings = locked.settings.get(accountId)
      if (settings === undefined) throw new Fault('invariant_broken', `account ${accountId} has no settings in force`)
      const decided = await decide({ connection, account, settings, clock })
      if ('refused' in decided) throw new RolledBack(decided.refused)
      const { change, answer } = decided
      if (change !== null && change.account.accountId !== accountId) {
        const other = change.account.accountId
        throw new Fault('invariant_broken', `a change of account ${other} was decided under the lock of ${accountId}`)
      }
      if (change !== null) await writeChanges(connection, publishing, clock, [change])
      if (request) await insertRequest(connection, accountId, request, answer, formatInstant(clock.nowMicros))
      return { answer, isRepeat: false }
    })
  } catch (error) {
    if (error instanceof RolledBack) return { refused: error.refused as Refusal }
    throw error
  }
}

/** Locks accounts in account_id order, then reads the clock and their settings. Accounts that do not exist are left out. */
export async function lockAndRead(connection: Connection, accountIds: readonly string[]): Promise<LockedAccounts> {
  const [accounts, clock] = await allReplies([lockAccounts(connection, accountIds), readClock(connection)])
  const versions = [...accounts.values()].map((account) => ({ ...account, version: account.settingsVersion }))
  const settings = await readSettings(connection, versions)
  return { accounts, settings: new Map(settings.map((each) => [each.accountId, each])), clock }
}

/** Thrown to roll back the transaction; carries the refusal out of it. */
class RolledBack extends Error {
  readonly refused: unknown

  constructor(refused: unknown) {
    super('refused')
    this.refused = refused
  }
}
