/**
 * What a leader does, turn by turn: it reads the oldest packs of all shards led here, and sends what they hold. The next turn
 * does not wait for its acknowledgement: sequence numbers keep the order, and a pack on its way is left out of what is read.
 * What the broker has is deleted behind, for several turns at once.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Fence, FencedSender } from '../platform/kafka/fenced-sender.ts'
import { tooSlow, within } from '../platform/within.ts'
import { type Leadership, type Lease, LeaseOver, type ViewSink } from './leadership.ts'
import type { Lane } from './messages.ts'
import { decodePack } from './pack.ts'
import { deletePacks, type PackPlace, type ReadLimits, readPacks, type UnsentPack } from './packs.ts'
import { type OwnedPack, type OwnedSet, recordSets } from './record-sets.ts'
import { unpackSet } from './unpack-set.ts'

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

export interface Leading extends Leadership {
  readonly sender: FencedSender
  readonly fences: ReadonlyMap<number, Fence>
  readonly lease: Lease
  /** When the leadership has lasted long enough, by this process's monotonic clock. */
  readonly until: number
}

/** Until the leadership is over; then all that it sent is acknowledged and deleted. Throws on any fault. */
export async function takeTurns(leading: Leading): Promise<void> {
  const { pool, signal, lane, shards, view, state, sender, lease, until } = leading
  const limits = READ_AT_ONCE[lane]
  const turns = createTurns(leading)
  const beat = createBeat(view, shards, turns.allDone)
  try {
    while (!lease.hasChanged() && performance.now() < until) {
      await turns.room()
      const readAt = performance.now()
      const packs = await readPacks(pool, lane, shards, turns.onTheirWay(), limits)
      if (packs.length > 0) turns.start(packs, await requestsOf(packs, sender))
      else if (turns.areNone()) state.lastGoodAt = Date.now()
      state.lastTurnAt = Date.now()
      // Others may go on writing: who stops sends what was there, and leaves the rest to a successor.
      if (signal.aborted) break
      if (!isAll(packs, limits)) continue
      beat.start(readAt)
      if (packs.length > 0 && REST_MILLIS[lane] > 0)
        await delay(REST_MILLIS[lane], undefined, { signal }).catch(() => {})
      await state.alarm.sleep(POLL_MILLIS[lane])
    }
    await turns.finish()
  } finally {
    // None of it may go on behind a leadership that has ended.
    await turns.settle()
    await beat.over()
  }
}

/** In the order in which they are to be sent. */
async function requestsOf(packs: readonly UnsentPack[], sender: FencedSender): Promise<OwnedSet[][]> {
  const owned = packs.map(({ shard, messages }): OwnedPack => ({ ...decodePack(messages), owner: shard }))
  const topics = new Set(owned.flatMap(({ records, sets }) => [...records, ...sets].map(({ topic }) => topic)))
  const counts = await sender.partitionCounts([...topics])
  const partitionsOf = (topic: string) => counts.get(topic)!
  return recordSets(await Promise.all(owned.map((pack) => asPartitionedNow(pack, partitionsOf))), partitionsOf)
}

/** With the sets taken apart that were made for other partitions than there are. */
async function asPartitionedNow(pack: OwnedPack, partitionsOf: (topic: string) => number): Promise<OwnedPack> {
  if (pack.sets.every(({ topic, partitions }) => partitions === partitionsOf(topic))) return pack
  const records = await Promise.all(pack.sets.map(unpackSet))
  return { ...pack, records: [...pack.records, ...records.flat()], sets: [] }
}

/** Whether a reading with these limits has found all that there was. */
function isAll(packs: readonly UnsentPack[], { bytes, packsAShard }: ReadLimits): boolean {
  const byShard = Map.groupBy(packs, ({ shard }) => shard)
  return (
    packs.reduce((sum, { messages }) => sum + messages.length, 0) < bytes &&
    [...byShard.values()].every((ofShard) => ofShard.length < packsAShard)
  )
}

/** The turns under way. After the first that fails, `room` and `finish` throw what it failed with. */
function createTurns({ pool, report, lane, holder, view, state, sender, fences, lease }: Leading) {
  /** From when it was read until it is deleted. */
  const packsOnTheirWay = new Set<bigint>()
  const unacknowledged = new Set<Promise<void>>()
  const turns = new Set<Promise<void>>()
  const remover = createRemover(async (places, unseen) => {
    if (!lease.isHeld()) throw new LeaseOver(lane)
    await deletePacks(pool, lane, holder, places, unseen)
  })
  let failure: { readonly error: unknown } | null = null
  /** Until all turns before are where they have to be: one that failed is sent again, and so is all that came behind it. */
  let carriedBefore: Promise<void> = Promise.resolve()
  /** Turns that the view lacks something of, which is not noted yet. */
  let missing = 0

  function follow(promises: Set<Promise<void>>, promise: Promise<void>): void {
    const followed = promise
      .catch((error: unknown) => {
        failure ??= { error }
        state.alarm.ring()
      })
      .finally(() => promises.delete(followed))
    promises.add(followed)
  }

  async function send(requests: readonly OwnedSet[][]): Promise<void> {
    // What holds it up from here on, be it another send, is fenced.
    if (!lease.isHeld()) throw new LeaseOver(lane)
    const sending = requests.map((sets) => sender.send(sets.map((set) => ({ ...set, fence: fences.get(set.owner)! }))))
    await within(SENT_WITHIN_MILLIS, Promise.all(sending), tooSlow('a request to the brokers', SENT_WITHIN_MILLIS))
  }

  /** Its packs may go once it is carried, and all turns before it are: else what is sent again would come to stand last. */
  async function conclude(places: readonly PackPlace[], carried: Promise<void>, viewed: Viewed): Promise<void> {
    const unseenShards = await viewed
    if (unseenShards.length > 0) missing++
    await carried
    await remover.remove(places, unseenShards)
    if (unseenShards.length > 0) missing--
    for (const { packId } of places) packsOnTheirWay.delete(packId)
  }

  function published(requests: readonly OwnedSet[][]): void {
    state.lastGoodAt = Date.now()
    for (const { topic, count } of requests.flat()) report.published(topic, count)
  }

  function assertWell(): void {
    if (failure !== null) throw failure.error
  }

  return {
    onTheirWay: (): bigint[] => [...packsOnTheirWay],
    areNone: () => turns.size === 0,
    /** Until another turn may begin. */
    async room(): Promise<void> {
      while (unacknowledged.size >= TURNS_IN_FLIGHT[lane]) await Promise.race(unacknowledged)
      // One that failed is no longer under way, and leaves its packs behind.
      while (packsOnTheirWay.size > MOST_ON_THEIR_WAY && turns.size > 0) await Promise.race(turns)
      assertWell()
    },
    start(packs: readonly UnsentPack[], requests: readonly OwnedSet[][]): void {
      const places = packs.map(({ shard, packId }): PackPlace => ({ shard, packId }))
      for (const { packId } of places) packsOnTheirWay.add(packId)
      // Beside each other, as neither waits for the other: what the view shows is committed either way.
      const viewed = toView(packs, view)
      const sent = send(requests).then(() => published(requests))
      const carried = Promise.all([carriedBefore, sent, viewed]).then(() => {})
      // Looked at once the view has answered; until then its failure must not pass for one that nobody handles.
      carried.catch(() => {})
      carriedBefore = carried
      follow(unacknowledged, sent)
      follow(turns, conclude(places, carried, viewed))
    },
    /** Resolves to whether all turns that have begun came to a good end, and nothing is missing of the view unnoted. */
    async allDone(): Promise<boolean> {
      await Promise.all(turns)
      return failure === null && missing === 0
    },
    async finish(): Promise<void> {
      await Promise.all(unacknowledged)
      remover.flush()
      await Promise.all(turns)
      assertWell()
    },
    async settle(): Promise<void> {
      remover.flush()
      await Promise.all([...turns, ...unacknowledged])
    },
  }
}

/** The shards whose view did not take what it was given. */
type Viewed = Promise<number[]>

async function toView(packs: readonly UnsentPack[], view: ViewSink | null): Viewed {
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

/** Tells the view that it has all there is, once all that was read so far has reached it or is noted as missed. */
function createBeat(view: ViewSink | null, shards: readonly number[], allDone: () => Promise<boolean>) {
  let beating: Promise<void> | null = null
  return {
    /** One at a time; the turns do not wait for it. What was committed after `readAt` is not vouched for. */
    start(readAt: number): void {
      if (view === null) return
      beating ??= allDone()
        .then(async (isWell) => {
          if (isWell) await Promise.all(shards.map((shard) => view.beat(shard, readAt)))
        })
        .finally(() => {
          beating = null
        })
    },
    async over(): Promise<void> {
      await beating
    },
  }
}

/** Deletes what is sent, a little later and together, for each removal is a transaction; none behind one that failed. */
function createRemover(removeNow: (places: readonly PackPlace[], unseenShards: readonly number[]) => Promise<void>) {
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
    removing = removing.then(() => removeNow(places, [...unseen]))
    removing.then(done.resolve, done.reject)
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
