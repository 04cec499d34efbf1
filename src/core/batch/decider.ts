/** Decides a stream of events without writing anything, for the offline command. */
import type { Book } from '../book/book.ts'
import { BookOverlay } from '../book/overlay.ts'
import { type Decision, isRecorded } from '../rating/decision.ts'
import type { UsageEvent } from '../usage/event.ts'
import { decideUsage } from './decide-usage.ts'

export interface Decider {
  /** Decides the next event, knowing all those before it. `contentHash` is as in `decideUsage`. */
  decide(event: UsageEvent, contentHash: string): Decision
}

/** Creates a decider that starts from the book and never changes it. It keeps all its decisions in memory. */
export function createDecider(book: Book): Decider {
  const overlay = new BookOverlay(book)
  return {
    decide(event, contentHash) {
      const decided = decideUsage(event, contentHash, overlay)
      if (isRecorded(decided)) overlay.apply(event, contentHash, decided, null)
      return decided
    },
  }
}
