/**
 * The one writer of accounts outside of usage batches: lock, read, decide, write, in one transaction.
 *
 * Lock order, the same for everybody: the lock on catalog use (applying accounts and publishing catalogs alone), the epoch
 * (creating accounts and raising it alone), then accounts by account_id, then whatever belongs to them. Nobody holds an
 * account over a call to anything but this database: a batch of usage may be waiting for it.
 */
import type { AccountChange } from '../../core/account/change.ts'
import type { AccountSettings } from '../../core/account/settings.ts'
import type { AccountState } from '../../core/account/state.ts'
import { formatInstant } from '../../core/instant.ts'
import { allReplies, type Connection, inTransaction, type Pool } from '../../platform/postgres.ts'
import type { Publishing } from './announce.ts'
import { lockAccounts } from './lock-accounts.ts'
import { type LedgerClock, readClock } from './read-clock.ts'
import { readSettings } from './read-settings.ts'
import { insertRequest, type RequestKey, readRequest } from './request-keys.ts'
import { writeChanges } from './write-changes.ts'

/** What every writer needs: the database, and how what it writes is announced. */
export interface Writer {
  readonly pool: Pool
  readonly publishing: Publishing
}

/** Accounts as they are once locked, those that exist, with the settings in force and a clock read after that. */
export interface LockedAccounts {
  readonly accounts: ReadonlyMap<string, AccountState>
  readonly settings: ReadonlyMap<string, AccountSettings>
  readonly clock: LedgerClock
}

export interface Locked {
  /** For reading more under the lock, and for writing rows of the caller's own tables. */
  readonly connection: Connection
  readonly account: AccountState
  readonly settings: AccountSettings
  readonly clock: LedgerClock
}

export type Decided<Answer, Refusal> =
  /** `change` is null where the account stays as it is. */
  { readonly change: AccountChange | null; readonly answer: Answer } | { readonly refused: Refusal }

export type Changed<Answer, Refusal = never> =
  /** `isRepeat`: the answer is the one that the same request was given before, and nothing was written. */
  { readonly answer: Answer; readonly isRepeat: boolean } | { readonly refused: Refusal | 'unknown_account' }

/** Of a change that is asked for under a request key. */
export type ChangedOnce<Answer, Refusal = never> = Changed<Answer, Refusal | 'request_key_reused'>

type Decide<Answer, Refusal> = (locked: Locked) => Decided<Answer, Refusal> | Promise<Decided<Answer, Refusal>>

/**
 * Changes one account. `decide` is called under its lock, so it calls nothing but the core and `connection`. A refusal
 * leaves nothing, neither what `decide` wrote nor the request's key, so the same request may be tried again. With a
 * request, an answer is stored beside its effects: the same key with the same content gets the first answer, with other
 * content `request_key_reused`. So the answer must be what `canonicalJson` takes; bigints are.
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
      const decided = await decide({ connection, account, settings: locked.settings.get(accountId)!, clock })
      if ('refused' in decided) throw new RolledBack(decided.refused)
      const { change, answer } = decided
      if (change !== null) await writeChanges(connection, publishing, clock, [change])
      if (request) await insertRequest(connection, accountId, request, answer, formatInstant(clock.nowMicros))
      return { answer, isRepeat: false }
    })
  } catch (error) {
    if (error instanceof RolledBack) return { refused: error.refused as Refusal }
    throw error
  }
}

/** Locks the accounts in account_id order, then reads. Those that do not exist are not in the answer. */
export async function lockAndRead(connection: Connection, accountIds: readonly string[]): Promise<LockedAccounts> {
  const [accounts, clock] = await allReplies([lockAccounts(connection, accountIds), readClock(connection)])
  const versions = [...accounts.values()].map((account) => ({ ...account, version: account.settingsVersion }))
  const settings = await readSettings(connection, versions)
  return { accounts, settings: new Map(settings.map((each) => [each.accountId, each])), clock }
}

/** Carries a refusal out of the transaction that it undoes. */
class RolledBack extends Error {
  readonly refused: unknown

  constructor(refused: unknown) {
    super('refused')
    this.refused = refused
  }
}
