/** The state of an account that is being followed, shared by all streams that show it. */
import type { LatestTopUp } from '../../ledger/top-ups/latest-top-ups.ts'
import type { NewerParts } from '../../view/changes.ts'
import type { Caller } from '../access/permissions.ts'
import { balanceData } from './events.ts'
import { isComplete, type LiveFacts, merge, type PartName, type Place } from './facts.ts'

/** The notices as one kind of caller sees them. */
export interface ShownNotices {
  readonly data: string
  readonly digest: string
}

export interface LatestTopUps {
  /** Place of the top-up series as last heard; the list may be newer than this, never older. */
  readonly place: Place
  /** Null until read. */
  readonly latest: readonly LatestTopUp[] | null
}

export interface FollowedAccount<Stream> {
  readonly accountId: string
  readonly streams: Set<Stream>
  /** Null until every part has been read or heard. */
  facts(): LiveFacts | null
  /** Merges what is newer, and returns the parts that moved. */
  hear(parts: NewerParts): ReadonlySet<PartName>
  /** The data of the event `balance`. Call it only once `facts` is not null. */
  balanceData(): string
  topUps: LatestTopUps | null
  /** By `noticesKeyOf`. */
  notices: ReadonlyMap<string, ShownNotices>
  /** When the notices are to be read next, and when they were read last; monotonic clock. */
  noticesDueAtMs: number
  noticesReadAtMs: number
}

/** Starts with nothing known. */
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

/** A key that callers have in common who see the same notices. */
export function noticesKeyOf(caller: Caller): string {
  if (caller.kind === 'key') return 'key'
  return caller.kind === 'person' ? `${caller.role} ${caller.subject}` : caller.kind
}
