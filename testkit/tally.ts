/** What demo traffic has sent, counted by what must become of it, so that the books can be held against it. */
import type { UsageTopic } from './records.ts'

/**
 * What is wrong with an event that can be decoded. A `duplicate` is harmless; the others end as dead letters, in
 * whatever order the topics are read.
 */
export type EventFault =
  | 'duplicate'
  | 'conflict'
  | 'unknown_account'
  | 'invalid_number'
  | 'invalid_event'
  | 'no_rate'
  | 'already_corrected'

/** What is wrong with bytes that cannot. */
export type JunkFault = 'empty' | 'short' | 'not_avro' | 'unknown_schema'

/** What a call without fault is meant to be; whether a package call still fits the fair-use limit is not foreseen. */
export type CallClass =
  | 'unanswered'
  | 'inbound'
  | 'forwarded'
  | 'in_package'
  | 'no_package'
  | 'outside_package'
  | 'caller_region'
  | 'caller_withheld'
  | 'special'
  | 'emergency'

/** What any event without fault is meant to be, were it never corrected. */
export type UsageClass =
  | CallClass
  | 'toll_free'
  | 'message_sent'
  | 'message_received'
  | 'conversation_intelligence'
  | 'voice_agent'
  | 'no_usage'
  | 'other'
  | 'correction'

/** Running tally. `items` = `events` + `duplicates` + `deadLetters`. */
export interface Produced {
  items: number
  /** New events that leave an identity, whatever is decided; corrections and what they take back are among them. */
  events: number
  duplicates: number
  /** Everything that must come back as a dead letter: `conflicts`, `junk` and `unratable`. */
  deadLetters: number
  conflicts: number
  junk: number
  unratable: number
  /** Every item by the topic it is sent to. */
  byTopic: Record<UsageTopic, number>
  byFault: Record<EventFault | JunkFault, number>
  /** Every one of `events`. */
  byClass: Record<UsageClass, number>
}

export function emptyTally(): Produced {
  return {
    items: 0,
    events: 0,
    duplicates: 0,
    deadLetters: 0,
    conflicts: 0,
    junk: 0,
    unratable: 0,
    byTopic: {
      'usage.calls.v1': 0,
      'usage.toll-free.v1': 0,
      'usage.messages.v1': 0,
      'usage.conversation-intelligence.v1': 0,
      'usage.voice-agents.v1': 0,
      'usage.other.v1': 0,
      'usage.corrections.v1': 0,
    },
    byFault: {
      duplicate: 0,
      conflict: 0,
      unknown_account: 0,
      invalid_number: 0,
      invalid_event: 0,
      no_rate: 0,
      already_corrected: 0,
      empty: 0,
      short: 0,
      not_avro: 0,
      unknown_schema: 0,
    },
    byClass: {
      unanswered: 0,
      inbound: 0,
      forwarded: 0,
      in_package: 0,
      no_package: 0,
      outside_package: 0,
      caller_region: 0,
      caller_withheld: 0,
      special: 0,
      emergency: 0,
      toll_free: 0,
      message_sent: 0,
      message_received: 0,
      conversation_intelligence: 0,
      voice_agent: 0,
      no_usage: 0,
      other: 0,
      correction: 0,
    },
  }
}
