/**
 * Follows an account's stream: reconnects when it is lost, polls while it stays lost, pauses while the page is hidden,
 * and stops when the session ends.
 */
import { type LiveEvent, LiveRefused } from '../../../src/api/client/live.ts'
import type { Connection } from './connection.ts'

export interface FollowerPort {
  /** Yields events until the stream ends; throws `LiveRefused`, or the error of a broken connection. */
  readonly connect: (options: {
    readonly lastEventId: string | undefined
    readonly signal: AbortSignal
    /** Called for anything received, heartbeats included. */
    readonly onHeard: () => void
    readonly onRetry: (ms: number) => void
  }) => AsyncIterable<LiveEvent>
  readonly onEvent: (event: Exclude<LiveEvent, { event: 'end' }>) => void
  readonly onConnection: (connection: Connection) => void
  /** Reads everything that is shown: while the stream is lost, and once it is back. */
  readonly poll: () => void
  /** Calls back later; returns a function that cancels it. */
  readonly later: (work: () => void, ms: number) => () => void
}

export interface Follower {
  /** Starts, or starts again after `rest`. */
  follow(): void
  /** Closes the stream while nobody looks; nothing is lost by that. */
  rest(): void
}

export const LOST_AFTER_MS = 10_000
export const POLL_EVERY_MS = 15_000
/** The server sends a heartbeat every 15 s. */
export const SILENT_AFTER_MS = 30_000
const RETRY_MS = 2_000
const MAX_RETRY_MS = 30_000

/** No session, or none for this account any more: asking again gives the same answer. */
const ENDED = new Set([401, 403, 404])
const ENDING_REASONS = new Set(['credential_ended', 'account_gone'])

/** Creates a follower at rest. One closure, because all its functions share connection and timers. */
export function createFollower(port: FollowerPort): Follower {
  const { later } = port
  let stream: AbortController | null = null
  let lastEventId: string | undefined
  let retryMs = RETRY_MS
  let failures = 0
  let isLost = false
  let cancelLost: (() => void) | null = null
  let cancelRetry: (() => void) | null = null
  let cancelSilence: (() => void) | null = null

  function heard(own: AbortController): void {
    if (stream !== own) return
    failures = 0
    cancelSilence?.()
    cancelSilence = later(() => own.abort(), SILENT_AFTER_MS)
    cancelLost?.()
    cancelLost = null
    if (!isLost) return
    isLost = false
    port.onConnection('live')
    port.poll()
  }

  function poll(): void {
    port.poll()
    cancelLost = later(poll, POLL_EVERY_MS)
  }

  function connect(): void {
    const own = new AbortController()
    stream = own
    cancelRetry = null
    cancelLost ??= later(lost, LOST_AFTER_MS)
    // A connection that is never answered counts as silent too.
    cancelSilence = later(() => own.abort(), SILENT_AFTER_MS)
    void listen(own).then((isOver) => {
      if (stream !== own) return
      cancelSilence?.()
      if (isOver) {
        rest()
        port.onConnection('ended')
        return
      }
      failures += 1
      cancelLost ??= later(lost, LOST_AFTER_MS)
      cancelRetry = later(connect, Math.min(retryMs * 2 ** (failures - 1), MAX_RETRY_MS))
    })
  }

  /** Reads one connection to its end; true if it must not reconnect. */
  async function listen(own: AbortController): Promise<boolean> {
    const events = port.connect({
      lastEventId,
      signal: own.signal,
      onHeard: () => heard(own),
      onRetry: (ms) => {
        retryMs = ms
      },
    })
    try {
      for await (const event of events) {
        if (stream !== own) return false
        if (event.event === 'end') return ENDING_REASONS.has(event.data.reason)
        lastEventId = event.id
        port.onEvent(event)
      }
      return false
    } catch (error) {
      return error instanceof LiveRefused && ENDED.has(error.status)
    }
  }

  function lost(): void {
    isLost = true
    port.onConnection('lost')
    poll()
  }

  function rest(): void {
    stream?.abort()
    stream = null
    for (const cancel of [cancelLost, cancelRetry, cancelSilence]) cancel?.()
    cancelLost = null
    cancelRetry = null
    cancelSilence = null
  }

  return {
    follow() {
      if (stream === null && cancelRetry === null) connect()
    },
    rest,
  }
}
