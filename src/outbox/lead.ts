/**
 * One leadership: from fencing the predecessors of these shards until a lease is lost or gained, something fails, the
 * process stops, or it has lasted long enough.
 *
 * A turn reads the oldest packs of all shards led here, and sends what they hold. The next turn does not wait for its
 * acknowledgement: sequence numbers keep the order, and a pack on its way is left out of what is read. What the broker has
 * is deleted behind, for several turns at once.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { type Fence, type FencedSender, openFencedSender } from '../platform/fenced-sender.ts'
import type { Pool } from '../platform/postgres.ts'
import type { Alarm } from './alarm.ts'
import { LEASE_SECONDS, RENEW_MILLIS } from './leases.ts'
import type { Lane } from './messages.ts'
import { decodePack } from './pack.ts'
import { countPacks, deletePacks, type PackPlace, type ReadLimits, readPacks, type UnsentPack } from './packs.ts'
import { type OwnedPack, type OwnedSet, recordSets } from './record-sets.ts'

/** All in memory at once, twice over and more: as bytes and as records, for each turn in flight. */
const READ_AT_ONCE: Record<Lane, ReadLimits> = {
  now: { packsAShard: 32, bytes: 2_000_000 },
  record: { packsAShard: 8, bytes: 800_000 },
}
const TURNS_IN_FLIGHT: Record<Lane, number> = { now: 4, record: 2 }
/** How often to look when nobody calls: the backstop for packs that other processes wrote. */
const POLL_MILLIS: Record<Lane, number> = { now: 200, record: 500 }
/** After a turn that took all there was: what nobody waits for is gathered, for each turn costs what it costs. */
const REST_MILLIS: Record<Lane, number> = { now: 0, record: 100 }
const DELETE_AFTER_MILLIS = 100
/** More on their way would make reading past them slow. */
const MOST_ON_THEIR_WAY = 500
/** A request that no broker answers for so long is given up. */
const SENT_WITHIN_MILLIS = 10_000
/** A lease is taken for over so much before it is: the clocks of two nodes tick alike, but not quite. */
const LEASE_MARGIN_MILLIS = 500

/** What the relay tells of itself, for metrics. */
export interface RelayReport {
  published(topic: string, messages: number): void
  /** Packs that wait in a channel led here; null when it is led here no longer. */
  waiting(channel: Channel, packs: number | null): void
  /** A lane could not be served, and is taken up again. */
  interrupted(): void
}

export interface Channel {
  readonly shard: number
  readonly lane: Lane
}

/** Where the live view is fed. None of it throws: the view may fail at any time, and nothing waits for it for long. */
export interface ViewSink {
  lead(shard: number): void
  resign(shard: number): void
  /** False when the view did not take all of it. */
  apply(shard: number, changes: readonly Buffer[]): Promise<boolean>
  /** The view of the shard has all there is to have. */
  beat(shard: number): Promise<void>
}

export interface Leadership {
  readonly kafka: Kafka
  readonly pool: Pool
  readonly report: RelayReport
  readonly signal: AbortSignal
  readonly lane: Lane
  readonly shards: readonly number[]
  /** When the leases were asked for, by this process's monotonic clock. */
  readonly claimedAt: number
  /** Renews them, and says which are held. */
  readonly claim: () => Promise<readonly number[]>
  readonly view: ViewSink | null
  readonly leadForMillis: number
  readonly state: {
    readonly alarm: Alarm
    lastTurnAt: number
    /** When the outbox was last empty, or something was published, in milliseconds since 1970. */
    lastGoodAt: number
  }
}

/** Throws on any fault. Leases are not given back. */
export async function leadShards(leadership: Leadership): Promise<void> {
  const { kafka, shards, lane, view, report, leadForMillis } = leadership
  const until = performance.now() + leadForMillis
  const sender = await openFencedSender(kafka)
  const lease = keepLease(leadership)
  try {
    const fences = new Map(
      await Promise.all(
        shards.map(async (shard) => [shard, await sender.fence(`tollgate-relay-${shard}-${lane}`)] as const),
      ),
    )
    for (const shard of shards) view?.lead(shard)
    await takeTurns(leadership, sender, fences, lease, until)
  } finally {
    lease.stop()
    for (const shard of shards) {
      view?.resign(shard)
      report.waiting({ shard, lane }, null)
    }
    sender.close()
  }
}

interface Lease {
  /** Until when it is certainly ours, by this process's monotonic clock. */
  isHeld(): boolean
  /** Other shards than at first are held by now. */
  hasChanged(): boolean
  stop(): void
}

/** Renewed beside the turns, however long one takes. */
function keepLease({ claim, claimedAt, shards, lane, pool, report, state }: Leadership): Lease {
  const stopping = new AbortController()
  const { signal } = stopping
  const lastsMillis = LEASE_SECONDS * 1000 - LEASE_MARGIN_MILLIS
  let heldUntil = claimedAt + lastsMillis
  let hasChanged = false
  const renew = async () => {
    const askedAt = performance.now()
    const held = await claim()
    if (signal.aborted) return
    hasChanged = held.length !== shards.length || shards.some((shard) => !held.includes(shard))
    heldUntil = shards.every((shard) => held.includes(shard)) ? askedAt + lastsMillis : Number.NEGATIVE_INFINITY
    if (hasChanged) state.alarm.ring()
    for (const [shard, packs] of await countPacks(pool, lane, shards)) {
      if (!signal.aborted) report.waiting({ shard, lane }, packs)
    }
  }
  const keep = async () => {
    while (!signal.aborted) {
      await delay(RENEW_MILLIS, undefined, { signal }).catch(() => {})
      // One that fails is asked for again; the lease runs out meanwhile, and turns look at that.
      if (!signal.aborted) await renew().catch(() => {})
    }
  }
  void keep()
  return {
    isHeld: () => performance.now() < heldUntil,
    hasChanged: () => hasChanged,
    stop: () => stopping.abort(),
  }
}

async function takeTurns(
  { pool, report, signal, lane, shards, view, state }: Leadership,
  sender: FencedSender,
  fences: ReadonlyMap<number, Fence>,
  lease: Lease,
  until: number,
): Promise<void> {
  const limits = READ_AT_ONCE[lane]
  const { alarm } = state
  /** By pack: from when it was read until it is deleted. */
  const onTheirWay = new Set<bigint>()
  const unacknowledged = new Set<Promise<void>>()
  const turns = new Set<Promise<void>>()
  const remover = createRemover(pool, lane)
  let failure: { readonly error: unknown } | null = null
  let beating: Promise<void> | null = null

  try {
    for (;;) {
      if (failure !== null) throw (failure as { readonly error: unknown }).error
      if (lease.hasChanged() || performance.now() > until) break
      while (unacknowledged.size >= TURNS_IN_FLIGHT[lane]) await Promise.race(unacknowledged)
      if (onTheirWay.size > MOST_ON_THEIR_WAY) await Promise.race(turns)
      const packs = await readPacks(pool, lane, shards, [...onTheirWay], limits)
      if (packs.length > 0) start(packs, await requestsOf(packs))
      else if (turns.size === 0) state.lastGoodAt = Date.now()
      state.lastTurnAt = Date.now()
      // Others may go on writing: who stops sends what was there, and leaves the rest to a successor.
      if (signal.aborted) break
      if (isAll(packs)) {
        beat()
        if (packs.length > 0 && REST_MILLIS[lane] > 0)
          await delay(REST_MILLIS[lane], undefined, { signal }).catch(() => {})
        await alarm.sleep(POLL_MILLIS[lane])
      }
    }
    await finish()
  } finally {
    // What failed of them is told once; none of it may go on behind a leadership that has ended.
    remover.flush()
    await Promise.allSettled(turns)
    await beating
  }

  async function finish(): Promise<void> {
    await Promise.all(unacknowledged)
    remover.flush()
    await Promise.all(turns)
    if (failure !== null) throw (failure as { readonly error: unknown }).error
  }

  /** In the order in which they are to be sent. */
  async function requestsOf(packs: readonly UnsentPack[]): Promise<OwnedSet[][]> {
    const owned = packs.map(({ shard, messages }): OwnedPack => ({ ...decodePack(messages), owner: shard }))
    const topics = new Set(owned.flatMap(({ records, sets }) => [...records, ...sets].map(({ topic }) => topic)))
    const counts = await sender.partitionCounts([...topics])
    return recordSets(owned, (topic) => counts.get(topic)!)
  }

  function start(packs: readonly UnsentPack[], requests: readonly OwnedSet[][]): void {
    const places = packs.map(({ shard, packId }): PackPlace => ({ shard, packId }))
    for (const { packId } of places) onTheirWay.add(packId)
    const viewed = toView(packs)
    const sent = send(requests)
    const turn = (async () => {
      await sent
      state.lastGoodAt = Date.now()
      for (const { topic, count } of requests.flat()) report.published(topic, count)
      await remover.remove(places, await viewed)
      for (const { packId } of places) onTheirWay.delete(packId)
    })()
    follow(unacknowledged, sent)
    follow(turns, turn)
  }

  function follow(promises: Set<Promise<void>>, promise: Promise<void>): void {
    const followed = promise
      .catch((error: unknown) => {
        failure ??= { error }
        alarm.ring()
      })
      .finally(() => promises.delete(followed))
    promises.add(followed)
  }

  async function send(requests: readonly OwnedSet[][]): Promise<void> {
    // Looked at here, right before: what else holds a leader up is fenced.
    if (!lease.isHeld()) throw new LeaseOver(lane)
    const sending = requests.map((sets) => sender.send(sets.map((set) => ({ ...set, fence: fences.get(set.owner)! }))))
    await within(SENT_WITHIN_MILLIS, Promise.all(sending))
  }

  /** Beside the sending to Kafka, as neither waits for the other. Resolves to the shards whose view did not take it. */
  async function toView(packs: readonly UnsentPack[]): Promise<number[]> {
    const unseen: number[] = []
    const byShard = Map.groupBy(packs, ({ shard }) => shard)
    await Promise.all(
      [...byShard].map(async ([shard, ofShard]) => {
        const changes = ofShard.flatMap(({ viewChanges }) => viewChanges ?? [])
        if (changes.length > 0 && !(await view?.apply(shard, changes))) unseen.push(shard)
      }),
    )
    return unseen
  }

  /** Once all that was read so far has reached the view, or is noted as missed. The turns do not wait for it. */
  function beat(): void {
    if (view === null || beating !== null) return
    beating = Promise.all(turns)
      .then(async () => {
        if (failure === null) await Promise.all(shards.map((shard) => view.beat(shard)))
      })
      .finally(() => {
        beating = null
      })
  }

  function isAll(packs: readonly UnsentPack[]): boolean {
    const bytes = packs.reduce((sum, { messages }) => sum + messages.length, 0)
    const byShard = Map.groupBy(packs, ({ shard }) => shard)
    return bytes < limits.bytes && [...byShard.values()].every((ofShard) => ofShard.length < limits.packsAShard)
  }
}

/** Seen by whoever was about to send. Another may lead by now, and goes on from the lowest pack. */
class LeaseOver extends Error {
  override readonly name = 'LeaseOver'

  constructor(lane: Lane) {
    super(`lane ${lane}: the lease ran out, or was lost, before what was read could be sent`)
  }
}

/** Deletes what is sent, a little later and together: each removal is a transaction. */
function createRemover(pool: Pool, lane: Lane) {
  let waiting: { readonly places: PackPlace[]; readonly unseen: Set<number>; readonly done: PromiseWithResolvers<void> }
  let timer: NodeJS.Timeout | null = null
  let removing: Promise<void> = Promise.resolve()
  reset()

  function reset(): void {
    waiting = { places: [], unseen: new Set(), done: Promise.withResolvers() }
  }

  function flush(): void {
    if (timer === null) return
    clearTimeout(timer)
    timer = null
    const { places, unseen, done } = waiting
    reset()
    removing = removing.then(() => deletePacks(pool, lane, places, [...unseen])).then(done.resolve, done.reject)
  }

  return {
    flush,
    /** Resolves once they are deleted, and what the view missed is noted. */
    remove(places: readonly PackPlace[], unseenShards: readonly number[]): Promise<void> {
      waiting.places.push(...places)
      for (const shard of unseenShards) waiting.unseen.add(shard)
      timer ??= setTimeout(flush, DELETE_AFTER_MILLIS)
      return waiting.done.promise
    },
  }
}

async function within(millis: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no broker answered within ${millis} ms`)), millis)
  })
  try {
    await Promise.race([promise, over])
  } finally {
    clearTimeout(timer)
  }
}
