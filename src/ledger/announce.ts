/** What the ledger tells the world, as encoded messages for the outbox. */
import type { BalanceChanged, ServiceStatusChanged } from '../core/account/state.ts'
import type { InstantMicros } from '../core/instant.ts'
import { formatMoney } from '../core/money.ts'
import type { OutboxMessage } from '../outbox/messages.ts'
import type { DeadLetter } from './write-dead-letters.ts'

export const BALANCE_CHANGED = 'credit.balance-changed.v1'
export const SERVICE_STATUS = 'credit.service-status.v1'
export const DEAD_LETTER = 'usage.dead-letter.v1'

/** Encodes a record for a topic, in the registry's wire format. */
export type Encode = (topic: string, record: unknown) => Uint8Array

/** A message as it came, so that it can be looked at, mended and sent again. */
export interface OriginalMessage {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array | null }[]
}

export function balanceChangedMessage(
  change: BalanceChanged,
  epoch: number,
  changedAtMicros: InstantMicros,
  encode: Encode,
): OutboxMessage {
  return aboutAccount(BALANCE_CHANGED, change.accountId, encode, {
    account_id: change.accountId,
    epoch,
    version: Number(change.version),
    balance_before: formatMoney(change.balanceBeforeMicros),
    balance_after: formatMoney(change.balanceAfterMicros),
    currency: change.currency,
    cause: change.cause,
    first_sequence: Number(change.firstSequence),
    last_sequence: Number(change.lastSequence),
    changed_at: changedAtMicros,
  })
}

export function serviceStatusMessage(change: ServiceStatusChanged, epoch: number, encode: Encode): OutboxMessage {
  return aboutAccount(SERVICE_STATUS, change.accountId, encode, {
    account_id: change.accountId,
    epoch,
    version: Number(change.version),
    status: change.status,
    blocked: [...change.blocked],
    reason: change.reason,
    since: change.sinceMicros,
  })
}

/**
 * Original bytes above this stay in Postgres: a broker takes messages of 1 MiB unless told otherwise, and one that it
 * refused would hold up everything behind it.
 */
export const MOST_REPUBLISHED_BYTES = 900_000

/** What key, value and headers of a message take. */
export function originalBytes({ key, value, headers }: OriginalMessage): number {
  const ofHeaders = headers.reduce((sum, header) => sum + header.name.length + (header.value?.length ?? 0), 0)
  return (key?.length ?? 0) + (value?.length ?? 0) + ofHeaders
}

export function deadLetterMessage(
  letter: DeadLetter & OriginalMessage,
  failedAtMicros: InstantMicros,
  encode: Encode,
): OutboxMessage {
  const isTooBig = originalBytes(letter) > MOST_REPUBLISHED_BYTES
  const kept = `${letter.detail} (too big to republish: ${letter.value?.length ?? 0} bytes kept in tollgate.dead_letters)`
  const value = encode(DEAD_LETTER, {
    topic: letter.topic,
    partition: letter.partition,
    offset: Number(letter.offset),
    reason: letter.reason,
    detail: isTooBig ? kept : letter.detail,
    account_id: letter.accountId,
    event_id: letter.eventId,
    key: letter.key,
    value: isTooBig ? null : letter.value,
    headers: isTooBig ? [] : [...letter.headers],
    failed_at: failedAtMicros,
  })
  return { topic: DEAD_LETTER, key: letter.key, value, headers: {} }
}

function aboutAccount(topic: string, accountId: string, encode: Encode, record: unknown): OutboxMessage {
  return { topic, key: Buffer.from(accountId), value: encode(topic, record), headers: {} }
}
