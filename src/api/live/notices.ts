/**
 * Looks at the notices of accounts that are followed: at once when what they are made of moved, some time after a mere move of
 * the balance, and now and then because time goes on. One account at a time, with as long a rest as it took: whoever asks
 * for something else does not feel it.
 */
import { hash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '../../platform/log.ts'
import type { Caller } from '../access/permissions.ts'
import { type FollowedAccount, noticesKeyOf, type ShownNotices } from './account.ts'
import type { PartName } from './facts.ts'
import type { LiveStream } from './stream.ts'

/** The notices of an account as each of the callers is shown them, in their order; null where there is no such account. */
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
  /** Another stream is open, whose caller may not have been asked for before. */
  joined(account: Followed, caller: Caller): void
  moved(account: Followed, parts: ReadonlySet<PartName>, isAlerted: boolean): void
  /** To be called about once a second. */
  look(): void
  stop(): Promise<void>
}

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
    working ??= readDue().finally(() => {
      working = null
    })
  }

  async function readDue(): Promise<void> {
    for (;;) {
      const account = longestDue()
      if (account === null || stopping.signal.aborted) return
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
        log.warn({ err: error }, 'the notices of a followed account could not be read; it is tried again')
      }
      await delay(performance.now() - beganAtMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }

  function longestDue(): Followed | null {
    let found: Followed | null = null
    for (const account of accounts.values()) {
      if (account.noticesDueAtMs < (found?.noticesDueAtMs ?? performance.now())) found = account
    }
    return found
  }
}

/** They differ when the list does: as of when it is alone is no news. */
function shownNotices(notices: { readonly items: readonly object[] }): ShownNotices {
  const digest = hash('sha256', JSON.stringify(notices.items), 'base64url').slice(0, DIGEST_CHARACTERS)
  return { data: JSON.stringify(notices), digest }
}

const DIGEST_CHARACTERS = 16
