/**
 * A, for what the usage topics still retain: every message that counts as done is an event under its identity, or stands
 * in the dead letters with a reason.
 */
import type { Admin, Kafka, KafkaMessage } from 'kafkajs'
import type { UsageType } from '../core/usage/event.ts'
import { readUsage } from '../core/usage/read.ts'
import type { Decoder } from '../intake/decode.ts'
import { readOffsets } from '../ledger/consumer-offsets.ts'
import { contentHashOf } from '../ledger/content-hash.ts'
import { valueHash } from '../ledger/original-message.ts'
import type { Pool } from '../platform/postgres.ts'
import type { OnFault } from './fault.ts'
import type { Pace } from './pace.ts'
import { type OffsetRange, type ReadBatch, readRanges } from './read-topic.ts'

const MESSAGES_A_LOOK_UP = 2_000

const FIND_IDENTITIES = `
  select account_id, event_id, encode(content_hash, 'hex') as content_hash
    from unnest($1::text[], $2::text[]) as asked (account_id, event_id)
    join tollgate.usage_identity using (account_id, event_id)`

const FIND_DEAD_LETTERS = `
  select d."offset", encode(d.value_hash, 'hex') as value_hash
    from tollgate.dead_letters d
   where d.topic = $1 and d.partition = $2 and d."offset" = any($3::bigint[])`

export interface MessagesLookedAt {
  readonly messages: number
  readonly ranges: readonly OffsetRange[]
}

interface Parts {
  readonly kafka: Kafka
  readonly admin: Admin
  readonly pool: Pool
  readonly decoder: Decoder
  readonly groupId: string
}

export async function verifyMessages(
  { kafka, admin, pool, decoder, groupId }: Parts,
  topics: ReadonlyMap<string, UsageType>,
  pace: Pace,
  onFault: OnFault,
): Promise<MessagesLookedAt> {
  const ranges = await recordedRanges(admin, pool, groupId, [...topics.keys()])
  let messages = 0
  await readRanges(kafka, ranges, async (batch) => {
    for (let at = 0; at < batch.messages.length; at += MESSAGES_A_LOOK_UP) {
      const some = { ...batch, messages: batch.messages.slice(at, at + MESSAGES_A_LOOK_UP) }
      await lookUp(pool, decoder, topics.get(batch.topic)!, some, onFault)
      messages += some.messages.length
      await pace.took(some.messages.length)
    }
  })
  return { messages, ranges }
}

/** From the first offset retained to the one that the database says is recorded. */
async function recordedRanges(
  admin: Admin,
  pool: Pool,
  groupId: string,
  topics: readonly string[],
): Promise<OffsetRange[]> {
  const stored = await readOffsets(pool, groupId)
  const ranges: OffsetRange[] = []
  for (const topic of topics) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      const recorded = stored.find((one) => one.topic === topic && one.partition === partition)?.nextOffset ?? 0n
      const end = recorded < BigInt(high) ? recorded : BigInt(high)
      ranges.push({ topic, partition, low: BigInt(low), end })
    }
  }
  return ranges
}

async function lookUp(
  pool: Pool,
  decoder: Decoder,
  type: UsageType,
  { topic, partition, messages }: ReadBatch,
  onFault: OnFault,
): Promise<void> {
  const decoded = await decoder.decodeAll(
    topic,
    messages.map(({ value }) => value),
  )
  const events = decoded.map((result) => {
    const read = 'record' in result ? readUsage(result.record, type) : null
    return read !== null && 'event' in read ? read.event : null
  })
  const asked = events.filter((event) => event !== null)
  const identities = await pool.query<{ account_id: string; event_id: string; content_hash: string }>({
    name: 'verify-identities',
    text: FIND_IDENTITIES,
    values: [asked.map(({ accountId }) => accountId), asked.map(({ eventId }) => eventId)],
  })
  const recorded = new Set(identities.rows.map((row) => `${row.account_id}\n${row.event_id}\n${row.content_hash}`))
  const left = messages.filter((_message, i) => {
    const event = events[i] ?? null
    return event === null || !recorded.has(`${event.accountId}\n${event.eventId}\n${contentHashOf(event)}`)
  })
  if (left.length === 0) return
  const letters = await pool.query<{ offset: bigint; value_hash: string }>({
    name: 'verify-dead-letters',
    text: FIND_DEAD_LETTERS,
    values: [topic, partition, left.map(({ offset }) => offset)],
  })
  const refused = new Set(letters.rows.map((row) => `${row.offset} ${row.value_hash}`))
  for (const message of left) {
    if (refused.has(`${message.offset} ${hashOf(message)}`)) continue
    const event = events[messages.indexOf(message)] ?? null
    const what = event === null ? 'a message that is no usage event' : `event ${event.eventId}`
    const detail = `${topic}/${partition}/${message.offset}: ${what} is neither recorded nor among the dead letters`
    onFault({ check: 'unaccounted', invariant: 'A', severity: 'fault', accountId: event?.accountId ?? null, detail })
  }
}

function hashOf(message: KafkaMessage): string {
  return valueHash(message).toString('hex')
}
