/**
 * Replays dead letters after their cause is fixed, oldest first. An event that was rated in the meantime becomes a
 * duplicate. One that fails again becomes a new dead letter at its new position.
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

/**
 * Conflicts would fail again, because the same content stays under a known id. A person must look at them, so they are
 * replayed only if the filter names them.
 */
export const CONFLICT = 'content_differs'

const PAGE_LETTERS = 500
/** A broker limits all messages of one send to a partition like a single message, to 1 MiB. */
const SEND_BYTES = 900_000
const NOT_KEPT = 'its value was not kept'

export interface FailedReplay extends Position {
  readonly reason: string
}

/** The progress of a replay. It is updated in place, so that it can be reported however the replay ends. */
export interface ReplayProgress {
  replayed: number
  readonly failed: FailedReplay[]
  /** The last letter that was processed. */
  last: DeadLetterPlace | null
  /** No letter of the filter is left after `last`. */
  isDone: boolean
}

/** Returns the progress of a replay that has not started. */
export function beginReplay(after: DeadLetterPlace | null = null): ReplayProgress {
  return { replayed: 0, failed: [], last: after, isDone: false }
}

export interface ReplayBounds {
  /** Only letters whose value is stored count. */
  readonly maxLetters: number
  /** Checked after each page of up to 500 letters. */
  readonly isTimeUp: () => boolean
}

/** Excludes conflicts from the filter, unless it asks for them. */
export function withoutConflicts(filter: DeadLetterFilter): DeadLetterFilter {
  return { ...filter, exceptReason: filter.reason === CONFLICT ? null : CONFLICT }
}

/**
 * Continues after `progress.last` until it is done or reaches its bounds. The filter needs an `upTo`: letters that fail
 * again are stored after it, and the replay would never end.
 */
export async function replayDeadLetters(
  pool: Pool,
  sender: ReplaySender,
  filter: DeadLetterFilter & { readonly upTo: string },
  progress: ReplayProgress,
  { maxLetters, isTimeUp }: ReplayBounds,
): Promise<void> {
  let left = maxLetters
  // At least one page, so that every request makes progress.
  do {
    const limit = Math.min(left, PAGE_LETTERS)
    const page = await listDeadLetters(pool, filter, { order: 'oldest first', after: progress.last, limit })
    for (const part of partsByTopicAndSize(page.filter(({ isValueKept }) => isValueKept))) {
      await replayPart(pool, sender, part, progress)
      left -= part.length
    }
    for (const letter of page) {
      if (!letter.isValueKept) progress.failed.push({ ...positionOf(letter), reason: NOT_KEPT })
    }
    progress.last = page.at(-1) ?? progress.last
    progress.isDone = page.length < limit
  } while (!progress.isDone && left > 0 && !isTimeUp())
}

/**
 * Letters are marked after the broker has acknowledged them. A crash in between sends them twice, which is harmless
 * because of their identity. Marked first, they could be lost. A letter whose value was cleared since it was listed is not
 * sent: without its value it would be another message.
 */
async function replayPart(
  pool: Pool,
  sender: ReplaySender,
  letters: readonly ListedDeadLetter[],
  progress: ReplayProgress,
): Promise<void> {
  const originals = await readOriginals(pool, letters)
  const kept = letters.flatMap((letter, i) => {
    const original = originals[i]!
    const isCleared = letter.sizeBytes !== null && original.value === null
    if (isCleared) progress.failed.push({ ...positionOf(letter), reason: NOT_KEPT })
    return isCleared ? [] : { letter, original }
  })
  if (kept.length === 0) return
  try {
    await sender.send(kept.map(({ letter, original }) => ({ ...positionOf(letter), ...original })))
  } catch (error) {
    if (!(error instanceof TooBigForTopic)) throw error
    if (kept.length === 1) {
      const reason = `${error.message}; raise its max.message.bytes and replay again`
      progress.failed.push({ ...positionOf(kept[0]!.letter), reason })
      return
    }
    // Some may have arrived, which nothing reports. One by one, each is sent at most once more.
    for (const { letter } of kept) await replayPart(pool, sender, [letter], progress)
    return
  }
  const sent = kept.map(({ letter }) => letter)
  await markReplayed(pool, sent)
  progress.replayed += sent.length
}

function positionOf({ topic, partition, offset }: Position): Position {
  return { topic, partition, offset }
}

/** One topic per part, so that a refusal by one topic does not block the others. */
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
