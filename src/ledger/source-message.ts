/** A message as it arrived on its topic: how it is stored, and what its headers say. */
import { hash } from 'node:crypto'
import type { MessageContent, ReceivedMessage } from '../platform/kafka/message.ts'

/** The complete message, so that it can be inspected, repaired and sent again. */
export type OriginalMessage = MessageContent

/** A message with its position on the topic. */
export type SourceMessage = ReceivedMessage

/** Hashes the value, to distinguish messages at the same position of a topic that was deleted and created again. */
export function valueHash({ value }: Pick<OriginalMessage, 'value'>): Buffer {
  return hash('sha256', value ?? '', 'buffer').subarray(0, 16)
}

/** Headers in a json column. Values are arbitrary bytes, which JSON cannot hold, so they are base64. */
export type StoredHeaders = readonly { readonly name: string; readonly value: string | null }[]

/** Writes headers for a json column. */
export function headersAsJson(headers: OriginalMessage['headers']): string {
  const stored: StoredHeaders = headers.map(({ name, value }) => ({
    name,
    value: value === null ? null : Buffer.from(value).toString('base64'),
  }))
  return JSON.stringify(stored)
}

/** Reads headers from a json column. */
export function headersFromJson(stored: StoredHeaders): OriginalMessage['headers'] {
  return stored.map(({ name, value }) => ({ name, value: value === null ? null : Buffer.from(value, 'base64') }))
}

/** The W3C trace context of the usage event that caused a message. Null if it had none. */
export type Traceparent = Uint8Array | null

/** Returns the message's own trace context, if it is well-formed. */
export function traceparentOf({ headers }: Pick<OriginalMessage, 'headers'>): Traceparent {
  if (headers.length === 0) return null
  const value = headers.find(({ name }) => name.toLowerCase() === 'traceparent')?.value
  return value && TRACEPARENT.test(Buffer.from(value).toString('latin1')) ? value : null
}

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.{0,200})?$/
