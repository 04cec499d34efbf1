/**
 * The consumer: Kafka's messages, gathered into batches across topics and partitions, handed on, and their offsets
 * committed once the database has them. What is lost between the two is read again, and changes nothing.
 */
import { setTimeout as delay } from 'node:timers/promises'
import kafkajs, { type Consumer, type EachBatchPayload, type IHeaders, type Kafka } from 'kafkajs'
import type { FaultCode } from '../platform/faults.ts'
import type { Logger } from '../platform/log.ts'
import { gauge, type Registry, retriesCounter } from '../platform/metrics.ts'
import { coPartitionedAssigner } from './assign.ts'
import { Closed, createGatherer, type Slice } from './gather.ts'

export interface IntakeMessage {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: IHeaders
}

export interface NextOffset {
  readonly topic: string
  readonly partition: number
  readonly nextOffset: bigint
  /** End offset of the previous batch of this partition; null after an assignment that found none stored. */
  readonly previousOffset: bigint | null
}

/** Of one partition the messages are in offset order; `offsets` says where each partition goes on after them. */
export interface IntakeBatch {
  readonly messages: readonly IntakeMessage[]
  readonly offsets: readonly NextOffset[]
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** A partition number whose next event meets a bug of ours: nothing more is taken in from it, on any topic. */
export interface StoppedPartition extends TopicPartition {
  /** Where that event is, and stays. */
  readonly offset: bigint
  readonly code: FaultCode
}

/** What became of a batch: how far its partitions are done, and those that stopped. */
export interface BatchDone {
  readonly offsets: readonly NextOffset[]
  readonly stopped: readonly StoppedPartition[]
}

/** What the consumer group has committed to Kafka. */
export interface CommittedOffset extends TopicPartition {
  readonly offset: bigint
}

export interface IntakeOptions {
  readonly kafka: Kafka
  readonly groupId: string
  readonly topics: readonly string[]
  readonly batchEvents: number
  readonly batchMillis: number
  readonly concurrentBatches?: number
  /** Resolves when the database has committed. Transient faults are its own to retry: a rejection stops the intake. */
  readonly onBatch: (batch: IntakeBatch) => Promise<BatchDone>
  /**
   * The next offsets the database knows of the partitions assigned, keyed `topic:partition`; one without was never read.
   * It is told what Kafka has for them. Nothing is handed on before it has answered.
   */
  readonly startOffsets: (committed: readonly CommittedOffset[]) => Promise<ReadonlyMap<string, bigint>>
  readonly log: Logger
  readonly registry: Registry
  /** The intake is over and will not come back by itself. Called once at most. */
  readonly onFatal: (error: unknown) => void
  readonly drainMillis?: number
}

export interface IntakeProgress {
  /** Messages not committed yet, by `topic:partition`, as of the last fetch. */
  readonly lag: Map<string, bigint>
  /** Milliseconds since 1970 of the last batch committed; or of the last assignment, or end of idleness, where that is later. */
  readonly lastProgressAt: number
  /** A member of the group, be it without partitions because there are more members than those. */
  readonly hasJoined: boolean
  /** Until the next assignment, when whoever gets them tries again. */
  readonly stopped: readonly StoppedPartition[]
}

interface FetchEnd {
  readonly lastMessage: bigint
  readonly next: bigint
}

export interface Intake {
  stop(): Promise<void>
  progress(): IntakeProgress
}

/** A rater that was killed keeps its partitions for so long: the most that a crash can add to the lag. */
const SESSION_TIMEOUT_MS = 10_000
const REBALANCE_TIMEOUT_MS = 30_000
const HEARTBEAT_MS = 2000
const START_RETRY_MS = 500
/** When the group rebalances, the others wait for this member, which finishes first what it has in hand. */
const FINISH_BEFORE_REJOIN_MS = 5000
/** The client spreads partitions over so many workers; gathering needs all of a fetch in hand at once. */
const PARTITIONS_IN_HAND = 512
/** A fetch that finds nothing waits for so long at the broker, which answers as soon as a byte is there. */
const FETCH_WAIT_MS = 500
const FETCH_AT_LEAST_BYTES = 1
/** Fewer messages than this are few for a fetch: the next one waits a little, and finds more. */
const FEW_MESSAGES = 200
const REST_AFTER_FEW_MS = 5
/**
 * What is fetched at once. The client's own 10 MB are fifty thousand messages, all in memory as several objects each.
 * The broker fills an answer in the order in which partitions are asked for, and the client asks in another order each
 * time: a backlog of one topic holds up no other.
 */
const FETCH_BYTES = 2_000_000
const FETCH_BYTES_A_PARTITION = 500_000
/** What is committed later is read again after a crash, no more. */
const BETWEEN_COMMITS_MS = 200
/** Of large messages a batch has no more than this, whatever their number. */
const BATCH_BYTES = 8_000_000

export async function startIntake(options: IntakeOptions): Promise<Intake> {
  const { kafka, groupId, topics, registry, drainMillis = 10_000 } = options
  const metrics = intakeMetrics(registry)
  const log = options.log.child({ component: 'intake' })
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: SESSION_TIMEOUT_MS,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    minBytes: FETCH_AT_LEAST_BYTES,
    maxBytes: FETCH_BYTES,
    maxBytesPerPartition: FETCH_BYTES_A_PARTITION,
    allowAutoTopicCreation: false,
    partitionAssigners: [coPartitionedAssigner],
    retry: { initialRetryTime: 100, maxRetryTime: 5000, retries: Number.MAX_SAFE_INTEGER },
  })
  const admin = kafka.admin()

  let isStopping = false
  let isFatal = false
  let hasJoined = false
  let assigned = new Set<string>()
  let lastProgressAt = Date.now()
  const lag = new Map<string, bigint>()
  const lagByTopic = new Map<string, bigint>()
  const highWatermarks = new Map<string, bigint>()
  /** Up to where a source is done, by source: the lag begins there. */
  const doneTo = new Map<string, bigint>()
  /** Markers of transactions take offsets too, and no message carries them: where the last fetch of a source ended. */
  const fetchEnds = new Map<string, FetchEnd>()
  /** Where what was handed on last ended, by source; filled by each assignment. */
  const handedOnTo = new Map<string, bigint>()
  const stoppedByNumber = new Map<number, StoppedPartition>()
  /** Settles when the current assignment may be read; replaced by each assignment before its first fetch. */
  let ready: { readonly promise: Promise<void> } = { promise: new Promise(() => {}) }

  function fail(error: unknown): void {
    if (isFatal || isStopping) return
    isFatal = true
    log.fatal({ err: error }, 'the intake stops')
    options.onFatal(error)
  }

  const restAfter = createFetchRest()
  const offsets = createOffsetCommitter(consumer, log, (source) => assigned.has(source))

  const gatherer = createGatherer<IntakeMessage>({
    batchEvents: options.batchEvents,
    batchMillis: options.batchMillis,
    paceMillis: options.batchMillis,
    concurrentBatches: options.concurrentBatches ?? 2,
    batchBytes: BATCH_BYTES,
    bytesOf,
    // An account's usage is on partition n of every topic, as far as its producers use one partitioner.
    groupOf: (source) => source.slice(source.lastIndexOf(':') + 1),
    onFailure: fail,
    onBatch: async (slices) => {
      const done = await options.onBatch(asBatch(slices, handedOnTo))
      lastProgressAt = Date.now()
      for (const next of done.offsets) setLag(next, next.nextOffset)
      offsets.add(done.offsets)
      for (const stopped of done.stopped) stopPartition(stopped)
    },
  })

  function stopPartition(stopped: StoppedPartition): void {
    const { topic, partition } = stopped
    // It changed hands meanwhile: its new owner meets the same event.
    if (!assigned.has(nameOf(topic, partition))) return
    stoppedByNumber.set(partition, stopped)
    metrics.partitionStopped.set({ partition: String(partition) }, 1)
    consumer.pause(topics.map((each) => ({ topic: each, partitions: [partition] })))
    gatherer.discardGroup(String(partition))
  }

  function resumeStopped(): void {
    const partitions = [...stoppedByNumber.keys()]
    if (partitions.length === 0) return
    stoppedByNumber.clear()
    metrics.partitionStopped.reset()
    consumer.resume(topics.map((topic) => ({ topic, partitions })))
  }

  function setLag({ topic, partition }: TopicPartition, nextOffset: bigint): void {
    const source = nameOf(topic, partition)
    if (!assigned.has(source)) return
    const end = fetchEnds.get(source)
    const done = end?.lastMessage === nextOffset - 1n ? end.next : nextOffset
    doneTo.set(source, done)
    const high = highWatermarks.get(source) ?? done
    const behind = high > done ? high - done : 0n
    const total = (lagByTopic.get(topic) ?? 0n) + behind - (lag.get(source) ?? 0n)
    lag.set(source, behind)
    lagByTopic.set(topic, total)
    metrics.consumerLag.set({ topic }, Number(total))
  }

  async function eachBatch(payload: EachBatchPayload): Promise<void> {
    const { topic, partition } = payload.batch
    const source = nameOf(topic, partition)
    const assignment = ready
    try {
      await withHeartbeat(payload, assignment.promise)
      // An assignment or a seek came in between: these are not the messages to go on with.
      if (ready !== assignment || payload.isStale() || !payload.isRunning() || isStopping) return
      // Fetched before it stopped.
      if (stoppedByNumber.has(partition)) return
      const messages: IntakeMessage[] = payload.batch.messages.map(({ offset, key, value, headers }) => {
        return { topic, partition, offset: BigInt(offset), key, value, headers: headers ?? {} }
      })
      const last = messages.at(-1)
      if (!last) return
      // Idle is not stuck: from here on progress can be expected.
      if (![...lag.values()].some((behind) => behind > 0n)) lastProgressAt = Date.now()
      highWatermarks.set(source, BigInt(payload.batch.highWatermark))
      fetchEnds.set(source, { lastMessage: BigInt(last.offset), next: BigInt(payload.batch.lastOffset()) + 1n })
      setLag({ topic, partition }, doneTo.get(source) ?? messages[0]!.offset)
      const room = gatherer.add(source, messages)
      // The client may fetch what comes next while these are decided and written.
      payload.resolveOffset(last.offset.toString())
      try {
        await withHeartbeat(payload, Promise.all([room, restAfter(messages.length)]))
      } catch (error) {
        // The heartbeat failed, most likely because the group rebalances: what is in hand is let finish, so that the next
        // owner starts after it. Nothing is forgotten here: if the client does not join anew, it fetches what comes next.
        room.catch(() => {})
        const finished = gatherer.drained().then(() => offsets.flush())
        await within(FINISH_BEFORE_REJOIN_MS, finished)
        throw error
      }
    } catch (error) {
      if (error instanceof Closed) return
      if (isKafkaError(error)) throw error
      // Whatever its class: left to itself the client would stop for good on some, and try for ever on others.
      fail(error)
      throw new kafkajs.KafkaJSNonRetriableError(error instanceof Error ? error : String(error))
    }
  }

  /** On assignment: from the lower of what the database and Kafka say, so that a restored database catches up. */
  async function seekToLower(partitions: TopicPartition[], isCurrent: () => boolean): Promise<void> {
    for (;;) {
      try {
        const fetched = await admin.fetchOffsets({
          groupId,
          topics: [...new Set(partitions.map(({ topic }) => topic))],
        })
        // Without an offset of its own the client starts from the earliest message, which is lower than any.
        const committed = fetched.flatMap(({ topic, partitions: ofTopic }) =>
          ofTopic
            .map(({ partition, offset }) => ({ topic, partition, offset: BigInt(offset) }))
            .filter(({ partition, offset }) => offset >= 0n && assigned.has(nameOf(topic, partition))),
        )
        const stored = await options.startOffsets(committed)
        if (!isCurrent()) return
        for (const [source, inDatabase] of stored) if (assigned.has(source)) handedOnTo.set(source, inDatabase)
        for (const { topic, partition, offset: inKafka } of committed) {
          const inDatabase = stored.get(nameOf(topic, partition)) ?? 0n
          if (inDatabase >= inKafka) continue
          log.warn(
            { topic, partition, in_kafka: String(inKafka), in_database: String(inDatabase) },
            'going back to the database',
          )
          consumer.seek({ topic, partition, offset: String(inDatabase) })
        }
        return
      } catch (error) {
        if (!isCurrent() || isStopping) return
        metrics.retriesTotal.inc({ stage: 'assignment' })
        log.warn({ err: error, retry_ms: START_RETRY_MS }, 'the offsets to start from could not be read')
        await new Promise((resolve) => setTimeout(resolve, START_RETRY_MS))
      }
    }
  }

  consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
    const partitions = Object.entries(memberAssignment).flatMap(([topic, numbers]) =>
      numbers.map((partition) => ({ topic, partition })),
    )
    assigned = new Set(partitions.map(({ topic, partition }) => nameOf(topic, partition)))
    lag.clear()
    lagByTopic.clear()
    highWatermarks.clear()
    doneTo.clear()
    fetchEnds.clear()
    handedOnTo.clear()
    // The client starts again from what is committed: what waits would come twice, or is another's by now.
    gatherer.discard()
    resumeStopped()
    for (const topic of topics) metrics.consumerLag.set({ topic }, 0)
    lastProgressAt = Date.now()
    hasJoined = true
    log.info({ partitions: partitions.length }, 'assigned')
    const current: { promise: Promise<void> } = { promise: Promise.resolve() }
    ready = current
    if (partitions.length > 0) current.promise = seekToLower(partitions, () => ready === current)
  })
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    assigned = new Set()
    hasJoined = false
    if (!restart) fail(error)
  })

  try {
    await Promise.all([admin.connect(), consumer.connect()])
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_IN_HAND,
      eachBatch,
    })
  } catch (error) {
    isStopping = true
    await Promise.allSettled([within(drainMillis, consumer.disconnect()), admin.disconnect()])
    throw error
  }

  return {
    progress: () => ({ lag: new Map(lag), lastProgressAt, hasJoined, stopped: [...stoppedByNumber.values()] }),

    async stop() {
      isStopping = true
      await within(drainMillis, gatherer.close())
      await within(drainMillis, offsets.flush())
      assigned = new Set()
      await Promise.allSettled([within(drainMillis, consumer.disconnect()), admin.disconnect()])
    },
  }
}

function intakeMetrics(registry: Registry) {
  return {
    consumerLag: gauge(registry, {
      name: 'tollgate_consumer_lag',
      help: 'Messages in the assigned partitions that are not in the ledger yet, by topic',
      labelNames: ['topic'],
    }),
    partitionStopped: gauge(registry, {
      name: 'tollgate_partition_stopped',
      help: '1 for a partition number that stopped at an event that meets a bug; a mended release has to be started',
      labelNames: ['partition'],
    }),
    retriesTotal: retriesCounter(registry),
  }
}

/** Waits, and sends heartbeats meanwhile: the client does so only when asked. */
async function withHeartbeat(payload: EachBatchPayload, done: Promise<unknown>): Promise<void> {
  let isDone = false
  const ended = done.finally(() => {
    isDone = true
  })
  ended.catch(() => {})
  await payload.heartbeat()
  while (!isDone) {
    await within(HEARTBEAT_MS / 2, ended)
    if (!isDone) await payload.heartbeat()
  }
  await ended
}

/**
 * Told how many messages each partition of a fetch has; resolves when the next fetch is worth its while. The client hands out
 * all partitions of a fetch at once, and fetches again when all are done with.
 */
function createFetchRest(): (messages: number) => Promise<void> {
  let found = 0
  let resting: Promise<void> | null = null
  const rest = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    const isFew = found < FEW_MESSAGES
    found = 0
    resting = null
    if (isFew) await delay(REST_AFTER_FEW_MS)
  }
  return (messages) => {
    found += messages
    resting ??= rest()
    return resting
  }
}

/** Resolves when the promise settles well or the time is over; rejects when the promise does. */
async function within(millis: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, millis)
  })
  try {
    await Promise.race([promise, over])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Commits to Kafka behind the batches, a few times a second with the newest offsets, so that no batch waits for it.
 * One that fails is no loss: the database has the offsets as well, and a batch read twice changes nothing.
 */
function createOffsetCommitter(consumer: Consumer, log: Logger, isAssigned: (source: string) => boolean) {
  const pending = new Map<string, NextOffset>()
  let committing: Promise<void> | null = null
  let hurry = new AbortController()

  async function commit(): Promise<void> {
    while (pending.size > 0) {
      // Of a partition given up its new owner commits, who may be further on.
      const own = [...pending].filter(([source]) => isAssigned(source)).map(([, next]) => next)
      pending.clear()
      try {
        await consumer.commitOffsets(
          own.map(({ topic, partition, nextOffset }) => ({ topic, partition, offset: nextOffset.toString() })),
        )
      } catch (error) {
        log.warn({ err: error }, 'offsets were not committed to Kafka; the database has them')
      }
      await delay(BETWEEN_COMMITS_MS, undefined, { signal: hurry.signal }).catch(() => {})
    }
  }

  return {
    add(offsets: readonly NextOffset[]): void {
      for (const next of offsets) pending.set(nameOf(next.topic, next.partition), next)
      committing ??= commit().finally(() => {
        committing = null
      })
    },
    async flush(): Promise<void> {
      hurry.abort()
      await committing
      hurry = new AbortController()
    },
  }
}

/** A source is in one batch at a time, so what was handed on before is in the database, or this batch will not be. */
function asBatch(slices: readonly Slice<IntakeMessage>[], handedOnTo: Map<string, bigint>): IntakeBatch {
  return {
    messages: slices.flatMap(({ items }) => items),
    offsets: slices.map(({ source, items }) => {
      const { topic, partition, offset } = items.at(-1)!
      const nextOffset = offset + 1n
      const previousOffset = handedOnTo.get(source) ?? null
      handedOnTo.set(source, nextOffset)
      return { topic, partition, nextOffset, previousOffset }
    }),
  }
}

/** Headers count: they may be larger than all the rest. */
function bytesOf({ key, value, headers }: IntakeMessage): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0)
  for (const name in headers) {
    const values = headers[name]
    for (const one of Array.isArray(values) ? values : [values]) bytes += one?.length ?? 0
  }
  return bytes
}

function nameOf(topic: string, partition: number): string {
  return `${topic}:${partition}`
}

/** From the client itself, which knows what to do about it. */
function isKafkaError(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('KafkaJS')
}
