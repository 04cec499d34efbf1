/** A message on its way out: all of it encoded, so that the relay only moves bytes. */
import { partitionHash } from '../platform/kafka/partition-hash.ts'

export type Lane = 'now' | 'record'

/** `now` is what consumers wait for; `record` may trail. */
export const LANES = ['now', 'record'] as const

/** Texts are written as UTF-8. */
export type Headers = Readonly<Record<string, string | Uint8Array>>

export interface OutboxMessage {
  readonly topic: string
  /** That of the account for everything about an account; a dead letter keeps the key it came with, or has none. */
  readonly key: OutboxKey | null
  readonly value: Uint8Array | null
  /** The headers that many messages have in common: one object for all of them, encoded once a pack. */
  readonly sharedHeaders: Headers
  readonly headers: Headers
}

/** A key with what it decides; made once for the many messages of an account. */
export interface OutboxKey {
  readonly bytes: Uint8Array
  readonly shard: number
  /** The partition is what this leaves when divided by how many there are. */
  readonly partitionHash: number
}

export function outboxKey(bytes: Uint8Array): OutboxKey {
  const hash = partitionHash(bytes)
  return { bytes, shard: hash % SHARDS, partitionHash: hash }
}

/** Shards split the relay's work; all messages of one account are in one shard, so their order is kept. */
export const SHARDS = 4

/**
 * By the hash that decides the partition too: where a topic has a multiple of so many partitions, each of them has messages
 * of one shard alone, and all shards go out in one request.
 */
export function shardOf(key: Uint8Array, shards = SHARDS): number {
  return partitionHash(key) % shards
}

/** Where messages without a key go. */
export const KEYLESS_SHARD = 0
