/**
 * Puts messages into the outbox, in the transaction whose effects they announce: one pack a shard and lane.
 * The pack's id is drawn by this statement, after the account locks are held, so for one account id order is commit order.
 */

import { type Lane, type OutboxMessage, SHARDS } from '../outbox/messages.ts'
import { encodePack } from '../outbox/pack.ts'
import type { Connection } from '../platform/postgres.ts'

const INSERT_PACKS = `
  insert into tollgate.outbox_packs (pack_id, recorded_at, shard, lane, message_count, messages)
  select nextval('tollgate.outbox_pack_id'), $1::timestamptz, pack.*
    from unnest($2::smallint[], $3::text[], $4::integer[], $5::bytea[]) as pack`

export function insertPacks(
  connection: Connection,
  lane: Lane,
  messages: readonly OutboxMessage[],
  recordedAt: string,
) {
  const byShard = new Map<number, OutboxMessage[]>()
  for (const message of messages) {
    const shard = shardOf(message.key)
    const pack = byShard.get(shard)
    if (pack === undefined) byShard.set(shard, [message])
    else pack.push(message)
  }
  const packs = [...byShard]
  return connection.query({
    name: 'insert-packs',
    text: INSERT_PACKS,
    values: [
      recordedAt,
      packs.map(([shard]) => shard),
      packs.map(() => lane),
      packs.map(([, pack]) => pack.length),
      packs.map(([, pack]) => encodePack(pack)),
    ],
  })
}

/** FNV-1a over the key: all that matters is that one account always lands in one shard. */
export function shardOf(key: Uint8Array | null): number {
  let hash = 0x811c9dc5
  for (const byte of key ?? []) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash % SHARDS
}
