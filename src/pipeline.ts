/**
 * The flow, on one page. A batch of messages from the usage topics is
 *
 *   decoded   Avro bytes to records                              intake/decode.ts
 *   read      records to usage events, or refusals               core/usage/read.ts
 *   recorded  decided in the core and written, all in one        ledger/record-batch.ts
 *             Postgres transaction with what it announces
 *
 * and only when that has committed does intake commit its offsets to Kafka (intake/consume.ts). The relay is woken and
 * carries the announcements out (outbox/relay.ts).
 *
 * What the moment is to blame for (a connection, a lock, the registry) is tried again for as long as it takes: it is
 * never dead-lettered and never skipped. What the data is to blame for is split off until it stands alone.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { UsageType } from './core/usage/event.ts'
import { readUsage } from './core/usage/read.ts'
import type { IntakeBatch, IntakeMessage } from './intake/consume.ts'
import type { Decoder } from './intake/decode.ts'
import { DatabaseWentBack } from './ledger/consumer-offsets.ts'
import type {
  Ledger,
  RecordedBatch,
  SourceMessage,
  UnreadableUsage,
  UsageBatch,
  UsageToRecord,
} from './ledger/record-batch.ts'
import type { Logger } from './platform/log.ts'
import type { Metrics } from './platform/metrics.ts'
import { isDataFault, sqlState } from './platform/postgres.ts'

/** The topics that usage comes in on, and the type of event that each carries. */
export const USAGE_TOPICS: ReadonlyMap<string, UsageType> = new Map([
  ['usage.calls.v1', 'call'],
  ['usage.toll-free.v1', 'toll_free'],
  ['usage.messages.v1', 'message'],
  ['usage.conversation-intelligence.v1', 'conversation_intelligence'],
  ['usage.voice-agents.v1', 'voice_agent'],
  ['usage.other.v1', 'other'],
  ['usage.corrections.v1', 'correction'],
])

const FIRST_RETRY_MILLIS = 50
const LONGEST_RETRY_MILLIS = 5_000

interface PipelineParts {
  readonly decoder: Decoder
  readonly ledger: Ledger
  readonly metrics: Metrics
  readonly log: Logger
  /** Called after each commit that left something in the outbox. */
  readonly wakeRelays: () => void
  /** Ends the retries of a batch that cannot be recorded before the process must be gone. */
  readonly signal: AbortSignal
}

/**
 * Takes a batch to its commit; returns when its effects are in the database. Throws when `signal` gave up, or
 * `DatabaseWentBack`: then only a new start helps.
 */
export type RecordUsage = (batch: IntakeBatch) => Promise<void>

export function createPipeline({ decoder, ledger, metrics, log, wakeRelays, signal }: PipelineParts): RecordUsage {
  return async function recordUsage(batch) {
    const stopTimer = metrics.batchSeconds.startTimer()
    const { usage, unreadable } = await untilDone('decode', () => readBatch(batch.messages))
    await record({ usage, unreadable, offsets: batch.offsets })
    stopTimer()
    metrics.batchesTotal.inc()
    metrics.batchEvents.observe(batch.messages.length)
    wakeRelays()
  }

  async function readBatch(messages: readonly IntakeMessage[]): Promise<Omit<UsageBatch, 'offsets'>> {
    const usage: UsageToRecord[] = []
    const unreadable: UnreadableUsage[] = []
    for (const [topic, ofTopic] of Map.groupBy(messages, (message) => message.topic)) {
      const type = USAGE_TOPICS.get(topic)
      if (type === undefined) throw new Error(`no usage is expected on topic ${topic}`)
      const decoded = await decoder.decodeAll(
        topic,
        ofTopic.map(({ value }) => value),
      )
      decoded.forEach((result, i) => {
        const source = asSource(ofTopic[i]!)
        if ('refusal' in result) {
          unreadable.push({ source, ...result.refusal, accountId: null, eventId: null })
          return
        }
        const read = readUsage(result.record, type)
        if ('event' in read) usage.push({ event: read.event, source })
        else unreadable.push({ source, ...read.refusal })
      })
    }
    return { usage, unreadable }
  }

  /** Offsets move with the last part of a split batch only: until then none of it may count as done. */
  async function record(batch: UsageBatch): Promise<void> {
    try {
      count(await untilDone('ledger', () => ledger.recordBatch(batch)))
    } catch (error) {
      if (!isDataFault(error)) throw error
      if (batch.usage.length + batch.unreadable.length > 1) {
        const [usage, unreadable] = [halves(batch.usage), halves(batch.unreadable)]
        await record({ usage: usage.first, unreadable: unreadable.last, offsets: [] })
        await record({ usage: usage.last, unreadable: unreadable.first, offsets: batch.offsets })
        return
      }
      const [poison] = batch.usage
      if (poison === undefined) throw error
      const { event, source } = poison
      log.error(
        { err: error, event_id: event.eventId, account_id: event.accountId },
        'event cannot be recorded; dead-lettered',
      )
      const detail = `cannot be recorded (${sqlState(error) ?? (error as Error).name})`
      const ids = { accountId: event.accountId, eventId: event.eventId }
      const refused = { source, reason: 'invalid_event', detail, ...ids }
      await record({ usage: [], unreadable: [refused], offsets: batch.offsets })
    }
  }

  async function untilDone<T>(stage: 'decode' | 'ledger', work: () => Promise<T>): Promise<T> {
    for (let waitMillis = FIRST_RETRY_MILLIS; ; waitMillis = Math.min(waitMillis * 2, LONGEST_RETRY_MILLIS)) {
      try {
        return await work()
      } catch (error) {
        // Neither gets better by trying again: the one is the event's fault, the other voids all that is remembered here.
        if (isDataFault(error) || error instanceof DatabaseWentBack) throw error
        metrics.retriesTotal.inc({ stage })
        log.warn({ err: error, stage, wait_millis: waitMillis }, 'a batch could not be recorded; it is tried again')
        await delay(waitMillis, undefined, { signal })
      }
    }
  }

  function count({ countByOutcome, deadLettersByReason }: RecordedBatch): void {
    for (const [outcome, events] of countByOutcome) metrics.eventsTotal.inc({ outcome }, events)
    for (const [reason, letters] of deadLettersByReason) metrics.deadLettersTotal.inc({ reason }, letters)
  }
}

/** The larger half first, so that of one list and its counterpart taken the other way round neither part is all of both. */
function halves<T>(items: readonly T[]): { first: readonly T[]; last: readonly T[] } {
  const half = Math.ceil(items.length / 2)
  return { first: items.slice(0, half), last: items.slice(half) }
}

/** As the ledger keeps it: headers in a list, since a name may come more than once, and a value may be null. */
export function asSource(message: IntakeMessage): SourceMessage {
  const headers = Object.entries(message.headers).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values]).filter(isHeaderValue).map((value) => ({
      name,
      value: value == null ? null : Buffer.from(value),
    })),
  )
  return { ...message, headers }
}

/** The client gathers headers in a plain object, where one called `constructor` finds a function there already. */
function isHeaderValue(value: unknown): value is Buffer | string | null | undefined {
  return value == null || typeof value === 'string' || Buffer.isBuffer(value)
}
