/**
 * Proves the books of a running installation: what docs/INVARIANTS.md claims, looked at in the database and on the topics.
 * Online, in bounded memory, and no faster than told.
 */
import type { Kafka } from 'kafkajs'
import type { UsageType } from '../core/usage/event.ts'
import type { Decoder } from '../intake/decode.ts'
import type { Pool } from '../platform/postgres.ts'
import { verifyAccounts } from './accounts.ts'
import { verifyCharges } from './charges.ts'
import type { OnFault } from './fault.ts'
import { verifyMessages } from './messages.ts'
import { verifyOffsets } from './offsets.ts'
import { createPace } from './pace.ts'
import { type PublishedSeries, SERIES, verifyPublished } from './published.ts'
import type { OffsetRange } from './read-topic.ts'
import { createTollFreeCheck } from './toll-free.ts'

export interface VerifyParts {
  readonly kafka: Kafka
  readonly pool: Pool
  readonly decoder: Decoder
  readonly consumerGroup: string
  readonly usageTopics: ReadonlyMap<string, UsageType>
  /** Those of the topics that may be switched off which are on. */
  readonly recordTopics: ReadonlySet<string>
}

export interface VerifyOptions {
  /** Rows of the database, or messages, a second. */
  readonly rowsPerSecond: number
  readonly onProgress: (line: string) => void
}

export interface Summary {
  readonly accounts: number
  readonly movements: number
  readonly charges: number
  readonly messagesIn: number
  readonly messagesOut: number
  /** Of every topic that was looked at. */
  readonly ranges: readonly OffsetRange[]
}

export async function verify(
  { kafka, pool, decoder, consumerGroup, usageTopics, recordTopics }: VerifyParts,
  { rowsPerSecond, onProgress }: VerifyOptions,
  onFault: OnFault,
): Promise<Summary> {
  const paceOf = (what: string) => createPace(rowsPerSecond, (rows) => onProgress(`${what}: ${rows} rows so far`))
  const tellRanges = (ranges: readonly OffsetRange[]) => {
    for (const [topic, ofTopic] of Map.groupBy(ranges, (range) => range.topic)) onProgress(lookedAt(topic, ofTopic))
  }
  const admin = kafka.admin()
  await admin.connect()
  try {
    // Asked for by name, a topic that is not there would be made by a broker that makes topics by itself.
    const topicsOnBroker = new Set(await admin.listTopics())
    const topicsIn = new Map([...usageTopics].filter(([topic]) => topicsOnBroker.has(topic)))
    const isOff = ({ topic, mayBeAbsent }: PublishedSeries) =>
      mayBeAbsent && (!topicsOnBroker.has(topic) || (topic === 'credit.movements.v1' && !recordTopics.has(topic)))
    const series = SERIES.filter((one) => !isOff(one))
    for (const { topic } of SERIES.filter(isOff)) onProgress(`${topic}: not in use`)
    for (const topic of usageTopics.keys()) if (!topicsIn.has(topic)) onProgress(`${topic}: not on the broker`)

    await verifyOffsets(admin, pool, consumerGroup, [...topicsIn.keys()], onFault)
    onProgress('offsets: compared')

    const { accounts, movements } = await verifyAccounts(pool, paceOf('accounts and movements'), onFault)
    onProgress(`accounts: ${accounts} with ${movements} movements`)

    const charges = await verifyCharges(pool, paceOf('rated usage'), createTollFreeCheck(onFault), onFault)
    onProgress(`rated usage: ${charges} events decided again`)

    const parts = { kafka, admin, pool }
    const pace = paceOf('usage topics')
    const taken = await verifyMessages({ ...parts, decoder, groupId: consumerGroup }, topicsIn, pace, onFault)
    tellRanges(taken.ranges)
    onProgress(`usage topics: ${taken.messages} messages accounted for`)

    const decode = async (topic: string, value: Buffer | null) => {
      const decoded = await decoder.decode(topic, value)
      return 'record' in decoded ? (decoded.record as Record<string, unknown>) : null
    }
    const out = { ...parts, topicsOnBroker, decode }
    const published = await verifyPublished(out, series, paceOf('topics out'), onFault)
    tellRanges(published.ranges)
    onProgress(`topics out: ${published.messages} messages compared`)
    const ranges = [...taken.ranges, ...published.ranges]
    return { accounts, movements, charges, messagesIn: taken.messages, messagesOut: published.messages, ranges }
  } finally {
    await admin.disconnect()
  }
}

/** Partitions with something to look at, and the offsets of each. */
function lookedAt(topic: string, ranges: readonly OffsetRange[]): string {
  const looked = ranges
    .filter(({ low, end }) => low < end)
    .toSorted((a, b) => a.partition - b.partition)
    .map(({ partition, low, end }) => `${partition}: ${low} to ${end - 1n}`)
  return looked.length === 0 ? `${topic}: nothing retained` : `${topic}, offsets by partition: ${looked.join(', ')}`
}
