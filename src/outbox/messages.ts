/** A message on its way out: already encoded, so that the relay only moves bytes. */
export type Lane = 'now' | 'record'

export interface OutboxMessage {
  readonly topic: string
  /** The account id for everything about an account; a dead letter keeps the key it came with, or has none. */
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: Readonly<Record<string, Uint8Array>>
}

/** Shards split the relay's work; all messages of one account are in one shard, so their order is kept. */
export const SHARDS = 4
