/**
 * Every topic this program reads or writes, and how it is made where it is missing. Each has its schema in
 * `schemas/events/<topic>.avsc`. The names, and what a consumer may rely on, are a contract: docs/PRODUCERS.md, CONSUMERS.md.
 */
import type { UsageType } from './core/usage/event.ts'

interface Topic {
  readonly topic: string
  /** The type of event that usage topics carry; absent for what is published. */
  readonly usage?: UsageType
  /** Records every movement or every rated event: large, and not needed by everybody (`TOLLGATE_RECORD_TOPICS`). */
  readonly isRecord?: true
  /** As the broker calls them. */
  readonly settings: Readonly<Record<string, string>>
}

export const USAGE_TOPIC_SETTINGS = {
  // Stored as the broker is told here, not as producers like: one who chose lz4 or snappy, which our client cannot read,
  // would stop every rater.
  'compression.type': 'uncompressed',
  // Retention counts from the arrival: by its producer's own clock, backdated usage could be deleted before it is read.
  'message.timestamp.type': 'LogAppendTime',
} as const

export const TOPICS = [
  { topic: 'usage.calls.v1', usage: 'call', settings: USAGE_TOPIC_SETTINGS },
  { topic: 'usage.toll-free.v1', usage: 'toll_free', settings: USAGE_TOPIC_SETTINGS },
  { topic: 'usage.messages.v1', usage: 'message', settings: USAGE_TOPIC_SETTINGS },
  {
    topic: 'usage.conversation-intelligence.v1',
    usage: 'conversation_intelligence',
    settings: USAGE_TOPIC_SETTINGS,
  },
  { topic: 'usage.voice-agents.v1', usage: 'voice_agent', settings: USAGE_TOPIC_SETTINGS },
  { topic: 'usage.other.v1', usage: 'other', settings: USAGE_TOPIC_SETTINGS },
  { topic: 'usage.corrections.v1', usage: 'correction', settings: USAGE_TOPIC_SETTINGS },
  { topic: 'credit.balance-changed.v1', settings: {} },
  { topic: 'credit.service-status.v1', settings: { 'cleanup.policy': 'compact' } },
  { topic: 'credit.alerts.v1', settings: {} },
  { topic: 'credit.top-ups.v1', settings: {} },
  { topic: 'credit.movements.v1', isRecord: true, settings: {} },
  { topic: 'usage.rated.v1', isRecord: true, settings: {} },
  // A dead letter wraps a whole message, which may already be as large as a usage topic takes.
  { topic: 'usage.dead-letter.v1', settings: { 'max.message.bytes': '4194304' } },
] as const satisfies readonly Topic[]

type Listed = (typeof TOPICS)[number]

export type EventTopic = Listed['topic']

/** The topics that usage comes in on, and the type of event that each carries. */
export const USAGE_TOPICS: ReadonlyMap<string, UsageType> = new Map(
  TOPICS.flatMap((one) => ('usage' in one ? [[one.topic, one.usage] as const] : [])),
)

export type RecordTopic = Extract<Listed, { isRecord: true }>['topic']

export const RECORD_TOPICS: readonly RecordTopic[] = TOPICS.flatMap((one) => ('isRecord' in one ? [one.topic] : []))
