/**
 * Announcements to screen readers: at most one sentence every 30 seconds, the newest; a new critical notice at once,
 * but not repeatedly if it comes and goes. What was there when the page was opened is not announced.
 */

export interface AnnouncerPort {
  /** Writes into the polite live region. */
  readonly say: (text: string) => void
  /** Writes into a region with role `alert`. */
  readonly alert: (text: string) => void
  readonly nowMs: () => number
  /** Calls back later; returns a function that cancels it. */
  readonly later: (work: () => void, ms: number) => () => void
}

export interface Critical {
  readonly text: string
  /** A kind is announced at most once every 30 seconds: credit may run out many times while it hardly suffices. */
  readonly kind: string
}

export interface Announcer {
  /** For crossings and results of payments. A newer sentence replaces one that is waiting. */
  announce(text: string): void
  /** All present critical notices, by occurrence. The first call says what was there on load. */
  criticals(notices: ReadonlyMap<string, Critical>): void
  stop(): void
}

export const ANNOUNCE_EVERY_MS = 30_000

export function createAnnouncer({ say, alert, nowMs, later }: AnnouncerPort): Announcer {
  let lastSaidMs = Number.NEGATIVE_INFINITY
  let waiting: string | null = null
  let cancel: (() => void) | null = null
  let known: Set<string> | null = null
  const alertedAtMs = new Map<string, number>()

  function sayNow(text: string): void {
    lastSaidMs = nowMs()
    say(text)
  }

  return {
    announce(text) {
      const waitMs = lastSaidMs + ANNOUNCE_EVERY_MS - nowMs()
      if (waitMs <= 0) {
        sayNow(text)
        return
      }
      waiting = text
      cancel ??= later(() => {
        cancel = null
        if (waiting !== null) sayNow(waiting)
        waiting = null
      }, waitMs)
    },
    criticals(notices) {
      const before = known
      known = new Set([...(before ?? []), ...notices.keys()])
      if (before === null) return
      const isNews = ({ kind }: Critical) =>
        nowMs() - (alertedAtMs.get(kind) ?? Number.NEGATIVE_INFINITY) >= ANNOUNCE_EVERY_MS
      const fresh = [...notices].flatMap(([id, critical]) => (!before.has(id) && isNews(critical) ? [critical] : []))
      for (const { kind } of fresh) alertedAtMs.set(kind, nowMs())
      if (fresh.length > 0) alert(fresh.map(({ text }) => text).join(' '))
    },
    stop() {
      cancel?.()
      cancel = null
      waiting = null
    },
  }
}
