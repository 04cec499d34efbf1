/**
 * The content of an event: what makes two events under one id the same fact or a contradiction.
 * The known fields after defaults, absent and null alike, instants by value, unknown fields left out.
 */
import type { UsageEvent } from './event.ts'

/** Raised whenever the text of `contentOf` changes for any event, so that stored hashes are compared like with like. */
export const CONTENT_VERSION = 1

/** One line of text, equal for two events exactly when their content is equal. The id and the account are the key, not content. */
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
