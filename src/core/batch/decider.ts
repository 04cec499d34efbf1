/** Decides a stream of events of which nothing is written, as the offline command does. */
import type { Book } from '../book/book.ts'
import { BookOverlay } from '../book/overlay.ts'
import { type Decision, leavesIdentity } from '../rating/decision.ts'
import type { UsageEvent } from '../usage/event.ts'
import { decideUsage } from './decide-usage.ts'

export interface Decider {
  /** Decides the next event with all those before it known. `content` is as in `decideUsage`. */
  decide(event: UsageEvent, content: string): Decision
}

/** Begins with what the book knows, and never changes it. Keeps what it has decided for as long as it lives. */
export function createDecider(book: Book): Decider {
  const overlay = new BookOverlay(book)
  return {
    decide(event, content) {
      const decided = decideUsage(event, content, overlay)
      if (leavesIdentity(decided)) overlay.note(event, content, decided)
      return decided
    },
  }
}
