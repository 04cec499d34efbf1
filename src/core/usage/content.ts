/**
 * The content of an event. Two events with one id are duplicates if their contents are equal, and conflict otherwise.
 * Content is the known fields after defaults: absent and null are equal, instants compare by value, unknown fields are ignored.
 */
import type { UsageEvent } from './event.ts'

/**
 * Increase this whenever `contentOf` changes its text for any event. A stored hash of another version is not compared: a
 * second event of its id counts as a duplicate.
 */
export const CONTENT_VERSION = 1

/** One line of text, equal for two events exactly when their contents are. Id and account are the key, not content. */
export function contentOf(event: UsageEvent): string {
  return JSON.stringify([event.type, event.occurredAtMicros, event.userId, event.interactionId, ...ownFields(event)])
}

function ownFields(event: UsageEvent): readonly (string | number | null)[] {
  switch (event.type) {
    case 'call':
      return [event.direction, event.leg, event.from, event.to, event.durationSeconds]
    case 'toll_free':
      return [event.from, event.to, event.durationSeconds]
    case 'message':
      return [event.channel, event.direction, event.from, event.to, event.fragments]
    case 'conversation_intelligence':
      return [event.durationSeconds]
    case 'voice_agent':
      return [event.agentId, event.durationSeconds]
    case 'other':
      return [event.sku, event.quantity]
    case 'correction':
      return [event.corrects]
  }
}
