import { describe, expect, it } from 'vitest'
import type { BatchDone, IntakeBatch } from '../src/intake/batch.ts'
import type { Decoder } from '../src/intake/decode.ts'
import type { Ledger } from '../src/ledger/batch/record-batch.ts'
import type { UsageBatch } from '../src/ledger/batch/usage-batch.ts'
import { DatabaseRestored } from '../src/ledger/epochs/consumer-offsets.ts'
import { createPipeline } from '../src/pipeline.ts'
import { Fault } from '../src/platform/faults.ts'
import type { ReceivedMessage } from '../src/platform/kafka/message.ts'
import { createLog } from '../src/platform/log.ts'
import { Registry, retriesCounter } from '../src/platform/metrics.ts'

const TOPIC = 'usage.other.v1'
const FROM = 100n

/** Messages whose value is their event id, `BAD` for unreadable bytes; offsets count from 100 in each partition. */
function batchOf(partitions: Readonly<Record<number, readonly string[]>>, topic = TOPIC): IntakeBatch {
  const messages: ReceivedMessage[] = Object.entries(partitions).flatMap(([partition, eventIds]) =>
    eventIds.map((eventId, i) => ({
      topic,
      partition: Number(partition),
      offset: FROM + BigInt(i),
      key: null,
      value: Buffer.from(eventId),
      headers: [],
    })),
  )
  const offsets = Object.entries(partitions).map(([partition, eventIds]) => ({
    topic,
    partition: Number(partition),
    nextOffset: FROM + BigInt(eventIds.length),
    previousOffset: FROM,
  }))
  return { messages, offsets }
}

const decoder: Decoder = {
  decode: () => Promise.reject(new Error('not asked one by one')),
  decodeAll: async (_topic, values) =>
    values.map((value) =>
      String(value) === 'BAD'
        ? { refusal: { reason: 'invalid_event', detail: 'unreadable' } }
        : {
            record: {
              event_id: String(value),
              account_id: 'acme',
              occurred_at: 1_700_000_000_000_000,
              sku: 'lookup',
              quantity: 1,
            },
          },
    ),
}

/** A ledger that throws what `faultOf` returns for a batch, and otherwise stores it like a database: all or nothing. */
function setUp(faultOf: (batch: UsageBatch, attempts: number) => unknown) {
  const recorded: string[] = []
  const deadLetters: string[] = []
  const batchSizes: number[] = []
  const stored = new Map<number, bigint>()
  const brokenChains: string[] = []
  let attempts = 0
  const ledger: Ledger = {
    async recordBatch(batch) {
      const fault = faultOf(batch, ++attempts)
      if (fault !== undefined) throw fault
      batchSizes.push(batch.usage.length + batch.refusedMessages.length)
      recorded.push(...batch.usage.map(({ event }) => event.eventId))
      deadLetters.push(
        ...batch.refusedMessages.map(({ eventId, reason, detail }) => `${eventId ?? '?'}: ${reason}, ${detail}`),
      )
      for (const { partition, nextOffset, previousOffset } of batch.offsets) {
        const known = stored.get(partition) ?? FROM
        if (previousOffset !== known) brokenChains.push(`${partition}: ${previousOffset} follows ${known}`)
        stored.set(partition, nextOffset)
      }
      return { countByOutcome: new Map(), deadLettersByReason: new Map() }
    },
  }
  const registry = new Registry()
  const logged: { level: string; fault: string; msg: string }[] = []
  const stopping = new AbortController()
  const recordUsage = createPipeline({
    decoder,
    ledger,
    registry,
    log: createLog('warn', { write: (line) => logged.push(JSON.parse(line)) }),
    wakeRelays: () => {},
    signal: stopping.signal,
  })
  return { recordUsage, recorded, deadLetters, batchSizes, stored, brokenChains, registry, logged, stopping }
}

async function countsOf(registry: Registry, name: string): Promise<Record<string, number>> {
  const { values } = await registry.getSingleMetric(name)!.get()
  return Object.fromEntries(
    values.filter(({ value }) => value > 0).map(({ labels, value }) => [Object.values(labels).join(), value]),
  )
}

const holds = (batch: UsageBatch, ...eventIds: string[]) =>
  batch.usage.some(({ event }) => eventIds.includes(event.eventId))

function doneOf({ offsets, stopped }: BatchDone) {
  return {
    offsets: Object.fromEntries(offsets.map(({ partition, nextOffset }) => [partition, Number(nextOffset - FROM)])),
    stopped: stopped.map(({ partition, offset, code }) => `${partition}/${offset - FROM} ${code}`),
  }
}

describe('a batch', () => {
  it('without a fault is recorded in one piece', async () => {
    const { recordUsage, recorded, batchSizes } = setUp(() => undefined)
    const done = await recordUsage(batchOf({ 0: ['a', 'b'], 1: ['c'] }))
    expect(recorded).toEqual(['a', 'b', 'c'])
    expect(batchSizes).toEqual([3])
    expect(doneOf(done)).toEqual({ offsets: { 0: 2, 1: 1 }, stopped: [] })
  })

  it('that meets a transient fault is retried as a whole, and nothing is split or refused', async () => {
    const { recordUsage, recorded, deadLetters, batchSizes, registry } = setUp((_batch, attempts) =>
      attempts <= 2 ? new Fault('database_unavailable', 'no connection') : undefined,
    )
    await recordUsage(batchOf({ 0: ['a', 'b'] }))
    expect(recorded).toEqual(['a', 'b'])
    expect(batchSizes).toEqual([2])
    expect(deadLetters).toEqual([])
    expect((await retriesCounter(registry).get()).values).toMatchObject([{ labels: { stage: 'ledger' }, value: 2 }])
  })

  it('with an event whose data is refused is split until that is alone, and only that one is dead-lettered', async () => {
    const { recordUsage, recorded, deadLetters, brokenChains, stored } = setUp((batch) =>
      holds(batch, 'c') ? new Fault('value_out_of_range', 'too large') : undefined,
    )
    const done = await recordUsage(batchOf({ 0: ['a', 'b', 'c', 'd'], 1: ['e', 'f'] }))
    expect(recorded.toSorted()).toEqual(['a', 'b', 'd', 'e', 'f'])
    expect(deadLetters).toEqual(['c: invalid_event, cannot be recorded (value_out_of_range)'])
    expect(doneOf(done)).toEqual({ offsets: { 0: 4, 1: 2 }, stopped: [] })
    expect(Object.fromEntries(stored)).toEqual({ 0: FROM + 4n, 1: FROM + 2n })
    expect(brokenChains).toEqual([])
  })

  it('whose fault does not return in the halves is logged and counted as split', async () => {
    const { recordUsage, recorded, logged, registry } = setUp((batch) =>
      batch.usage.length > 2 ? new Fault('invariant_broken', 'only together') : undefined,
    )
    const done = await recordUsage(batchOf({ 0: ['a', 'b', 'c', 'd'] }))
    expect(recorded).toEqual(['a', 'b', 'c', 'd'])
    expect(doneOf(done)).toEqual({ offsets: { 0: 4 }, stopped: [] })
    expect(logged).toMatchObject([
      { level: 'warn', fault: 'invariant_broken', messages: 4, err: { message: 'only together' } },
    ])
    expect(await countsOf(registry, 'tollgate_batches_split_total')).toEqual({ invariant_broken: 1 })
  })

  it('counts as committed if any part of it is', async () => {
    const { recordUsage, registry } = setUp((batch) => (holds(batch, 'bug') ? new TypeError('a bug') : undefined))
    await recordUsage(batchOf({ 0: ['bug', 'a'], 1: ['bug'] }))
    expect(await countsOf(registry, 'tollgate_batches_total')).toEqual({})
    await recordUsage(batchOf({ 2: ['b', 'bug'] }))
    expect(await countsOf(registry, 'tollgate_batches_total')).toEqual({ '': 1 })
  })

  it('keeps the events before and after a dead letter in order', async () => {
    const { recordUsage, recorded } = setUp((batch) =>
      holds(batch, 'e3', 'e6') ? Object.assign(new Error('refused'), { code: '22003' }) : undefined,
    )
    await recordUsage(batchOf({ 0: Array.from({ length: 9 }, (_, i) => `e${i}`) }))
    expect(recorded).toEqual(['e0', 'e1', 'e2', 'e4', 'e5', 'e7', 'e8'])
  })

  it('with an event that meets a bug stops its partition number there, dead-letters nothing, and the others continue', async () => {
    const { recordUsage, recorded, deadLetters, stored, brokenChains } = setUp((batch) =>
      holds(batch, 'c') ? new TypeError('x is undefined') : undefined,
    )
    const done = await recordUsage(batchOf({ 0: ['a', 'b', 'c', 'd', 'e'], 1: ['f', 'g'], 2: ['h'] }))
    expect(recorded.toSorted()).toEqual(['a', 'b', 'f', 'g', 'h'])
    expect(deadLetters).toEqual([])
    expect(doneOf(done)).toEqual({ offsets: { 0: 2, 1: 2, 2: 1 }, stopped: ['0/2 bug'] })
    expect(stored.get(0)).toBe(FROM + 2n)
    expect(brokenChains).toEqual([])
  })

  it('stops a partition number on every topic, so that no event overtakes another of its account', async () => {
    const { recordUsage, recorded } = setUp((batch) =>
      holds(batch, 'a') ? new TypeError('x is undefined') : undefined,
    )
    const [first, second] = [batchOf({ 0: ['a', 'b'] }), batchOf({ 0: ['c'], 1: ['d'] }, 'usage.other.v1')]
    const done = await recordUsage({
      messages: [
        ...first.messages,
        ...second.messages.map((message) => ({ ...message, topic: 'usage.voice-agents.v1' })),
      ],
      offsets: [...first.offsets, ...second.offsets.map((next) => ({ ...next, topic: 'usage.voice-agents.v1' }))],
    })
    expect(recorded).toEqual([])
    expect(done.stopped).toMatchObject([{ topic: TOPIC, partition: 0, offset: FROM, code: 'bug' }])
    // The record of partition 1 has no agent, so it is refused, and done.
    expect(done.offsets).toMatchObject([{ topic: 'usage.voice-agents.v1', partition: 1, nextOffset: FROM + 1n }])
  })

  it('that violates a constraint is a bug, not a data fault', async () => {
    const { recordUsage, deadLetters } = setUp(() => Object.assign(new Error('duplicate key'), { code: '23505' }))
    expect(doneOf(await recordUsage(batchOf({ 0: ['a'], 1: ['b'] })))).toEqual({
      offsets: {},
      stopped: ['0/0 constraint_violated', '1/0 constraint_violated'],
    })
    expect(deadLetters).toEqual([])
  })

  it('with several bugs stops at the first of each partition number', async () => {
    const { recordUsage, recorded } = setUp((batch) =>
      holds(batch, 'b', 'c', 'f') ? new TypeError('x is undefined') : undefined,
    )
    const done = await recordUsage(batchOf({ 0: ['a', 'b', 'c'], 1: ['d', 'e', 'f'], 2: ['g', 'h'] }))
    expect(recorded.toSorted()).toEqual(['a', 'd', 'e', 'g', 'h'])
    expect(doneOf(done)).toEqual({ offsets: { 0: 1, 1: 2, 2: 2 }, stopped: ['0/1 bug', '1/2 bug'] })
  })

  it('whose dead letter cannot be recorded either stops, and says why', async () => {
    const { recordUsage, logged } = setUp((batch) =>
      batch.refusedMessages.length > 0
        ? new Fault('invariant_broken', 'no')
        : new Fault('value_out_of_range', 'too large'),
    )
    expect(doneOf(await recordUsage(batchOf({ 0: ['a'] })))).toEqual({ offsets: {}, stopped: ['0/0 invariant_broken'] })
    expect(logged).toMatchObject([{ level: 'fatal', fault: 'invariant_broken' }])
  })

  it('with unreadable bytes has a dead letter beside the others, without a split', async () => {
    const { recordUsage, recorded, deadLetters, batchSizes } = setUp(() => undefined)
    await recordUsage(batchOf({ 0: ['a', 'BAD', 'c'] }))
    expect(recorded).toEqual(['a', 'c'])
    expect(deadLetters).toEqual(['?: invalid_event, unreadable'])
    expect(batchSizes).toEqual([3])
  })

  it('fails as a whole after the database was restored: only a restart helps', async () => {
    const [next] = batchOf({ 0: ['a'] }).offsets
    const { recordUsage, recorded } = setUp(() => new DatabaseRestored(next!, undefined))
    await expect(recordUsage(batchOf({ 0: ['a', 'b'] }))).rejects.toBeInstanceOf(DatabaseRestored)
    expect(recorded).toEqual([])
  })

  it('that waits for the database is abandoned when the process must end', async () => {
    const { recordUsage, stopping } = setUp(() => new Fault('database_unavailable', 'no connection'))
    const recording = recordUsage(batchOf({ 0: ['a', 'b'] }))
    stopping.abort()
    await expect(recording).rejects.toMatchObject({ name: 'AbortError' })
  })
})
