/** A message as this program has it, in and out, and what the client makes of its headers. */
import type { IHeaders } from 'kafkajs'
import type { TopicPartition } from './places.ts'

/** A name may come more than once, and a value may be null. */
export interface Header {
  readonly name: string
  readonly value: Buffer | null
}

export interface MessageContent {
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** In their order, but that those of one name stand together. */
  readonly headers: readonly Header[]
}

/** A message with its place on the topic. */
export interface ReceivedMessage extends TopicPartition, MessageContent {
  readonly offset: bigint
}

const NO_HEADERS: readonly Header[] = []

/** From the object in which the client gathers them, whose values are bytes or null, or several of these. */
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

/** The client cannot send a header whose value is null; an empty one is the nearest that it can. */
export function headersForClient(headers: readonly Header[]): IHeaders {
  const byName = Map.groupBy(headers, ({ name }) => name)
  return Object.fromEntries(
    [...byName].map(([name, values]) => [name, values.map(({ value }) => value ?? Buffer.alloc(0))]),
  )
}
