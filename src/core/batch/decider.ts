/** Decides a stream of events without writing anything, for the offline command. */
import type { Book } from '../book/book.ts'
import { BookOverlay } from '../book/overlay.ts'
import { type Decision, leavesIdentity } from '../rating/decision.ts'
import type { UsageEvent } from '../usage/event.ts'
import { decideUsage } from './decide-usage.ts'

export interface Decider {
  /** Decides the next event, knowing all those before it. `content` is as in `decideUsage`. */
  decide(event: UsageEvent, content: string): Decision
}

/** Creates a decider that starts from the book and never changes it. It keeps all its decisions in memory. */
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
