/** An outgoing message, completely encoded, so that the relay only moves bytes. */
import { partitionHash } from '../platform/kafka/partition-hash.ts'

export type Lane = 'now' | 'record'

/** Consumers wait for `now`; `record` may be slower. */
export const LANES = ['now', 'record'] as const

/** Texts are encoded as UTF-8. */
export type Headers = Readonly<Record<string, string | Uint8Array>>

/** A message to put into the outbox. */
export interface OutboxMessage {
  readonly topic: string
  /** The account's key for everything about an account. A dead letter keeps its original key, or has none. */
  readonly key: OutboxKey | null
  readonly value: Uint8Array | null
  /** Headers that many messages have in common. One object for all of them, so that a pack encodes it once. */
  readonly sharedHeaders: Headers
  readonly headers: Headers
}

/** A key with its hash. Made once for the many messages of an account. */
export interface OutboxKey {
  readonly bytes: Uint8Array
  readonly shard: number
  /** The partition is this modulo the partition count. */
  readonly partitionHash: number
}

/** Computes the hash of a key. */
export function outboxKey(bytes: Uint8Array): OutboxKey {
  const hash = partitionHash(bytes)
  return { bytes, shard: hash % SHARDS, partitionHash: hash }
}

/**
 * The number of shards that divide the relay's work. All messages of an account are in one shard, so their order is
 * kept.
 */
export const SHARDS = 4

/**
 * Uses the hash that also selects the partition. If a topic's partition count is a multiple of the number of shards,
 * each partition has messages of one shard only, and all shards fit into one request.
 */
export function shardOf(key: Uint8Array, shards = SHARDS): number {
  return partitionHash(key) % shards
}

/** The shard of messages without a key. */
export const KEYLESS_SHARD = 0
