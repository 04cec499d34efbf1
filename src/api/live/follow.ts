/**
 * Accounts that are followed by open streams. What becomes of them is heard from the live view as it is fed; where it is not
 * heard, for the view is away or not vouched for, the database is asked for all such accounts at once, every second.
 *
 * Whatever the source, and in whatever order it comes, of each part the newer one counts (facts.ts). So after a gap it is
 * enough to ask the database once, beside whatever is heard meanwhile.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { readParts } from '../../ledger/accounts/read-parts.ts'
import { latestTopUps } from '../../ledger/top-ups/latest-top-ups.ts'
import type { Logger } from '../../platform/log.ts'
import { type Counter, counter, gauge, type Registry } from '../../platform/metrics.ts'
import type { Pool } from '../../platform/postgres.ts'
import type { NewerParts } from '../../view/changes.ts'
import type { Caller } from '../access.ts'
import { type FollowedAccount, followedAccount } from './account.ts'
import { type Credential, checkCredentials } from './credentials.ts'
import type { EndReason } from './events.ts'
import { isNewer, type Seen } from './facts.ts'
import { type NoticesTimes, type ReadNotices, watchNotices } from './notices.ts'
import { type LiveStream, openStream, type Sink, type StreamTimes } from './stream.ts'

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

export interface LiveTimes extends StreamTimes, NoticesTimes {
  /** Between looks at the streams, and questions to the database where nothing is heard. */
  readonly lookEveryMs: number
  /** Between questions to the database also where all is heard: what nobody can vouch for is made good. */
  readonly readAtLeastEveryMs: number
  readonly credentialsEveryMs: number
  /** After which a client may come back: between the two, so that not all come at once. */
  readonly retryMs: readonly [number, number]
  /** What a stop waits for readers. */
  readonly stopMs: number
}

export const LIVE_TIMES: LiveTimes = {
  balanceEveryMs: 250,
  heartbeatMs: 15_000,
  drainMs: 30_000,
  noticesEveryMs: 15_000,
  noticesAtLeastEveryMs: 60_000,
  lookEveryMs: 1_000,
  readAtLeastEveryMs: 15_000,
  credentialsEveryMs: 60_000,
  retryMs: [1_000, 5_000],
  stopMs: 1_000,
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
  isFollowed(accountId: string): boolean
  /** Ends all streams. */
  stop(): Promise<void>
}

const MAX_TOP_UPS = 20

type Followed = FollowedAccount<LiveStream>

export function createFollowing(parts: FollowingParts): Following {
  const { pool, news, times, log } = parts
  const metrics = liveMetrics(parts.registry)
  const accounts = new Map<string, Followed>()
  const streams = new Map<LiveStream, Credential>()
  const toRead = new Set<string>()
  const topUpsToRead = new Set<string>()
  const notices = watchNotices(accounts, parts.readNotices, times, log)
  let isStopping = false
  let isListening = false
  let reading: Promise<void> | null = null
  let allReadAtMs = 0
  let checkedAtMs = 0
  let looking: NodeJS.Timeout | undefined

  return { follow, isFollowed: (accountId) => accounts.get(accountId)?.facts() != null, stop }

  function follow({ accountId, caller, credential, seen, sink, onEnd }: Follower): LiveStream {
    listen()
    let account = accounts.get(accountId)
    if (account === undefined) {
      account = followedAccount(accountId)
      accounts.set(accountId, account)
      // From now on what becomes of it is heard; what was before is read.
      read(accountId)
    }
    const followed = account
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
        followed.streams.delete(stream)
        if (followed.streams.size === 0) accounts.delete(accountId)
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
    if (isListening) return
    isListening = true
    allReadAtMs = performance.now()
    checkedAtMs = performance.now()
    looking = setInterval(look, times.lookEveryMs)
    news.open({
      wants: (accountId) => accounts.has(accountId),
      newer: (accountId, heard) => hear(accountId, heard, 'view'),
      missed(isOf) {
        for (const accountId of accounts.keys()) if (isOf(accountId)) read(accountId)
      },
    })
  }

  /** With nobody who follows there is nothing to listen for. */
  function rest(): void {
    if (streams.size > 0 || !isListening) return
    isListening = false
    clearInterval(looking)
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
      if (isAllDue || !isHeard) read(accountId)
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
      read(accountId)
      return
    }
    const alertsBefore = account.facts()?.balance.alertVersion
    const moved = account.hear(heard)
    if (moved.size === 0) return
    metrics.updates.inc({ source })
    const facts = account.facts()
    if (facts === null) {
      read(accountId)
      return
    }
    if (isNewer(facts.topUps, account.topUps?.place)) readTopUps(account)
    notices.moved(account, moved, facts.balance.alertVersion !== alertsBefore)
    for (const stream of account.streams) stream.wake()
  }

  function readTopUps(account: Followed): void {
    const { epoch, version } = account.facts()!.topUps
    // Most accounts have never had one.
    if (version === 0n) account.topUps = { place: { epoch, version }, latest: [] }
    else {
      topUpsToRead.add(account.accountId)
      readWanted()
    }
  }

  function read(accountId: string): void {
    toRead.add(accountId)
    readWanted()
  }

  /** One statement at a time: what is asked for meanwhile is in the next one. */
  function readWanted(): void {
    reading ??= (async () => {
      // Whatever else this turn of the loop asks for comes along.
      await null
      while (!isStopping && (toRead.size > 0 || topUpsToRead.size > 0)) {
        try {
          await readParted()
          await readLatestTopUps()
        } catch (error) {
          log.warn({ err: error }, 'followed accounts could not be read; it is tried again')
          await delay(times.lookEveryMs)
        }
      }
    })().finally(() => {
      reading = null
    })
  }

  async function readParted(): Promise<void> {
    const wanted = [...toRead].filter((accountId) => accounts.has(accountId))
    toRead.clear()
    if (wanted.length === 0) return
    const found = await readParts(pool, wanted).catch((error: unknown) => {
      for (const accountId of wanted) toRead.add(accountId)
      throw error
    })
    for (const accountId of wanted) {
      const stands = found.get(accountId)
      if (stands !== undefined) hear(accountId, stands, 'database')
      // Created after the point that the database was restored to.
      else for (const stream of [...(accounts.get(accountId)?.streams ?? [])]) stream.end('account_gone')
    }
  }

  async function readLatestTopUps(): Promise<void> {
    const wanted = [...topUpsToRead].flatMap((accountId) => accounts.get(accountId) ?? [])
    topUpsToRead.clear()
    if (wanted.length === 0) return
    const placed = wanted.map((account) => ({ account, place: account.facts()!.topUps }))
    const ids = wanted.map(({ accountId }) => accountId)
    const latest = await latestTopUps(pool, ids, MAX_TOP_UPS).catch((error: unknown) => {
      for (const accountId of ids) topUpsToRead.add(accountId)
      throw error
    })
    for (const { account, place } of placed) {
      account.topUps = { place, latest: latest.get(account.accountId) ?? [] }
      for (const stream of account.streams) stream.wake()
    }
  }

  async function stop(): Promise<void> {
    isStopping = true
    const open = [...streams.keys()]
    for (const stream of open) stream.end('stopping')
    setTimeout(() => {
      for (const stream of open) stream.destroy()
    }, times.stopMs).unref()
    rest()
    await notices.stop()
    await reading
  }
}

function liveMetrics(registry: Registry) {
  const updates: Counter<'source'> = counter(registry, {
    name: 'tollgate_live_updates_total',
    help: 'News of followed accounts that were newer, by where they came from: the live view, or the database in its place',
    labelNames: ['source'],
  })
  return {
    updates,
    open: gauge(registry, { name: 'tollgate_live_streams', help: 'Streams of live updates that are open' }),
    heard: gauge(registry, {
      name: 'tollgate_live_accounts_heard',
      help: 'Followed accounts whose news come from the live view; those of the others are read every second',
    }),
    events: counter(registry, {
      name: 'tollgate_live_events_total',
      help: 'Events sent to streams of live updates, by event',
      labelNames: ['event'],
    }),
    ended: counter(registry, {
      name: 'tollgate_live_streams_ended_total',
      help: 'Streams of live updates that ended, by reason',
      labelNames: ['reason'],
    }),
  }
}
