/**
 * Accounts that are followed by open streams. What becomes of them is heard from the live view as it is fed; where it is not
 * heard, for the view is away or not vouched for, the database is asked for all such accounts at once, every second.
 *
 * Whatever the source, and in whatever order it comes, of each part the newer one counts (facts.ts). So after a gap it is
 * enough to ask the database once, beside whatever is heard meanwhile.
 */
import type { Logger } from '../../platform/log.ts'
import type { Registry } from '../../platform/metrics.ts'
import type { Pool } from '../../platform/postgres.ts'
import type { NewerParts } from '../../view/changes.ts'
import type { Credential } from '../access/credential.ts'
import type { Caller } from '../access/permissions.ts'
import { type FollowedAccount, followedAccount } from './account.ts'
import { checkCredentials } from './credentials.ts'
import type { EndReason } from './events.ts'
import { isNewer, type Place, type Seen } from './facts.ts'
import { liveMetrics } from './metrics.ts'
import { type ReadNotices, watchNotices } from './notices.ts'
import { createReader } from './reader.ts'
import { type LiveStream, openStream, type Sink } from './stream.ts'
import type { LiveTimes } from './times.ts'

/** Where news of accounts come from. */
export interface LiveNews {
  /** Begins to listen, to be ended by `close`. */
  open(ears: {
    wants(accountId: string): boolean
    newer(accountId: string, parts: NewerParts): void
    /** Something may not have been heard, of the accounts for which `isOf` says yes. */
    missed(isOf: (accountId: string) => boolean): void
  }): void
  close(): void
  /** Whether whatever becomes of the account is heard. */
  isHeard(accountId: string): boolean
}

interface FollowingParts {
  readonly pool: Pool
  readonly news: LiveNews
  readonly readNotices: ReadNotices
  readonly times: LiveTimes
  readonly log: Logger
  readonly registry: Registry
}

export interface Follower {
  readonly accountId: string
  readonly caller: Caller
  readonly credential: Credential
  /** What it has heard of before. */
  readonly seen: Seen
  readonly sink: Sink
  readonly onEnd: (reason: EndReason, sent: number) => void
}

export interface Following {
  /** Opens a stream of an account that exists. */
  follow(follower: Follower): LiveStream
  /** Whether it is known to exist, as somebody follows it. */
  isFollowed(accountId: string): boolean
  /** Ends all streams. */
  stop(): Promise<void>
}

export function createFollowing({ pool, news, readNotices, times, log, registry }: FollowingParts): Following {
  const metrics = liveMetrics(registry)
  const accounts = new Map<string, FollowedAccount<LiveStream>>()
  const streams = new Map<LiveStream, Credential>()
  const notices = watchNotices(accounts, readNotices, times, log)
  const reader = createReader({
    pool,
    log,
    isFollowed: (accountId) => accounts.has(accountId),
    onParts(accountId, parts) {
      if (parts !== null) hear(accountId, parts, 'database')
      // Created after the point that the database was restored to.
      else for (const stream of [...(accounts.get(accountId)?.streams ?? [])]) stream.end('account_gone')
    },
    onTopUps(accountId, latest) {
      const account = accounts.get(accountId)
      if (account?.topUps == null) return
      account.topUps = { ...account.topUps, latest }
      for (const stream of account.streams) stream.wake()
    },
  })
  let looking: NodeJS.Timeout | null = null
  let allReadAtMs = 0
  let checkedAtMs = 0

  return {
    follow,
    isFollowed: (accountId) => accounts.get(accountId)?.facts() != null,
    async stop() {
      for (const stream of [...streams.keys()]) stream.end('stopping')
      rest()
      await Promise.all([notices.stop(), reader.stop()])
    },
  }

  function follow({ accountId, caller, credential, seen, sink, onEnd }: Follower): LiveStream {
    listen()
    const account = accounts.get(accountId) ?? followedAccount<LiveStream>(accountId)
    if (!accounts.has(accountId)) {
      accounts.set(accountId, account)
      // From now on what becomes of it is heard; what was before is read.
      reader.read(accountId)
    }
    const [leastMs, mostMs] = times.retryMs
    const stream = openStream({
      account,
      caller,
      sink,
      times,
      seen,
      retryMs: Math.round(leastMs + Math.random() * (mostMs - leastMs)),
      onSent: (event) => metrics.events.inc({ event }),
      onEnd(reason) {
        streams.delete(stream)
        account.streams.delete(stream)
        if (account.streams.size === 0) accounts.delete(accountId)
        metrics.open.set(streams.size)
        metrics.ended.inc({ reason })
        rest()
        onEnd(reason, stream.sent())
      },
    })
    account.streams.add(stream)
    streams.set(stream, credential)
    metrics.open.set(streams.size)
    notices.joined(account, caller)
    return stream
  }

  function listen(): void {
    if (looking !== null) return
    allReadAtMs = performance.now()
    checkedAtMs = performance.now()
    looking = setInterval(look, times.lookEveryMs)
    news.open({
      wants: (accountId) => accounts.has(accountId),
      newer: (accountId, heard) => hear(accountId, heard, 'view'),
      missed(isOf) {
        for (const accountId of accounts.keys()) if (isOf(accountId)) reader.read(accountId)
      },
    })
  }

  /** With nobody who follows there is nothing to listen for. */
  function rest(): void {
    if (streams.size > 0 || looking === null) return
    clearInterval(looking)
    looking = null
    news.close()
    metrics.heard.set(0)
  }

  function look(): void {
    const now = performance.now()
    const isAllDue = now - allReadAtMs >= times.readAtLeastEveryMs
    if (isAllDue) allReadAtMs = now
    let heard = 0
    for (const accountId of accounts.keys()) {
      const isHeard = news.isHeard(accountId)
      if (isHeard) heard++
      if (isAllDue || !isHeard) reader.read(accountId)
    }
    metrics.heard.set(heard)
    for (const stream of [...streams.keys()]) stream.look()
    notices.look()
    if (now - checkedAtMs >= times.credentialsEveryMs) {
      checkedAtMs = now
      void checkCredentials(streams, log)
    }
  }

  function hear(accountId: string, heard: NewerParts, source: 'view' | 'database'): void {
    const account = accounts.get(accountId)
    if (account === undefined) return
    // An earlier version of the feed says less than is shown.
    if (heard.balance !== undefined && heard.balance.lastSequence === undefined) {
      reader.read(accountId)
      return
    }
    const alertsBefore = account.facts()?.balance.alertVersion
    const moved = account.hear(heard)
    if (moved.size === 0) return
    metrics.updates.inc({ source })
    const facts = account.facts()
    // Heard before it was read, which it will be.
    if (facts === null) return
    hearTopUps(account, facts.topUps)
    notices.moved(account, moved, facts.balance.alertVersion !== alertsBefore)
    for (const stream of account.streams) stream.wake()
  }

  function hearTopUps(account: FollowedAccount<LiveStream>, { epoch, version }: Place): void {
    if (!isNewer({ epoch, version }, account.topUps?.place)) return
    // Most accounts have never had one.
    account.topUps = { place: { epoch, version }, latest: version === 0n ? [] : null }
    if (version > 0n) reader.readTopUps(account.accountId)
  }
}
