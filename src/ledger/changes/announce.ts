/**
 * Encodes what the ledger announces as messages for the outbox. Each carries its position in its series (version, sequence
 * or id) and the epoch, both in the value and in the headers (CloudEvents attributes in binary mode), so that a consumer
 * can route or drop it without decoding.
 */
import type { AlertRaised } from '../../core/account/alerts.ts'
import type { RecordedUsage } from '../../core/account/batch.ts'
import type { ChangeCause } from '../../core/account/change.ts'
import type { BalanceChanged, Movement, ServiceStatusChanged } from '../../core/account/state.ts'
import { formatInstant, type InstantMicros } from '../../core/instant.ts'
import { type Currency, formatMoney } from '../../core/money.ts'
import type { TopUpStep } from '../../core/top-up/step.ts'
import { quantityUsed } from '../../core/usage/quantity.ts'
import { type Headers, type OutboxKey, type OutboxMessage, outboxKey } from '../../outbox/messages.ts'
import type { EventTopic, RecordTopic } from '../../topics.ts'
import type { DeadLetter } from '../dead-letters/write-dead-letters.ts'
import { type Traceparent, traceparentOf } from '../source-message.ts'

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

/** A step with its version in the account's series. */
export interface AnnouncedStep extends TopUpStep {
  readonly accountId: string
  readonly currency: Currency
  readonly version: bigint
}

/** Makes an announcer for one transaction of the ledger: its announcements share the epoch and the instant. */
export function createAnnouncer(encode: Encode, epoch: number, nowMicros: InstantMicros): Announcer {
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
   * `place` orders or identifies the message within its topic and account: a version, a sequence or an event id. Together
   * with the epoch it gives the message an id that is the same whenever it is sent again.
   */
  function aboutAccount(
    topic: string,
    accountId: string,
    place: string,
    cause: string,
    traceparent: Traceparent | undefined,
    record: unknown,
  ): OutboxMessage {
    const headers: Record<string, string | Uint8Array> = {
      ce_id: `${topic}/${epoch}/${inPath(accountId)}/${inPath(place)}`,
      ce_subject: accountId,
      ce_sequence: place,
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

  return {
    balanceChanged(change, traceparent) {
      return aboutAccount(BALANCE_CHANGED, change.accountId, String(change.version), change.cause, traceparent, {
        account_id: change.accountId,
        epoch,
        version: Number(change.version),
        balance_before: formatMoney(change.balanceBeforeMicros),
        balance_after: formatMoney(change.balanceAfterMicros),
        currency: change.currency,
        cause: change.cause,
        first_sequence: Number(change.firstSequence),
        last_sequence: Number(change.lastSequence),
        changed_at: nowMicros,
      })
    },

    serviceStatus(change, cause, traceparent) {
      return aboutAccount(SERVICE_STATUS, change.accountId, String(change.version), cause, traceparent, {
        account_id: change.accountId,
        epoch,
        version: Number(change.version),
        status: change.status,
        blocked: [...change.blocked],
        reason: change.reason,
        since: change.sinceMicros,
      })
    },

    alert(alert, cause, traceparent) {
      return aboutAccount(ALERTS, alert.accountId, String(alert.version), cause, traceparent, {
        account_id: alert.accountId,
        epoch,
        version: Number(alert.version),
        kind: alert.kind,
        level: formatMoney(alert.levelMicros),
        balance: formatMoney(alert.balanceMicros),
        currency: alert.currency,
        raised_at: nowMicros,
      })
    },

    topUp(step, cause, traceparent) {
      return aboutAccount(TOP_UPS, step.accountId, String(step.version), cause, traceparent, {
        account_id: step.accountId,
        epoch,
        version: Number(step.version),
        kind: step.kind,
        top_up_id: step.topUpId,
        trigger: step.trigger,
        amount: step.amountMicros === null ? null : formatMoney(step.amountMicros),
        currency: step.currency,
        reason: step.reason,
        attempt: step.attempt,
        until: step.untilMicros,
        occurred_at: nowMicros,
      })
    },

    movement({ posting, origin, occurredAtMicros }, traceparent) {
      const { accountId, sequence } = posting
      return aboutAccount(MOVEMENTS, accountId, String(sequence), origin.kind, traceparent, {
        account_id: accountId,
        epoch,
        sequence: Number(sequence),
        kind: origin.kind,
        amount: formatMoney(posting.amountMicros),
        balance_before: formatMoney(posting.balanceBeforeMicros),
        balance_after: formatMoney(posting.balanceAfterMicros),
        currency: posting.currency,
        event_id: 'eventId' in origin ? origin.eventId : null,
        top_up_id: 'topUpId' in origin ? origin.topUpId : null,
        reverses_sequence: 'reversesSequence' in origin ? Number(origin.reversesSequence) : null,
        actor: 'actor' in origin ? origin.actor : null,
        reason: 'reason' in origin ? origin.reason : null,
        occurred_at: occurredAtMicros,
        recorded_at: nowMicros,
      })
    },

    ratedUsage({ event, decision, settingsVersion, movementSequence, correctedBy }, traceparent) {
      const { accountId, eventId } = event
      const message = aboutAccount(RATED_USAGE, accountId, eventId, 'usage', traceparent, {
        account_id: accountId,
        event_id: eventId,
        epoch,
        type: event.type,
        interaction_id: event.interactionId,
        user_id: event.userId,
        outcome: decision.outcome,
        reason: decision.reason,
        quantity: quantityUsed(event),
        units: decision.units,
        covered_minutes: decision.coveredMinutes,
        amount: formatMoney(decision.amountMicros),
        currency: decision.currency,
        deck: decision.rate?.deck ?? null,
        prefix: decision.rate?.prefix ?? null,
        destination: decision.rate?.destination ?? null,
        to_country: decision.to?.country ?? null,
        catalog_version: decision.catalogVersion,
        settings_version: settingsVersion,
        movement_sequence: movementSequence === null ? null : Number(movementSequence),
        corrects: event.type === 'correction' ? event.corrects : null,
        corrected_by: correctedBy,
        occurred_at: event.occurredAtMicros,
        recorded_at: nowMicros,
      })
      // A correction that expired may be sent again under the same event id; that is then another decision.
      return { ...message, headers: { ...message.headers, ce_id: `${message.headers.ce_id}/${nowMicros}` } }
    },

    /** It keeps the key of the original message, as the account may be the very part that could not be read. */
    deadLetter(letter) {
      const { topic, partition, offset, reason, detail } = letter
      const place = { topic, partition, offset: Number(offset), failed_at: nowMicros }
      const about = { ...place, reason, account_id: letter.accountId, event_id: letter.eventId }
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
        sharedHeaders: sharedHeaders(DEAD_LETTER),
        headers,
      }
    },
  }
}

/** Escapes an id for a path: ids are arbitrary printable ASCII, and a slash in one must not look like a separator. */
function inPath(id: string): string {
  return PLAIN.test(id) ? id : encodeURIComponent(id)
}

const PLAIN = /^[\w.~-]+$/
