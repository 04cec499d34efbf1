/**
 * Measures the limit of the machine, without the program: the rows of a run are copied into the same tables, with indexes and
 * triggers, in transactions of the rater's size on as many connections. At the same time the messages that the run published
 * are sent in the same record sets as the relay sends, compressed where it compresses. Everything is ready in memory, and one
 * Node process does both.
 */
import type { Kafka } from 'kafkajs'
import pg from 'pg'
import { type OutboxMessage, outboxKey } from '../src/outbox/messages.ts'
import { decodePack, encodePack, encodePackOfSets } from '../src/outbox/pack.ts'
import { recordSets } from '../src/outbox/record-sets.ts'
import { createKafka, type KafkaClient } from '../src/platform/kafka/client.ts'
import type { RecordSet } from '../src/platform/kafka/produce-request.ts'
import { createLog } from '../src/platform/log.ts'
import { RECORD_TOPICS, TOPICS } from '../src/topics.ts'
import { foreignKafka } from '../testkit/foreign-kafka.ts'
import { openEncodedSender, sendInFlight } from './encoded.ts'
import { type Figure, gather, type Row } from './figures.ts'
import type { Preloaded, Rig } from './rig.ts'
import { untilDone, withinMsOf } from './until-done.ts'

const CONNECTIONS = 2
const ROWS_PER_TRANSACTION = 5_000
const MESSAGES_PER_PACK = 5_000

const TABLES = [
  { name: 'usage_identity', rows: 'select * from tollgate.usage_identity order by recorded_at, account_id' },
  { name: 'rated_usage', rows: 'select * from tollgate.rated_usage order by recorded_at, account_id' },
  {
    name: 'movements',
    rows: `select * from tollgate.movements where kind <> 'adjustment' order by recorded_at, account_id`,
  },
  { name: 'fair_use_counters', rows: 'select * from tollgate.fair_use_counters' },
] as const

const OUT = TOPICS.map(({ topic }) => topic).filter(
  (topic) => topic.startsWith('credit.') || topic === 'usage.rated.v1',
)

const RECORDS: ReadonlySet<string> = new Set(RECORD_TOPICS)

export interface Published {
  readonly topic: string
  readonly partition: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, Buffer>>
}

type Requests = readonly (readonly RecordSet[])[]

export const BOTH = 'copied and produced'
export const COPIED = 'copied alone'

export async function benchLimit(rig: Rig, preloaded: Preloaded, runs: number): Promise<Figure[]> {
  const kafka = foreignKafka(rig.config.kafka.brokers)
  const client = createKafka(rig.config.kafka, createLog('error'))
  const { transactions, lanes, produced } = await whatIsLeft(rig, kafka, client, preloaded)
  const copyAll = () => copyInto(rig, preloaded, transactions)
  const rows: Row[][] = []
  for (let run = 0; run < runs; run++) {
    const alone = await copyAll()
    const [copying, producing] = await Promise.all([copyAll(), produceAll(client, lanes)])
    rows.push([
      [BOTH, 'events/s', preloaded.messages / Math.max(copying, producing)],
      ['copied beside producing', 'events/s', preloaded.messages / copying],
      ['produced beside copying', 'events/s', preloaded.messages / producing],
      [COPIED, 'events/s', preloaded.messages / alone],
      ['messages produced', 'a usage event', produced / preloaded.messages],
    ])
  }
  return gather('limit', rows)
}

/** The results of a run, prepared for copying and sending. */
async function whatIsLeft(rig: Rig, kafka: Kafka, client: KafkaClient, preloaded: Preloaded) {
  const before = await endsOf(kafka)
  const { database } = await rig.drain(preloaded)
  const published = await readPublished(kafka, before, preloaded.messages)
  const source = await rig.connect(database)
  const transactions = await readTransactions(source)
  await source.end()
  await rig.dropDatabase(database)
  const sender = await openEncodedSender(client, OUT)
  const isRecord = ({ topic }: Published) => RECORDS.has(topic)
  const [now, record] = [published.filter((one) => !isRecord(one)), published.filter(isRecord)]
  const { partitionsOf } = sender
  const lanes = [
    await requestsOf(now, encodePack, partitionsOf),
    await requestsOf(record, (messages) => encodePackOfSets(messages, partitionsOf), partitionsOf),
  ]
  sender.close()
  return { transactions, lanes, produced: published.length }
}

type Transaction = readonly { readonly table: string; readonly rows: Buffer }[]

async function readTransactions(source: pg.Client): Promise<Transaction[]> {
  const tables: { table: string; chunks: Buffer[] }[] = []
  for (const { name, rows } of TABLES) {
    const copied = await copyOut(source, `copy (${rows}) to stdout (format binary)`)
    tables.push({ table: name, chunks: chunksOf(copied, ROWS_PER_TRANSACTION) })
  }
  return Array.from({ length: Math.max(...tables.map(({ chunks }) => chunks.length)) }, (_, i) =>
    tables.flatMap(({ table, chunks }) => (chunks[i] === undefined ? [] : [{ table, rows: chunks[i] }])),
  )
}

/** Copies the rows into an empty database and returns the seconds that it took. */
async function copyInto(rig: Rig, { start }: Preloaded, transactions: readonly Transaction[]): Promise<number> {
  const run = await rig.createRun(start)
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => rig.connect(run.database)))
  const startedAt = performance.now()
  let next = 0
  await Promise.all(
    clients.map(async (client) => {
      for (let turn = next++; turn < transactions.length; turn = next++) {
        await client.query('begin')
        for (const { table, rows } of transactions[turn]!) {
          await copyIn(client, `copy tollgate.${table} from stdin (format binary)`, rows)
        }
        await client.query('commit')
      }
    }),
  )
  const seconds = (performance.now() - startedAt) / 1000
  await Promise.all(clients.map((client) => client.end()))
  await rig.dropDatabase(run.database)
  return seconds
}

/** Sends the messages, each lane on separate connections as in the relay, and returns the seconds that it took. */
async function produceAll(client: KafkaClient, lanes: readonly Requests[]): Promise<number> {
  const opened = await Promise.all(
    lanes.map(async (requests) => ({ requests, sender: await openEncodedSender(client, OUT) })),
  )
  try {
    const startedAt = performance.now()
    await Promise.all(opened.map(({ requests, sender }) => sendInFlight(requests.values(), sender.sendSets)))
    return (performance.now() - startedAt) / 1000
  } finally {
    for (const { sender } of opened) sender.close()
  }
}

/** Makes packs as of large batches, and from them the relay's requests. Each message goes to the partition it was read from. */
export async function requestsOf(
  published: readonly Published[],
  encode: (messages: readonly OutboxMessage[]) => Buffer | Promise<Buffer>,
  partitionsOf: (topic: string) => number,
): Promise<Requests> {
  const requests: RecordSet[][] = []
  for (let at = 0; at < published.length; at += MESSAGES_PER_PACK) {
    const messages = published.slice(at, at + MESSAGES_PER_PACK).map(({ topic, key, value, headers }) => {
      return { topic, key: key && outboxKey(key), value, sharedHeaders: {}, headers }
    })
    const pack = decodePack(await encode(messages))
    requests.push(...recordSets([{ owner: 0, ...pack }], partitionsOf))
  }
  return requests
}

async function endsOf(kafka: Kafka): Promise<Map<string, Map<number, bigint>>> {
  const admin = kafka.admin()
  await admin.connect()
  const ends = new Map<string, Map<number, bigint>>()
  for (const topic of OUT) {
    const offsets = await admin.fetchTopicOffsets(topic)
    ends.set(topic, new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)])))
  }
  await admin.disconnect()
  return ends
}

/** The messages published since. */
async function readPublished(
  kafka: Kafka,
  from: ReadonlyMap<string, ReadonlyMap<number, bigint>>,
  events: number,
): Promise<Published[]> {
  const to = await endsOf(kafka)
  const consumer = kafka.consumer({ groupId: `bench-limit-${Date.now()}`, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topics: OUT, fromBeginning: true })
  const read: Published[] = []
  const open = new Set<string>()
  for (const [topic, partitions] of to) {
    for (const [partition, end] of partitions) {
      if (end > (from.get(topic)?.get(partition) ?? 0n)) open.add(`${topic}/${partition}`)
    }
  }
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: 8,
    eachBatch: async ({ batch }) => {
      const start = from.get(batch.topic)?.get(batch.partition) ?? 0n
      for (const { offset, key, value, headers } of batch.messages) {
        if (BigInt(offset) < start) continue
        read.push({
          topic: batch.topic,
          partition: batch.partition,
          key,
          value,
          headers: { ...headers } as Record<string, Buffer>,
        })
      }
      if (BigInt(batch.lastOffset()) + 1n >= to.get(batch.topic)!.get(batch.partition)!) {
        open.delete(`${batch.topic}/${batch.partition}`)
      }
    },
  })
  for (const [topic, partitions] of from) {
    for (const [partition, offset] of partitions) consumer.seek({ topic, partition, offset: String(offset) })
  }
  try {
    await untilDone([], {
      condition: 'what the run published is read back',
      isDone: () => open.size === 0,
      progress: () => read.length,
      withinMs: withinMsOf(events),
    })
  } finally {
    await consumer.disconnect()
  }
  return inTurn(read)
}

/** They were read partition by partition, and are sent as by a relay: all partitions in parallel. */
function inTurn(read: readonly Published[]): Published[] {
  const sent = new Map<string, number>()
  const turns = read.map((message) => {
    const partition = `${message.topic}/${message.partition}`
    const turn = sent.get(partition) ?? 0
    sent.set(partition, turn + 1)
    return { message, turn }
  })
  return turns.sort((a, b) => a.turn - b.turn).map(({ message }) => message)
}

const HEADER_BYTES = 19
const TRAILER = Buffer.from([0xff, 0xff])

/** Cuts a binary COPY into several with `rowsPerChunk` rows each. */
export function chunksOf(copied: Buffer, rowsPerChunk: number): Buffer[] {
  const header = copied.subarray(0, HEADER_BYTES)
  const chunks: Buffer[] = []
  let at = HEADER_BYTES
  let start = at
  let rows = 0
  const close = () => {
    if (rows > 0) chunks.push(Buffer.concat([header, copied.subarray(start, at), TRAILER]))
    start = at
    rows = 0
  }
  for (;;) {
    const fields = copied.readInt16BE(at)
    if (fields === -1) break
    at += 2
    for (let field = 0; field < fields; field++) at += 4 + Math.max(0, copied.readInt32BE(at))
    if (++rows === rowsPerChunk) close()
  }
  close()
  return chunks
}

interface CopyMessage {
  readonly chunk: Buffer
}

interface Wire {
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

type Done = (error: Error | null) => void
const Query = pg.Query as unknown as new (text: string, done: Done) => { text: string }

function copyOut(client: pg.Client, text: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  class CopyOut extends Query {
    submit(connection: Wire) {
      connection.query(this.text)
      return null
    }
    handleCopyData({ chunk }: CopyMessage) {
      chunks.push(Buffer.from(chunk))
    }
  }
  return new Promise((resolve, reject) => {
    const done: Done = (error) => (error ? reject(error) : resolve(Buffer.concat(chunks)))
    client.query(new CopyOut(text, done) as unknown as pg.QueryConfig)
  })
}

function copyIn(client: pg.Client, text: string, rows: Buffer): Promise<void> {
  class CopyIn extends Query {
    submit(connection: Wire) {
      connection.query(this.text)
      connection.sendCopyFromChunk(rows)
      connection.endCopyFrom()
      return null
    }
    handleCopyInResponse() {}
  }
  return new Promise((resolve, reject) => {
    const done: Done = (error) => (error ? reject(error) : resolve())
    client.query(new CopyIn(text, done) as unknown as pg.QueryConfig)
  })
}
