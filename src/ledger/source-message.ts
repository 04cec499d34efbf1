/** A message as it came on its topic: how it is kept, and what its headers say. */
import { hash } from 'node:crypto'
import type { MessageContent, ReceivedMessage } from '../platform/kafka/message.ts'

/** All of it is kept, so that it can be looked at, mended and sent again. */
export type OriginalMessage = MessageContent

/** A message with its place on the topic. */
export type SourceMessage = ReceivedMessage

/** Tells a message from another at the same position of a topic that was made anew. */
export function valueHash({ value }: Pick<OriginalMessage, 'value'>): Buffer {
  return hash('sha256', value ?? '', 'buffer').subarray(0, 16)
}

/** Headers as a json column holds them. Values are bytes of any kind, which JSON does not hold: base64. */
export type StoredHeaders = readonly { readonly name: string; readonly value: string | null }[]

export function headersAsJson(headers: OriginalMessage['headers']): string {
  const stored: StoredHeaders = headers.map(({ name, value }) => ({
    name,
    value: value === null ? null : Buffer.from(value).toString('base64'),
  }))
  return JSON.stringify(stored)
}

export function headersFromJson(stored: StoredHeaders): OriginalMessage['headers'] {
  return stored.map(({ name, value }) => ({ name, value: value === null ? null : Buffer.from(value, 'base64') }))
}

/** The W3C trace context of the usage event that led to a message; null where it had none. */
export type Traceparent = Uint8Array | null

/** What the message itself says, taken as it is if it has the form of one. */
export function traceparentOf({ headers }: Pick<OriginalMessage, 'headers'>): Traceparent {
  if (headers.length === 0) return null
  const value = headers.find(({ name }) => name.toLowerCase() === 'traceparent')?.value
  return value && TRACEPARENT.test(Buffer.from(value).toString('latin1')) ? value : null
}

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.{0,200})?$/
