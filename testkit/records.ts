/** Usage as a producer writes it: exactly the fields of `schemas/events/<topic>.avsc`, topic by topic. */
import type { InstantMicros } from '../src/core/instant.ts'

export interface CommonRecord {
  readonly event_id: string
  readonly account_id: string
  readonly occurred_at: InstantMicros
  readonly user_id: string | null
  readonly interaction_id: string | null
}

export interface CallUsageRecord extends CommonRecord {
  readonly direction: string
  readonly leg: string | null
  readonly from: string | null
  readonly to: string
  readonly duration_seconds: number
}

export interface TollFreeUsageRecord extends CommonRecord {
  readonly from: string | null
  readonly to: string
  readonly duration_seconds: number
}

export interface MessageUsageRecord extends CommonRecord {
  readonly channel: string
  readonly direction: string
  readonly from: string | null
  readonly to: string
  readonly fragments: number
}

export interface ConversationIntelligenceUsageRecord extends CommonRecord {
  readonly duration_seconds: number
}

export interface VoiceAgentUsageRecord extends CommonRecord {
  readonly agent_id: string
  readonly duration_seconds: number
}

export interface OtherUsageRecord extends CommonRecord {
  readonly sku: string
  readonly quantity: number
}

export interface CorrectionRecord extends CommonRecord {
  readonly corrects: string
}

export interface RecordByTopic {
  'usage.calls.v1': CallUsageRecord
  'usage.toll-free.v1': TollFreeUsageRecord
  'usage.messages.v1': MessageUsageRecord
  'usage.conversation-intelligence.v1': ConversationIntelligenceUsageRecord
  'usage.voice-agents.v1': VoiceAgentUsageRecord
  'usage.other.v1': OtherUsageRecord
  'usage.corrections.v1': CorrectionRecord
}

export type UsageTopic = keyof RecordByTopic

/** A record and the topic it belongs on. */
export type UsageOnTopic = { [T in UsageTopic]: { readonly topic: T; readonly event: RecordByTopic[T] } }[UsageTopic]

/** Changes the content of an event but not its id, which makes the two conflict. */
export function withOtherContent(usage: UsageOnTopic): UsageOnTopic {
  const { topic, event } = usage
  switch (topic) {
    case 'usage.messages.v1':
      return { topic, event: { ...event, fragments: event.fragments + 1 } }
    case 'usage.other.v1':
      return { topic, event: { ...event, quantity: event.quantity + 1 } }
    case 'usage.corrections.v1':
      return { topic, event: { ...event, corrects: `${event.corrects}-b` } }
    // One case per topic: only then does the compiler know which record belongs to the topic.
    case 'usage.calls.v1':
      return { topic, event: { ...event, duration_seconds: event.duration_seconds + 60 } }
    case 'usage.toll-free.v1':
      return { topic, event: { ...event, duration_seconds: event.duration_seconds + 60 } }
    case 'usage.conversation-intelligence.v1':
      return { topic, event: { ...event, duration_seconds: event.duration_seconds + 60 } }
    case 'usage.voice-agents.v1':
      return { topic, event: { ...event, duration_seconds: event.duration_seconds + 60 } }
  }
}
