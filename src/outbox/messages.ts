/** A message on its way out: already encoded, so that the relay only moves bytes. */
export type Lane = 'now' | 'record'

/** `now` is what consumers wait for; `record` may trail. */
export const LANES = ['now', 'record'] as const

export type Headers = Readonly<Record<string, Uint8Array>>

export interface OutboxMessage {
  readonly topic: string
  /** The account id for everything about an account; a dead letter keeps the key it came with, or has none. */
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** The headers that many messages have in common: one object for all of them, written once a pack. */
  readonly sharedHeaders: Headers
  readonly headers: Headers
}

/** Shards split the relay's work; all messages of one account are in one shard, so their order is kept. */
export const SHARDS = 4

/** FNV-1a over the key: all that matters is that one account always lands in one shard. */
export function shardOf(key: Uint8Array | null, shards = SHARDS): number {
  let hash = 0x811c9dc5
  for (const byte of key ?? []) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash % shards
}
