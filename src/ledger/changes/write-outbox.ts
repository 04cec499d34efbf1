/**
 * Writes announcements to the outbox, in the transaction whose effects they announce: one pack per shard and lane. The id
 * of a pack is drawn by this statement, while the account locks are held, so for one account id order is commit order.
 */
import { KEYLESS_SHARD, type Lane, type OutboxMessage, shardOf } from '../../outbox/messages.ts'
import { encodePack, encodePackOfSets } from '../../outbox/pack.ts'
import type { Connection } from '../../platform/postgres.ts'
import { arrayOf } from '../../platform/postgres-binary.ts'
import { encodeViewChanges, type ViewChange } from '../../view/changes.ts'

const INSERT_PACKS = `
  insert into tollgate.outbox_packs (pack_id, recorded_at, shard, lane, message_count, messages, view_changes)
  select nextval('tollgate.outbox_pack_id'), $1::timestamptz, pack.*
    from unnest($2::smallint[], $3::text[], $4::integer[], $5::bytea[], $6::bytea[]) as pack`

/** A pack with at least this many messages is encoded as record sets here; smaller ones are joined into sets by the relay. */
const LARGE_PACK_MESSAGES = 200

/** The number of partitions of a topic; null: not known yet. */
export type PartitionsOf = (topic: string) => number | null

export interface Announcements {
  readonly now: readonly OutboxMessage[]
  readonly record: readonly OutboxMessage[]
  /** Updates of the live view; they travel in the lane `now`. */
  readonly view: readonly ViewChange[]
}

interface Pack {
  readonly shard: number
  readonly lane: Lane
  readonly messages: OutboxMessage[]
  readonly viewChanges: ViewChange[]
}

/**
 * Writes the packs of a transaction. The accounts must be locked by it. `recordedAt`: RFC 3339. `partitionsOf` matters
 * only to large packs of the lane `record`, whose sets are encoded here if the partitions are known.
 */
export async function insertPacks(
  connection: Connection,
  { now, record, view }: Announcements,
  recordedAt: string,
  partitionsOf: PartitionsOf = () => null,
): Promise<void> {
  const packs = new Map<string, Pack>()
  const packOf = (shard: number, lane: Lane): Pack => {
    const name = `${lane}/${shard}`
    let pack = packs.get(name)
    if (pack === undefined) {
      pack = { shard, lane, messages: [], viewChanges: [] }
      packs.set(name, pack)
    }
    return pack
  }
  const shardOfMessage = ({ key }: OutboxMessage) => key?.shard ?? KEYLESS_SHARD
  for (const message of now) packOf(shardOfMessage(message), 'now').messages.push(message)
  for (const message of record) packOf(shardOfMessage(message), 'record').messages.push(message)
  for (const change of view) packOf(shardOf(Buffer.from(change.accountId)), 'now').viewChanges.push(change)
  if (packs.size === 0) return
  const list = [...packs.values()]
  const encoded = await Promise.all(
    list.map(({ lane, messages }) => {
      // Compression takes time, and the lane `now` is for what is urgent.
      const partitions =
        lane === 'record' && messages.length >= LARGE_PACK_MESSAGES ? known(messages, partitionsOf) : null
      return partitions === null ? encodePack(messages) : encodePackOfSets(messages, (topic) => partitions.get(topic)!)
    }),
  )
  await connection.query({
    name: 'insert-packs',
    text: INSERT_PACKS,
    values: [
      recordedAt,
      arrayOf('smallint', list, ({ shard }) => shard),
      arrayOf('text', list, ({ lane }) => lane),
      arrayOf('integer', list, ({ messages }) => messages.length),
      arrayOf('bytea', encoded, (bytes) => bytes),
      arrayOf('bytea', list, ({ viewChanges }) => (viewChanges.length === 0 ? null : encodeViewChanges(viewChanges))),
    ],
  })
}

/** The number of partitions by topic; null unless it is known for all topics of these messages. */
function known(messages: readonly OutboxMessage[], partitionsOf: PartitionsOf): Map<string, number> | null {
  const partitions = new Map<string, number>()
  for (const { topic } of messages) {
    if (partitions.has(topic)) continue
    const count = partitionsOf(topic)
    if (count === null) return null
    partitions.set(topic, count)
  }
  return partitions
}
