/**
 * Replays a bounded part of the dead letters within the time of one request, under a request key.
 *
 * Kafka is not part of the transaction that stores the answer. If a replay is interrupted it stores no answer, but
 * every letter it sent is marked, and the same request continues after those. Only a replay of letters that were
 * replayed before may send some twice, which is harmless because of their identity.
 */
import { formatInstant } from '../core/instant.ts'
import { readClock } from '../ledger/changes/read-clock.ts'
import { INSTALLATION, insertRequest, type RequestKey, readRequest } from '../ledger/changes/request-keys.ts'
import {
  countKeptDeadLetters,
  type DeadLetterFilter,
  type DeadLetterPlace,
  type ReasonSummary,
  summariseDeadLetters,
} from '../ledger/dead-letters/list-dead-letters.ts'
import { tryLockReplay } from '../ledger/dead-letters/lock-replay.ts'
import { type Connection, inTransaction, type Pool } from '../platform/postgres.ts'
import {
  beginReplay,
  CONFLICT,
  type FailedReplay,
  type ReplayBounds,
  replayDeadLetters,
  withoutConflicts,
} from './replay.ts'
import type { ReplaySender } from './replay-sender.ts'

/** Where a replay continues: after this letter. `upTo` is its end. */
export interface ReplayCursor {
  readonly after: DeadLetterPlace
  readonly upTo: string
}

export interface ReplayPart extends ReplayBounds {
  readonly filter: DeadLetterFilter
  /** Null to start from the oldest letter and end at the newest that exists now. */
  readonly cursor: ReplayCursor | null
}

/** Stored as the answer of the request, so all of it is JSON. */
export interface ReplayedPart {
  readonly replayed: number
  /** The letters matching the filter that are not replayed yet. */
  readonly left: number
  readonly failedCount: number
  readonly failed: readonly FailedReplay[]
  readonly conflictsLeftOut: number
  /** Null if no letter is left after it. `valueHash` is in hex. */
  readonly next: { readonly upTo: string; readonly after: StoredPlace } | null
}

type StoredPlace = Omit<DeadLetterPlace, 'valueHash'> & { readonly valueHash: string }

export type ReplayResult = ReplayedPart | { readonly refused: 'request_key_reused' | 'another_is_running' }

const MAX_NAMED_FAILURES = 200
/** Much longer than the caller's `isTimeUp` allows. */
const REPLAYED_WITHIN_MS = 300_000

/** Replays the next part. A repeated request gets the stored answer. */
export async function replayOnce(
  pool: Pool,
  sender: ReplaySender,
  { filter, cursor, ...bounds }: ReplayPart,
  request: RequestKey,
): Promise<ReplayResult> {
  const replay = async (): Promise<ReplayedPart> => {
    const found = await summariseDeadLetters(pool, filter)
    const chosen = withoutConflicts(filter)
    const upTo = cursor?.upTo ?? newestOf(found.filter(({ reason }) => reason !== chosen.exceptReason))
    const progress = beginReplay(cursor?.after ?? null)
    let left = 0
    if (upTo === null) progress.isDone = true
    else {
      const bounded = { ...chosen, upTo }
      await replayDeadLetters(pool, sender, bounded, progress, bounds)
      left = progress.isDone ? 0 : await countKeptDeadLetters(pool, bounded, progress.last)
    }
    const { replayed, failed, last } = progress
    return {
      replayed,
      left,
      failedCount: failed.length,
      failed: failed.slice(0, MAX_NAMED_FAILURES),
      conflictsLeftOut: chosen.exceptReason === null ? 0 : countOf(found, CONFLICT),
      next: left === 0 || last === null || upTo === null ? null : { upTo, after: storedPlace(last) },
    }
  }
  const underKey = async (connection: Connection): Promise<ReplayResult> => {
    if (!(await tryLockReplay(connection))) return { refused: 'another_is_running' }
    const earlier = await readRequest(connection, INSTALLATION, request)
    if (earlier) return earlier.isSame ? (earlier.answer as ReplayedPart) : { refused: 'request_key_reused' }
    const answer = await replay()
    const { nowMicros } = await readClock(connection)
    await insertRequest(connection, INSTALLATION, request, answer, formatInstant(nowMicros))
    return answer
  }
  // Open during the whole replay: the lock tells a repeated request that the first is still running.
  return await inTransaction(pool, underKey, { nextStatementWithinMs: REPLAYED_WITHIN_MS })
}

function newestOf(found: readonly ReasonSummary[]): string | null {
  const instants = found.map(({ newestRecordedAt }) => newestRecordedAt).toSorted()
  return instants.at(-1) ?? null
}

function countOf(found: readonly ReasonSummary[], reason: string): number {
  return found.find((one) => one.reason === reason)?.count ?? 0
}

function storedPlace({ recordedAt, topic, partition, offset, valueHash }: DeadLetterPlace): StoredPlace {
  return { recordedAt, topic, partition, offset, valueHash: valueHash.toString('hex') }
}
