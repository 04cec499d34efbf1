/**
 * Keeps the notices of followed accounts current: reads them at once when something they depend on has changed, with a
 * delay when only the balance has, and from time to time because some depend on the date. It reads one account at a
 * time and then rests for as long as that took, so it never uses more than half of a database connection.
 */
import { hash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '../../platform/log.ts'
import type { Caller } from '../access/permissions.ts'
import { type FollowedAccount, noticesKeyOf, type ShownNotices } from './account.ts'
import type { PartName } from './facts.ts'
import type { LiveStream } from './stream.ts'

/**
 * Reads an account's notices as each of the callers sees them, in the order of `callers`; null if there is no such
 * account.
 */
export type ReadNotices = (
  accountId: string,
  callers: readonly Caller[],
) => Promise<readonly ({ readonly items: readonly object[] } | null)[]>

export interface NoticesTimes {
  readonly noticesEveryMs: number
  readonly noticesAtLeastEveryMs: number
}

const RETRY_MS = 5_000

type Followed = FollowedAccount<LiveStream>

export interface NoticesWatch {
  /** Another stream was opened; its caller may see notices that were not read yet. */
  joined(account: Followed, caller: Caller): void
  /** Parts of the account changed; `isAlerted`: an alert was stored. */
  moved(account: Followed, parts: ReadonlySet<PartName>, isAlerted: boolean): void
  /** Call about once a second. */
  look(): void
  stop(): Promise<void>
}

/** Creates the watch over `accounts`. */
export function watchNotices(
  accounts: ReadonlyMap<string, Followed>,
  read: ReadNotices,
  times: NoticesTimes,
  log: Logger,
): NoticesWatch {
  const stopping = new AbortController()
  let working: Promise<void> | null = null

  return {
    joined(account, caller) {
      if (!account.notices.has(noticesKeyOf(caller))) due(account, performance.now())
    },
    moved(account, parts, isAlerted) {
      const isBalanceAlone = !isAlerted && parts.size === 1 && parts.has('balance')
      due(account, isBalanceAlone ? account.noticesReadAtMs + times.noticesEveryMs : performance.now())
    },
    look: work,
    async stop() {
      stopping.abort()
      await working
    },
  }

  function due(account: Followed, atMs: number): void {
    account.noticesDueAtMs = Math.min(account.noticesDueAtMs, atMs)
    if (atMs <= performance.now()) work()
  }

  function work(): void {
    if (stopping.signal.aborted) return
    working ??= readDue()
  }

  async function readDue(): Promise<void> {
    // So that the caller has this promise before the end, even if nothing is due.
    await null
    for (;;) {
      const account = longestDue()
      if (account === null || stopping.signal.aborted) break
      const beganAtMs = performance.now()
      account.noticesReadAtMs = beganAtMs
      account.noticesDueAtMs = beganAtMs + times.noticesAtLeastEveryMs
      try {
        const callers = new Map([...account.streams].map(({ caller }) => [noticesKeyOf(caller), caller]))
        const shown = await read(account.accountId, [...callers.values()])
        account.notices = new Map(
          [...callers.keys()].flatMap((key, i) => {
            const notices = shown[i]
            return notices == null ? [] : [[key, shownNotices(notices)]]
          }),
        )
        for (const stream of account.streams) stream.wake()
      } catch (error) {
        account.noticesDueAtMs = performance.now() + RETRY_MS
        log.warn({ err: error }, 'could not read the notices of a followed account; will retry')
      }
      await delay(performance.now() - beganAtMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
    // At once: what is due from now on begins the next round.
    working = null
  }

  function longestDue(): Followed | null {
    let found: Followed | null = null
    for (const account of accounts.values()) {
      if (account.noticesDueAtMs < (found?.noticesDueAtMs ?? performance.now())) found = account
    }
    return found
  }
}

/** The digest covers the list alone: a new `as_of` is no news. */
function shownNotices(notices: { readonly items: readonly object[] }): ShownNotices {
  const digest = hash('sha256', JSON.stringify(notices.items), 'base64url').slice(0, DIGEST_CHARACTERS)
  return { data: JSON.stringify(notices), digest }
}

const DIGEST_CHARACTERS = 16
