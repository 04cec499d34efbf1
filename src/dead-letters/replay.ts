/**
 * Replays dead letters once their cause is mended, oldest first. An event that was rated meanwhile is a duplicate; one that
 * fails again is a new dead letter at its new position.
 */
import {
  type DeadLetterFilter,
  type DeadLetterPlace,
  type ListedDeadLetter,
  listDeadLetters,
  type Position,
} from '../ledger/dead-letters/list-dead-letters.ts'
import { markReplayed } from '../ledger/dead-letters/mark-replayed.ts'
import { readOriginals } from '../ledger/dead-letters/read-originals.ts'
import { TooBigForTopic } from '../platform/kafka/producer.ts'
import type { Pool } from '../platform/postgres.ts'
import type { ReplaySender } from './replay-sender.ts'

/** The same bytes under a known id would conflict again: these are for a person to look at, and only replayed by name. */
export const CONFLICT = 'content_differs'

const PAGE_LETTERS = 500
/** A broker holds the messages of one send and partition against its limit for one message, of 1 MiB. */
const SEND_BYTES = 900_000

export interface FailedReplay extends Position {
  readonly reason: string
}

/** How far a replay has come; what it was given it keeps up to date, so that it can be told however it ends. */
export interface ReplayProgress {
  replayed: number
  readonly failed: FailedReplay[]
  /** The last letter that it is done with. */
  last: DeadLetterPlace | null
  /** Nothing that the filter asks for is behind `last`. */
  isDone: boolean
}

export function beginReplay(after: DeadLetterPlace | null = null): ReplayProgress {
  return { replayed: 0, failed: [], last: after, isDone: false }
}

export interface ReplayBounds {
  /** Those whose value is here count. */
  readonly maxLetters: number
  /** Asked between sends. */
  readonly isTimeUp: () => boolean
}

/** The filter without conflicts, unless it is they that it asks for. */
export function withoutConflicts(filter: DeadLetterFilter): DeadLetterFilter {
  return { ...filter, exceptReason: filter.reason === CONFLICT ? null : CONFLICT }
}

/**
 * Goes on behind `progress.last`, until it is done or at its bounds. The filter has an `upTo`: those that fail again are noted
 * behind it, or this would never end.
 */
export async function replayDeadLetters(
  pool: Pool,
  sender: ReplaySender,
  filter: DeadLetterFilter & { readonly upTo: string },
  progress: ReplayProgress,
  { maxLetters, isTimeUp }: ReplayBounds,
): Promise<void> {
  let left = maxLetters
  // One page at least, so that each request gets somewhere.
  do {
    const limit = Math.min(left, PAGE_LETTERS)
    const page = await listDeadLetters(pool, filter, { order: 'oldest first', after: progress.last, limit })
    for (const part of partsByTopicAndSize(page.filter(({ isValueKept }) => isValueKept))) {
      await replayPart(pool, sender, part, progress)
      left -= part.length
    }
    for (const letter of page) {
      if (!letter.isValueKept) progress.failed.push({ ...positionOf(letter), reason: 'its value was not kept' })
    }
    progress.last = page.at(-1) ?? progress.last
    progress.isDone = page.length < limit
  } while (!progress.isDone && left > 0 && !isTimeUp())
}

/**
 * Marked only once the broker has them: a crash in between sends them a second time, which identity makes harmless; the other
 * way round they would be taken for replayed and be lost.
 */
async function replayPart(
  pool: Pool,
  sender: ReplaySender,
  letters: readonly ListedDeadLetter[],
  progress: ReplayProgress,
): Promise<void> {
  const originals = await readOriginals(pool, letters)
  try {
    await sender.send(letters.map((letter, i) => ({ ...positionOf(letter), ...originals[i]! })))
  } catch (error) {
    if (!(error instanceof TooBigForTopic)) throw error
    if (letters.length === 1) {
      const reason = `${error.message}; raise its max.message.bytes and replay again`
      progress.failed.push({ ...positionOf(letters[0]!), reason })
      return
    }
    // Some of them may have landed all the same, which nobody tells us; one by one each is sent once more at the most.
    for (const letter of letters) await replayPart(pool, sender, [letter], progress)
    return
  }
  await markReplayed(pool, letters)
  progress.replayed += letters.length
}

function positionOf({ topic, partition, offset }: Position): Position {
  return { topic, partition, offset }
}

/** Of one topic each, so that what one topic refuses holds up no other. */
function partsByTopicAndSize(letters: readonly ListedDeadLetter[]): ListedDeadLetter[][] {
  const parts: ListedDeadLetter[][] = []
  for (const ofTopic of Map.groupBy(letters, ({ topic }) => topic).values()) {
    let bytes = Number.POSITIVE_INFINITY
    for (const letter of ofTopic) {
      const size = letter.sizeBytes ?? 0
      if (bytes + size > SEND_BYTES) {
        parts.push([])
        bytes = 0
      }
      parts.at(-1)!.push(letter)
      bytes += size
    }
  }
  return parts
}
