/**
 * Proves the books of a running installation: checks the invariants of docs/INVARIANTS.md in the database, on the topics and at
 * the payment provider. It runs online, in bounded memory, and at a limited rate.
 */
import type { UsageType } from '../core/usage/event.ts'
import type { Decoder } from '../intake/decode.ts'
import type { PaymentProvider } from '../payments/providers/provider.ts'
import { openAdmin } from '../platform/kafka/admin.ts'
import type { KafkaClient } from '../platform/kafka/client.ts'
import type { OffsetRange } from '../platform/kafka/places.ts'
import type { Pool } from '../platform/postgres.ts'
import { verifyAccounts } from './accounts.ts'
import { verifyCharges } from './charges.ts'
import type { OnFault } from './fault.ts'
import { verifyMessages } from './messages.ts'
import { verifyMovementIndex } from './movement-index.ts'
import { verifyOffsets } from './offsets.ts'
import { createPace } from './pace.ts'
import { verifyPayments } from './payments.ts'
import { SERIES, verifyPublished } from './published.ts'
import { verifyTollFree } from './toll-free.ts'
import { verifyUsageByDay } from './usage-by-day.ts'

export interface VerifyParts {
  readonly kafka: KafkaClient
  readonly pool: Pool
  readonly decoder: Decoder
  readonly consumerGroup: string
  readonly usageTopics: ReadonlyMap<string, UsageType>
  /** The optional topics that are enabled. */
  readonly recordTopics: ReadonlySet<string>
  /** Null: the sandbox was never used, so it has no database. */
  readonly provider: PaymentProvider | null
}

export interface VerifyOptions {
  /** Rows or messages per second. */
  readonly rowsPerSecond: number
  readonly onProgress: (line: string) => void
}

export interface Summary {
  readonly accounts: number
  readonly movements: number
  readonly charges: number
  /** Payments listed by the provider. */
  readonly payments: number
  readonly messagesIn: number
  readonly messagesOut: number
}

/** Runs all checks one after the other, reporting faults to `onFault`, and returns how much was checked. */
export async function verify(
  { kafka, pool, decoder, consumerGroup, usageTopics, recordTopics, provider }: VerifyParts,
  { rowsPerSecond, onProgress }: VerifyOptions,
  onFault: OnFault,
): Promise<Summary> {
  const pace = createPace(rowsPerSecond)
  const admin = await openAdmin(kafka)
  try {
    await verifyOffsets(admin, pool, consumerGroup, [...usageTopics.keys()], onFault)
    onProgress('offsets: compared')

    const { accounts, movements } = await verifyAccounts(pool, pace, onFault)
    onProgress(`accounts: ${accounts} with ${movements} movements`)

    const summedUp = await verifyUsageByDay(pool, pace, onFault)
    onProgress(`usage by day: ${summedUp} movements summed up again`)
    const indexed = await verifyMovementIndex(pool, pace, onFault)
    onProgress(`search index: compared with ${indexed} movements`)

    const charges = await verifyCharges(pool, pace, onFault)
    await verifyTollFree(pool, pace, onFault)
    onProgress(`rated usage: ${charges} events recomputed`)

    const parts = { kafka, admin, pool }
    const taken = await verifyMessages({ ...parts, decoder, groupId: consumerGroup }, usageTopics, pace, onFault)
    for (const [topic, ranges] of Map.groupBy(taken.ranges, (range) => range.topic)) onProgress(lookedAt(topic, ranges))
    onProgress(`usage topics: ${taken.messages} messages accounted for`)

    const series = SERIES.filter(({ topic }) => topic !== 'credit.movements.v1' || recordTopics.has(topic))
    const decode = async (topic: string, value: Buffer) => {
      const decoded = await decoder.decode(topic, value)
      if ('refusal' in decoded)
        throw new Error(`a message on ${topic} was not written by Tollgate: ${decoded.refusal.detail}`)
      return decoded.record as Record<string, unknown>
    }
    const published = await verifyPublished({ ...parts, decode }, series, pace, onFault)
    onProgress(`topics out: ${published.messages} messages compared`)

    const payments = await verifyPayments({ pool, provider, pace }, onFault)
    onProgress(payments === null ? 'payments: none were ever made' : `payments: ${payments} compared with the provider`)
    return {
      accounts,
      movements,
      charges,
      payments: payments ?? 0,
      messagesIn: taken.messages,
      messagesOut: published.messages,
    }
  } finally {
    await admin.close()
  }
}

/** Formats the offsets read of each partition that is not empty. */
function lookedAt(topic: string, ranges: readonly OffsetRange[]): string {
  const looked = ranges
    .filter(({ low, end }) => low < end)
    .toSorted((a, b) => a.partition - b.partition)
    .map(({ partition, low, end }) => `${partition}: ${low} to ${end - 1n}`)
  return looked.length === 0 ? `${topic}: nothing retained` : `${topic}, offsets by partition: ${looked.join(', ')}`
}
