/**
 * Verifies A for the messages that the usage topics still retain: every processed message is recorded under its identity, or
 * is in the dead letters with a reason.
 */
import { usageKey } from '../core/book/book.ts'
import { CONTENT_VERSION } from '../core/usage/content.ts'
import type { UsageEvent, UsageType } from '../core/usage/event.ts'
import { readUsageRecord } from '../core/usage/read.ts'
import type { Decoder } from '../intake/decode.ts'
import { contentHashOf } from '../ledger/batch/content-hash.ts'
import { readOffsets } from '../ledger/epochs/consumer-offsets.ts'
import { valueHash } from '../ledger/source-message.ts'
import type { KafkaAdmin } from '../platform/kafka/admin.ts'
import type { KafkaClient } from '../platform/kafka/client.ts'
import type { ReceivedMessage } from '../platform/kafka/message.ts'
import { type OffsetRange, PartitionMap } from '../platform/kafka/places.ts'
import { type ReadBatch, readRanges } from '../platform/kafka/read-ranges.ts'
import type { Pool } from '../platform/postgres.ts'
import type { OnFault } from './fault.ts'
import type { Pace } from './pace.ts'

const MESSAGES_PER_LOOK_UP = 2_000

/** The hash is null if it is of an older form of the content, and cannot be compared. */
const FIND_IDENTITIES = `
  select account_id, event_id, case i.content_version when $3 then encode(i.content_hash, 'hex') end as content_hash
    from unnest($1::text[], $2::text[]) as asked (account_id, event_id)
    join tollgate.usage_identity i using (account_id, event_id)
   where exists (
     select from tollgate.rated_usage r
      where r.account_id = i.account_id and r.event_id = i.event_id and r.recorded_at = i.recorded_at
   )`

const FIND_DEAD_LETTERS = `
  select d."offset", encode(d.value_hash, 'hex') as value_hash
    from tollgate.dead_letters d
   where d.topic = $1 and d.partition = $2 and d."offset" = any($3::bigint[])`

/** An expired correction has one dead letter, however often it was sent. */
const FIND_EXPIRED = `
  select account_id, event_id
    from unnest($1::text[], $2::text[]) as asked (account_id, event_id)
    join tollgate.dead_letters using (account_id, event_id)
   where reason = 'too_late'`

/** Charged or not, but nothing keeps it from being recorded again. */
const FIND_WITHOUT_IDENTITY = `
  select account_id, event_id
    from unnest($1::text[], $2::text[]) as asked (account_id, event_id)
    join tollgate.rated_usage using (account_id, event_id)
   where not exists (
     select from tollgate.usage_identity i where i.account_id = asked.account_id and i.event_id = asked.event_id
   )`

export interface VerifiedMessages {
  readonly messages: number
  readonly ranges: readonly OffsetRange[]
}

interface Parts {
  readonly kafka: KafkaClient
  readonly admin: KafkaAdmin
  readonly pool: Pool
  readonly decoder: Decoder
  readonly groupId: string
}

/** Verifies the retained messages and returns how many were read, with the offsets of each partition. */
export async function verifyMessages(
  { kafka, admin, pool, decoder, groupId }: Parts,
  topics: ReadonlyMap<string, UsageType>,
  pace: Pace,
  onFault: OnFault,
): Promise<VerifiedMessages> {
  const ranges = await recordedRanges(admin, pool, groupId, [...topics.keys()])
  let messages = 0
  await readRanges(kafka, ranges, async (batch) => {
    for (let at = 0; at < batch.messages.length; at += MESSAGES_PER_LOOK_UP) {
      const some = { ...batch, messages: batch.messages.slice(at, at + MESSAGES_PER_LOOK_UP) }
      await lookUp(pool, decoder, topics.get(batch.topic)!, some, onFault)
      messages += some.messages.length
      await pace.took(some.messages.length, batch.beat)
    }
  })
  return { messages, ranges }
}

/**
 * The ranges from the first retained offset to the one up to which both sides are processed. If a topic was recreated, its
 * offsets start at 0 again, below those that the database has of the old topic; then Kafka's offset is the lower one.
 */
async function recordedRanges(
  admin: KafkaAdmin,
  pool: Pool,
  groupId: string,
  topics: readonly string[],
): Promise<OffsetRange[]> {
  const stored = new PartitionMap((await readOffsets(pool, groupId)).map((one) => [one, one.nextOffset]))
  const committed = new PartitionMap(
    (await admin.committedOffsets(groupId, topics)).map((one) => [one, one.nextOffset]),
  )
  const ranges: OffsetRange[] = []
  for (const topic of topics) {
    for (const retained of await admin.retained(topic)) {
      const inDatabase = stored.get(retained) ?? 0n
      const inKafka = committed.get(retained) ?? inDatabase
      const recorded = inKafka < inDatabase ? inKafka : inDatabase
      ranges.push({ ...retained, end: recorded < retained.end ? recorded : retained.end })
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
    const read = 'record' in result ? readUsageRecord(result.record, type) : null
    return read !== null && 'event' in read ? read.event : null
  })
  const asked = events.filter((event) => event !== null)
  const identities = await pool.query<{ account_id: string; event_id: string; content_hash: string | null }>({
    name: 'verify-identities',
    text: FIND_IDENTITIES,
    values: [asked.map(({ accountId }) => accountId), asked.map(({ eventId }) => eventId), CONTENT_VERSION],
  })
  const hashes = new Map(identities.rows.map((row) => [usageKey(row.account_id, row.event_id), row.content_hash]))
  const isRecorded = (event: UsageEvent) => {
    const hash = hashes.get(usageKey(event.accountId, event.eventId))
    return hash === null || hash === contentHashOf(event)
  }
  const left = messages.filter((_message, i) => {
    const event = events[i] ?? null
    return event === null || !isRecorded(event)
  })
  if (left.length === 0) return
  const letters = await pool.query<{ offset: bigint; value_hash: string }>({
    name: 'verify-dead-letters',
    text: FIND_DEAD_LETTERS,
    values: [topic, partition, left.map(({ offset }) => offset)],
  })
  const refused = new Set(letters.rows.map((row) => `${row.offset} ${row.value_hash}`))
  const lost = left
    .filter((message) => !refused.has(`${message.offset} ${hashOf(message)}`))
    .map((message) => ({ message, event: events[messages.indexOf(message)] ?? null }))
  if (lost.length === 0) return
  const lostEvents = lost.flatMap(({ event }) => event ?? [])
  const expired = await findAmong(pool, FIND_EXPIRED, lostEvents)
  const withoutIdentity = await findAmong(pool, FIND_WITHOUT_IDENTITY, lostEvents)
  for (const { message, event } of lost) {
    const key = event && usageKey(event.accountId, event.eventId)
    if (key !== null && expired.has(key)) continue
    const what = event === null ? 'a message that is not a usage event' : `event ${event.eventId}`
    // Whoever sent such an event again would charge it twice.
    const fate =
      key !== null && withoutIdentity.has(key)
        ? 'is recorded, but without its identity'
        : 'is neither recorded nor among the dead letters'
    const detail = `${topic}/${partition}/${message.offset}: ${what} ${fate}`
    onFault({ check: 'unaccounted', invariant: 'A', severity: 'fault', accountId: event?.accountId ?? null, detail })
  }
}

/** The keys of those events that the statement finds. */
async function findAmong(pool: Pool, statement: string, events: readonly UsageEvent[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ account_id: string; event_id: string }>(statement, [
    events.map(({ accountId }) => accountId),
    events.map(({ eventId }) => eventId),
  ])
  return new Set(rows.map((row) => usageKey(row.account_id, row.event_id)))
}

function hashOf(message: ReceivedMessage): string {
  return valueHash(message).toString('hex')
}
