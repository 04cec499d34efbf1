/**
 * What a screen reader says by itself of a page that changes: at most one sentence in half a minute, the newest; and a new
 * critical notice at once, but never twice, nor again for coming and going. What was there when the page was opened is not
 * announced.
 */

export interface AnnouncerPort {
  /** Into the polite live region. */
  readonly say: (text: string) => void
  /** Into a region of role alert. */
  readonly alert: (text: string) => void
  readonly nowMs: () => number
  /** Calls back later; answers how to cancel that. */
  readonly later: (work: () => void, ms: number) => () => void
}

export interface Critical {
  readonly text: string
  /** Of one kind nothing is said again within half a minute: credit may run out many times while it hardly suffices. */
  readonly kind: string
}

export interface Announcer {
  /** Crossings and results of payments. A newer one takes the place of one that still waits. */
  announce(text: string): void
  /** All critical notices that there are now, by what they are about. The first call tells what was there on load. */
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
