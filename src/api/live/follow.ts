/**
 * Accounts followed by open streams. News of them comes from the live view's feed. Accounts of a shard that is not heard, or
 * whose view is not vouched for, are read from the database every second, in one statement; now and then all are.
 *
 * Sources may overlap and come in any order: of each part the newer version counts (facts.ts). So after a gap one read
 * of the database is enough, while news keeps coming in.
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

/** A source of news of accounts. */
export interface LiveNews {
  /** Starts to listen, until `close`. */
  open(subscriber: {
    wants(accountId: string): boolean
    newer(accountId: string, parts: NewerParts): void
    /** Some news may have been missed, of the accounts for which `isOf` returns true. */
    missed(isOf: (accountId: string) => boolean): void
  }): void
  close(): void
  /** Whether all news of the account is heard at present. */
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
  /** What the client has received before. */
  readonly seen: Seen
  readonly sink: Sink
  readonly onEnd: (reason: EndReason, sent: number) => void
}

export interface Following {
  /** Opens a stream of an account that exists; closes with the client, the credential or `stop`. */
  follow(follower: Follower): LiveStream
  /** Whether an account is followed and has been read, so it exists. */
  isFollowed(accountId: string): boolean
  /** Ends all streams, and waits for reads in progress. */
  stop(): Promise<void>
}

/**
 * Creates the registry of followed accounts. It listens to `news` only while streams are open. One closure, because all
 * its functions share accounts, streams and timer.
 */
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
      if (parts !== null) applyNews(accountId, parts, 'database')
      // The account was created after the point to which the database was restored.
      else for (const stream of [...(accounts.get(accountId)?.streams ?? [])]) stream.end('account_gone')
    },
    onTopUps(accountId, latest) {
      const account = accounts.get(accountId)
      if (account?.topUps == null) return
      account.topUps = { ...account.topUps, latest }
      for (const stream of account.streams) stream.wake()
    },
  })
  let timer: NodeJS.Timeout | null = null
  let allReadAtMs = 0
  let checkedAtMs = 0

  return {
    follow,
    isFollowed: (accountId) => accounts.get(accountId)?.facts() != null,
    async stop() {
      for (const stream of [...streams.keys()]) stream.end('stopping')
      stopListeningIfUnused()
      await Promise.all([notices.stop(), reader.stop()])
    },
  }

  function follow({ accountId, caller, credential, seen, sink, onEnd }: Follower): LiveStream {
    listen()
    const account = accounts.get(accountId) ?? followedAccount<LiveStream>(accountId)
    if (!accounts.has(accountId)) {
      accounts.set(accountId, account)
      // Changes from now on are heard; what is there already has to be read.
      reader.read(accountId)
    }
    const [minRetryMs, maxRetryMs] = times.retryMs
    const stream = openStream({
      account,
      caller,
      sink,
      times,
      seen,
      retryMs: Math.round(minRetryMs + Math.random() * (maxRetryMs - minRetryMs)),
      onSent: (event) => metrics.events.inc({ event }),
      onEnd(reason) {
        streams.delete(stream)
        account.streams.delete(stream)
        if (account.streams.size === 0) accounts.delete(accountId)
        metrics.open.set(streams.size)
        metrics.ended.inc({ reason })
        stopListeningIfUnused()
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
    if (timer !== null) return
    allReadAtMs = performance.now()
    checkedAtMs = performance.now()
    timer = setInterval(tick, times.lookEveryMs)
    news.open({
      wants: (accountId) => accounts.has(accountId),
      newer: (accountId, heard) => applyNews(accountId, heard, 'view'),
      missed(isOf) {
        for (const accountId of accounts.keys()) if (isOf(accountId)) reader.read(accountId)
      },
    })
  }

  /** Stops listening once the last stream has closed. */
  function stopListeningIfUnused(): void {
    if (streams.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
    news.close()
    metrics.heard.set(0)
  }

  function tick(): void {
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

  function applyNews(accountId: string, heard: NewerParts, source: 'view' | 'database'): void {
    const account = accounts.get(accountId)
    if (account === undefined) return
    // Published by an earlier version, without a field that is shown.
    if (heard.balance !== undefined && heard.balance.lastSequence === undefined) {
      reader.read(accountId)
      return
    }
    const alertsBefore = account.facts()?.balance.alertVersion
    const moved = account.hear(heard)
    if (moved.size === 0) return
    metrics.updates.inc({ source })
    const facts = account.facts()
    // The rest of the account is still being read.
    if (facts === null) return
    hearTopUps(account, facts.topUps)
    notices.moved(account, moved, facts.balance.alertVersion !== alertsBefore)
    for (const stream of account.streams) stream.wake()
  }

  function hearTopUps(account: FollowedAccount<LiveStream>, { epoch, version }: Place): void {
    if (!isNewer({ epoch, version }, account.topUps?.place)) return
    // An account that never had a top-up, as most, needs no read.
    account.topUps = { place: { epoch, version }, latest: version === 0n ? [] : null }
    if (version > 0n) reader.readTopUps(account.accountId)
  }
}
