/** A message, incoming or outgoing, and the conversion of its headers from and to the client's form. */
import type { IHeaders } from 'kafkajs'
import type { TopicPartition } from './places.ts'

/** A name may occur several times, and a value may be null. */
export interface Header {
  readonly name: string
  readonly value: Buffer | null
}

/** The content of a message. */
export interface MessageContent {
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** In their original order, except that headers with the same name are next to each other. */
  readonly headers: readonly Header[]
}

/** A message with its position on the topic. */
export interface ReceivedMessage extends TopicPartition, MessageContent {
  readonly offset: bigint
}

const NO_HEADERS: readonly Header[] = []

/** Converts the client's headers, whose values are bytes or null, or arrays of these. */
export function headersFromClient(gathered: IHeaders = {}): readonly Header[] {
  let headers: Header[] | null = null
  for (const name in gathered) {
    headers ??= []
    const values = gathered[name] as Header['value'] | Header['value'][]
    if (Array.isArray(values)) for (const value of values) headers.push({ name, value })
    else headers.push({ name, value: values })
  }
  return headers ?? NO_HEADERS
}

/** Converts headers for the client. It cannot send a null value, so an empty value is sent instead. */
export function headersForClient(headers: readonly Header[]): IHeaders {
  const byName = Map.groupBy(headers, ({ name }) => name)
  return Object.fromEntries(
    [...byName].map(([name, values]) => [name, values.map(({ value }) => value ?? Buffer.alloc(0))]),
  )
}
