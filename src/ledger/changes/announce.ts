/**
 * Encodes what the ledger announces as messages for the outbox. Each carries its position in its series (version, sequence
 * or id) and the epoch, both in the value and in the headers (CloudEvents attributes in binary mode), so that a consumer
 * can route or drop it without decoding.
 */
import type { AlertRaised } from '../../core/account/alerts.ts'
import type { BalanceChanged, Movement, ServiceStatusChanged } from '../../core/account/state.ts'
import type { RecordedUsage } from '../../core/batch/decide-batch.ts'
import type { ChangeCause } from '../../core/changes/account-change.ts'
import { formatInstant, type InstantMicros } from '../../core/instant.ts'
import { type Headers, type OutboxKey, type OutboxMessage, outboxKey } from '../../outbox/messages.ts'
import type { EventTopic, RecordTopic } from '../../topics.ts'
import type { DeadLetter } from '../dead-letters/write-dead-letters.ts'
import { type Traceparent, traceparentOf } from '../source-message.ts'
import {
  type AnnouncedStep,
  alertRecord,
  balanceRecord,
  movementRecord,
  ratedUsageRecord,
  type Stamp,
  serviceStatusRecord,
  topUpRecord,
} from './announced-records.ts'

export const BALANCE_CHANGED = 'credit.balance-changed.v1' satisfies EventTopic
export const SERVICE_STATUS = 'credit.service-status.v1' satisfies EventTopic
export const ALERTS = 'credit.alerts.v1' satisfies EventTopic
export const TOP_UPS = 'credit.top-ups.v1' satisfies EventTopic
export const MOVEMENTS = 'credit.movements.v1' satisfies EventTopic
export const RATED_USAGE = 'usage.rated.v1' satisfies EventTopic
export const DEAD_LETTER = 'usage.dead-letter.v1' satisfies EventTopic

/** Encodes a record for a topic, in the registry's wire format. */
export type Encode = (topic: string, record: unknown) => Uint8Array

/** How to announce: the encoders, and which of the optional topics are enabled. */
export interface Publishing {
  readonly encode: Encode
  readonly recordTopics: ReadonlySet<RecordTopic>
}

/**
 * A larger dead letter leaves out the original message. By default a broker accepts messages up to 1 MiB, and one that it
 * refused would block everything behind it.
 */
export const MAX_DEAD_LETTER_BYTES = 900_000

export interface Announcer {
  balanceChanged(change: BalanceChanged, traceparent?: Traceparent): OutboxMessage
  /** `cause` is the cause of the change; if the balance changed too, that has the same cause. */
  serviceStatus(change: ServiceStatusChanged, cause: ChangeCause, traceparent?: Traceparent): OutboxMessage
  alert(alert: AlertRaised, cause: ChangeCause, traceparent?: Traceparent): OutboxMessage
  topUp(step: AnnouncedStep, cause: ChangeCause, traceparent?: Traceparent): OutboxMessage
  movement(movement: Movement, traceparent?: Traceparent): OutboxMessage
  ratedUsage(usage: RecordedUsage<unknown>, traceparent?: Traceparent): OutboxMessage
  deadLetter(letter: DeadLetter): OutboxMessage
}

/** Makes an announcer for one transaction of the ledger: its announcements share the epoch and the instant. */
export function createAnnouncer(encode: Encode, epoch: number, nowMicros: InstantMicros): Announcer {
  const stamp: Stamp = { epoch, nowMicros }
  const { aboutAccount, sharedHeaders } = createFraming(encode, stamp)
  return {
    balanceChanged(change, traceparent) {
      const { accountId, version, cause } = change
      const record = balanceRecord(change, stamp)
      return aboutAccount(BALANCE_CHANGED, accountId, String(version), cause, traceparent, record)
    },

    serviceStatus(change, cause, traceparent) {
      const record = serviceStatusRecord(change, stamp)
      return aboutAccount(SERVICE_STATUS, change.accountId, String(change.version), cause, traceparent, record)
    },

    alert(alert, cause, traceparent) {
      const record = alertRecord(alert, stamp)
      return aboutAccount(ALERTS, alert.accountId, String(alert.version), cause, traceparent, record)
    },

    topUp(step, cause, traceparent) {
      const record = topUpRecord(step, stamp)
      return aboutAccount(TOP_UPS, step.accountId, String(step.version), cause, traceparent, record)
    },

    movement(movement, traceparent) {
      const { posting, origin } = movement
      const record = movementRecord(movement, stamp)
      return aboutAccount(MOVEMENTS, posting.accountId, String(posting.sequence), origin.kind, traceparent, record)
    },

    ratedUsage(usage, traceparent) {
      const { accountId, eventId } = usage.event
      const record = ratedUsageRecord(usage, stamp)
      const message = aboutAccount(RATED_USAGE, accountId, eventId, 'usage', traceparent, record)
      // A correction that expired may be sent again under the same event id; that is then another decision.
      return { ...message, headers: { ...message.headers, ce_id: `${message.headers.ce_id}/${nowMicros}` } }
    },

    deadLetter: (letter) => deadLetterMessage(letter, encode, stamp, sharedHeaders(DEAD_LETTER)),
  }
}

interface Framing {
  aboutAccount(
    topic: string,
    accountId: string,
    sequence: string,
    cause: string,
    traceparent: Traceparent | undefined,
    record: unknown,
  ): OutboxMessage
  sharedHeaders(topic: string): Headers
}

/** Makes the functions that put records into messages, with the headers and keys that messages of a transaction share. */
function createFraming(encode: Encode, { epoch, nowMicros }: Stamp): Framing {
  const sharedByTopic = new Map<string, Headers>()
  const keyByAccount = new Map<string, OutboxKey>()
  const epochText = String(epoch)
  const time = formatInstant(nowMicros)

  function keyOf(accountId: string): OutboxKey {
    let key = keyByAccount.get(accountId)
    if (key === undefined) {
      key = outboxKey(Buffer.from(accountId))
      keyByAccount.set(accountId, key)
    }
    return key
  }

  function sharedHeaders(topic: string): Headers {
    let headers = sharedByTopic.get(topic)
    if (headers === undefined) {
      headers = {
        ce_specversion: '1.0',
        ce_type: `tollgate.${topic}`,
        ce_source: '/tollgate',
        ce_time: time,
        ce_epoch: epochText,
        'content-type': 'application/avro',
      }
      sharedByTopic.set(topic, headers)
    }
    return headers
  }

  /**
   * `sequence` orders or identifies the message within its topic and account: a version, a sequence or an event id. Together
   * with the epoch it gives the message an id that is the same whenever it is sent again.
   */
  function aboutAccount(
    topic: string,
    accountId: string,
    sequence: string,
    cause: string,
    traceparent: Traceparent | undefined,
    record: unknown,
  ): OutboxMessage {
    const headers: Record<string, string | Uint8Array> = {
      ce_id: `${topic}/${epoch}/${inPath(accountId)}/${inPath(sequence)}`,
      ce_subject: accountId,
      ce_sequence: sequence,
      ce_cause: cause,
    }
    if (traceparent) headers.traceparent = traceparent
    return {
      topic,
      key: keyOf(accountId),
      value: encode(topic, record),
      sharedHeaders: sharedHeaders(topic),
      headers,
    }
  }

  return { aboutAccount, sharedHeaders }
}

/** It keeps the key of the original message, as the account may be the very part that could not be read. */
function deadLetterMessage(
  letter: DeadLetter,
  encode: Encode,
  { epoch, nowMicros }: Stamp,
  sharedHeaders: Headers,
): OutboxMessage {
  const { topic, partition, offset, reason, detail } = letter
  const about = {
    topic,
    partition,
    offset: Number(offset),
    failed_at: nowMicros,
    reason,
    account_id: letter.accountId,
    event_id: letter.eventId,
  }
  const { key, value: original, headers: originalHeaders } = letter
  let value = encode(DEAD_LETTER, { ...about, detail, key, value: original, headers: [...originalHeaders] })
  // The key counts twice: it is in the value, and it is the key of the dead letter.
  const isTooBig = value.length + (key?.length ?? 0) > MAX_DEAD_LETTER_BYTES
  if (isTooBig) {
    const kept = `${detail} (too big to republish: its ${original?.length ?? 0} bytes are kept in tollgate.dead_letters)`
    value = encode(DEAD_LETTER, { ...about, detail: kept, key: null, value: null, headers: [] })
  }
  const headers: Record<string, string | Uint8Array> = {
    ce_id: `${DEAD_LETTER}/${epoch}/${topic}/${partition}/${offset}`,
    ce_cause: letter.reason,
  }
  const traceparent = traceparentOf(letter)
  if (traceparent) headers.traceparent = traceparent
  return {
    topic: DEAD_LETTER,
    key: isTooBig || key === null ? null : outboxKey(key),
    value,
    sharedHeaders,
    headers,
  }
}

/** Escapes an id for a path: ids are arbitrary printable ASCII, and a slash in one must not look like a separator. */
function inPath(id: string): string {
  return PLAIN.test(id) ? id : encodeURIComponent(id)
}

const PLAIN = /^[\w.~-]+$/
