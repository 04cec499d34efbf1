/** Counts what demo traffic has sent by its expected outcome, to compare with the books. */
import type { UsageTopic } from './records.ts'

/**
 * The faults of events that can be decoded. A `duplicate` is harmless; the others become dead letters, in whatever order the
 * topics are read.
 */
export type EventFault =
  | 'duplicate'
  | 'conflict'
  | 'unknown_account'
  | 'invalid_number'
  | 'invalid_event'
  | 'no_rate'
  | 'already_corrected'

/** The faults of messages that cannot be decoded. */
export type JunkFault = 'empty' | 'short' | 'not_avro' | 'unknown_schema'

/** The intended class of a valid call. Whether a package call is still within the fair-use limit is not predicted. */
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

/** The intended class of a valid event, if it is not corrected. */
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

/** The running tally. `items` = `events` + `duplicates` + `deadLetters`. */
export interface Produced {
  items: number
  /** New events that get an identity, whatever the decision, including corrections and corrected events. */
  events: number
  duplicates: number
  /** Everything that must become a dead letter: `conflicts`, `junk` and `unratable`. */
  deadLetters: number
  conflicts: number
  junk: number
  unratable: number
  /** All items by topic. */
  byTopic: Record<UsageTopic, number>
  byFault: Record<EventFault | JunkFault, number>
  /** All `events` by class. */
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
