/**
 * One open stream. It has no queue: while the last write has not left the process it writes nothing, and then only the
 * newest state. So a slow reader costs at most one event of each kind, and misses only what was superseded.
 */
import type { Caller } from '../access/permissions.ts'
import { type FollowedAccount, noticesKeyOf } from './account.ts'
import { type EndReason, eventText, settingsData, topUpsData } from './events.ts'
import { eventId, isNewer, type LiveFacts, type Place, type Seen, stepsSince } from './facts.ts'

/** The response that a stream writes to. */
export interface Sink {
  /** `written` is called once the text has left the process, or never will. */
  write(text: string, written: () => void): void
  /** Writes the last of the stream and closes it. */
  end(text: string): void
  destroy(): void
}

export interface StreamTimes {
  readonly balanceEveryMs: number
  readonly heartbeatMs: number
  /** A write that has not left the process within this time ends the stream. */
  readonly drainMs: number
}

export interface LiveStream {
  readonly caller: Caller
  /** How many events were sent. */
  readonly sent: () => number
  /** Sends what is newer than what was sent, if anything. */
  wake(): void
  /** Call about once a second: sends heartbeats and ends what is over. */
  look(): void
  end(reason: EndReason): void
}

interface StreamParts {
  readonly account: FollowedAccount<LiveStream>
  readonly caller: Caller
  readonly sink: Sink
  readonly times: StreamTimes
  /** What the client has received before. */
  readonly seen: Seen
  /** How long the client waits before it reconnects. */
  readonly retryMs: number
  readonly onSent: (event: string) => void
  /** Called once. */
  readonly onEnd: (reason: EndReason) => void
}

/**
 * Opens a stream: writes `retry:` and the current state at once. One closure, because all its functions share what was
 * seen, sent and written.
 */
export function openStream(parts: StreamParts): LiveStream {
  const { account, caller, sink, times, retryMs, onSent, onEnd } = parts
  const { accountId } = account
  const noticesKey = noticesKeyOf(caller)
  let { seen } = parts
  let sent = 0
  let isOver = false
  let isWriting = false
  let writtenAtMs = performance.now()
  let balanceAtMs = Number.NEGATIVE_INFINITY
  let later: NodeJS.Timeout | undefined

  const stream: LiveStream = {
    caller,
    sent: () => sent,
    wake,
    look() {
      if (isOver) return
      const now = performance.now()
      const { untilMicros } = caller
      if (isWriting && now - writtenAtMs > times.drainMs) end('too_slow')
      else if (untilMicros !== undefined && Date.now() * 1000 >= untilMicros) end('credential_ended')
      // Shows the reader that we are alive, and us that the reader is not if it stays unsent.
      else if (!isWriting && now - writtenAtMs >= times.heartbeatMs) write(': nothing new\n\n')
    },
    end,
  }
  write(`retry: ${retryMs}\n\n${newest()}`)
  return stream

  function wake(): void {
    if (isOver || isWriting) return
    const text = newest()
    if (text !== '') write(text)
  }

  function write(text: string): void {
    isWriting = true
    writtenAtMs = performance.now()
    sink.write(text, () => {
      isWriting = false
      wake()
    })
  }

  /** Everything newer than what was sent, as event texts; '' if there is nothing. */
  function newest(): string {
    const facts = account.facts()
    if (facts === null) return ''
    return newestBalance(facts) + newestSettings(facts) + newestTopUps() + newestNotices()
  }

  function newestBalance({ balance, status }: LiveFacts): string {
    const isDue = isNewer(balance, seen.balance) || isNewer(status, seen.status)
    // The client may have seen something newer elsewhere: say nothing older.
    if (!isDue || isOlder(balance, seen.balance) || isOlder(status, seen.status)) return ''
    const waitMs = balanceAtMs - performance.now()
    if (waitMs > 0) {
      later ??= setTimeout(() => {
        later = undefined
        wake()
      }, waitMs)
      return ''
    }
    balanceAtMs = performance.now() + times.balanceEveryMs
    seen = { ...seen, balance: placeOf(balance), status: placeOf(status) }
    return event('balance', account.balanceData())
  }

  function newestSettings({ settings }: LiveFacts): string {
    if (!isNewer(settings, seen.settings)) return ''
    seen = { ...seen, settings: placeOf(settings) }
    return event('settings', settingsData(accountId, settings))
  }

  function newestTopUps(): string {
    const { topUps } = account
    if (topUps === null || topUps.latest === null || !isNewer(topUps.place, seen.topUps)) return ''
    const steps = stepsSince(topUps.place, seen.topUps)
    seen = { ...seen, topUps: placeOf(topUps.place) }
    return event('top_ups', topUpsData(accountId, caller, topUps.place, topUps.latest, steps))
  }

  function newestNotices(): string {
    const notices = account.notices.get(noticesKey)
    if (notices === undefined || notices.digest === seen.notices) return ''
    seen = { ...seen, notices: notices.digest }
    return event('notices', notices.data)
  }

  function event(name: string, data: string): string {
    sent++
    onSent(name)
    return eventText(name, data, eventId(seen))
  }

  function end(reason: EndReason): void {
    if (isOver) return
    isOver = true
    clearTimeout(later)
    if (reason === 'too_slow' || reason === 'client_gone') sink.destroy()
    else sink.end(eventText('end', JSON.stringify({ reason })))
    onEnd(reason)
  }
}

function isOlder(place: Place, than: Place | undefined): boolean {
  return than !== undefined && isNewer(than, place)
}

function placeOf({ epoch, version }: Place): Place {
  return { epoch, version }
}
