/** An account that somebody follows: its facts are read once, however many streams show it. */
import type { LatestTopUp } from '../../ledger/top-ups/latest-top-ups.ts'
import type { NewerParts } from '../../view/changes.ts'
import type { Caller } from '../access/permissions.ts'
import { balanceData } from './events.ts'
import { isComplete, type LiveFacts, merge, type PartName, type Place } from './facts.ts'

/** The notices as one caller is shown them. */
export interface ShownNotices {
  readonly data: string
  readonly digest: string
}

export interface LatestTopUps {
  /** Of the series, as it is known: what is listed may be newer, never older. */
  readonly place: Place
  /** Null until they are read. */
  readonly latest: readonly LatestTopUp[] | null
}

export interface FollowedAccount<Stream> {
  readonly accountId: string
  readonly streams: Set<Stream>
  /** Null until all of it was read or heard. */
  facts(): LiveFacts | null
  hear(parts: NewerParts): ReadonlySet<PartName>
  balanceData(): string
  topUps: LatestTopUps | null
  notices: ReadonlyMap<string, ShownNotices>
  /** When the notices are to be looked at, and when they were, by the monotonic clock. */
  noticesDueAtMs: number
  noticesReadAtMs: number
}

export function followedAccount<Stream>(accountId: string): FollowedAccount<Stream> {
  let known: NewerParts = {}
  let facts: LiveFacts | null = null
  let balance: string | null = null
  return {
    accountId,
    streams: new Set(),
    facts: () => facts,
    hear(parts) {
      const merged = merge(known, parts)
      if (merged.moved.size === 0) return merged.moved
      known = merged.facts
      facts = isComplete(known) ? known : null
      balance = null
      return merged.moved
    },
    balanceData() {
      balance ??= balanceData(accountId, facts!)
      return balance
    },
    topUps: null,
    notices: new Map(),
    noticesDueAtMs: Number.NEGATIVE_INFINITY,
    noticesReadAtMs: Number.NEGATIVE_INFINITY,
  }
}

/** Callers who are shown the same notices. */
export function noticesKeyOf(caller: Caller): string {
  if (caller.kind === 'key') return 'key'
  return caller.kind === 'person' ? `${caller.role} ${caller.subject}` : caller.kind
}
