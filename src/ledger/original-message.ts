/** A message as it came on its topic, and what its headers say. */

/** All of it, so that it can be looked at, mended and sent again. */
export interface OriginalMessage {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array | null }[]
}

/** The W3C trace context of the usage event that led to a message; null where it had none. */
export type Traceparent = Uint8Array | null

/** What key, value and headers of a message take. */
export function originalBytes({ key, value, headers }: OriginalMessage): number {
  const ofHeaders = headers.reduce((sum, header) => sum + header.name.length + (header.value?.length ?? 0), 0)
  return (key?.length ?? 0) + (value?.length ?? 0) + ofHeaders
}

/** What the message itself says, taken as it is if it has the form of one. */
export function traceparentOf({ headers }: Pick<OriginalMessage, 'headers'>): Traceparent {
  if (headers.length === 0) return null
  const value = headers.find(({ name }) => name.toLowerCase() === 'traceparent')?.value
  return value && TRACEPARENT.test(Buffer.from(value).toString('latin1')) ? value : null
}

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.{0,200})?$/
