/**
 * A usage event is an immutable fact from the telephony platform: something was used, by an account, at an instant.
 * Reading one from JSON or Avro is in `read.ts`; what it costs is in `../rating/`.
 */
import type { InstantMicros } from '../instant.ts'

export type Direction = 'outbound' | 'inbound'
export type Leg = 'direct' | 'forwarded'
export type Channel = 'sms' | 'mms' | 'whatsapp'

/** The fields of every usage event. `interactionId` defaults to `eventId`; `userId` null: not given. */
export interface UsageFacts {
  readonly eventId: string
  readonly accountId: string
  readonly occurredAtMicros: InstantMicros
  readonly userId: string | null
  readonly interactionId: string
}

/** One leg of a call; `from` null means the caller is withheld. */
export interface CallEvent extends UsageFacts {
  readonly type: 'call'
  readonly direction: Direction
  readonly leg: Leg
  readonly from: string | null
  readonly to: string
  readonly durationSeconds: number
}

/** One inbound call to a toll-free number of the account. */
export interface TollFreeEvent extends UsageFacts {
  readonly type: 'toll_free'
  readonly from: string | null
  readonly to: string
  readonly durationSeconds: number
}

export interface MessageEvent extends UsageFacts {
  readonly type: 'message'
  readonly channel: Channel
  readonly direction: Direction
  readonly from: string | null
  readonly to: string
  readonly fragments: number
}

export interface ConversationIntelligenceEvent extends UsageFacts {
  readonly type: 'conversation_intelligence'
  readonly durationSeconds: number
}

export interface VoiceAgentEvent extends UsageFacts {
  readonly type: 'voice_agent'
  readonly agentId: string
  readonly durationSeconds: number
}

/** Any other metered item, priced by its `sku`. */
export interface OtherEvent extends UsageFacts {
  readonly type: 'other'
  readonly sku: string
  readonly quantity: number
}

/** Reverses the whole of the event named by `corrects`, of the same account. */
export interface CorrectionEvent extends UsageFacts {
  readonly type: 'correction'
  readonly corrects: string
}

export type UsageEvent =
  | CallEvent
  | TollFreeEvent
  | MessageEvent
  | ConversationIntelligenceEvent
  | VoiceAgentEvent
  | OtherEvent
  | CorrectionEvent

export type UsageType = UsageEvent['type']

/** Every type of usage, in the order the topics are listed. */
export const USAGE_TYPES = [
  'call',
  'toll_free',
  'message',
  'conversation_intelligence',
  'voice_agent',
  'other',
  'correction',
] as const satisfies readonly UsageType[]
