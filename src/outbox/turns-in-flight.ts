/**
 * The turns of a leadership that are under way, from when their packs were read until these are deleted. Turns overlap, and
 * are carried in their order: the packs of one may go once its records are acknowledged and those of all turns before it are.
 */
import { tooSlow, within } from '../platform/within.ts'
import { type Leading, LeaseOver, type ViewSink } from './leadership.ts'
import type { Lane } from './messages.ts'
import { deletePacks, type PackPlace, type UnsentPack } from './packs.ts'
import type { OwnedSet } from './record-sets.ts'
import { createRemover } from './remover.ts'

const TURNS_IN_FLIGHT: Record<Lane, number> = { now: 4, record: 2 }
/** More on their way would make reading past them slow. */
const MAX_ON_THEIR_WAY = 500
/** A request that no broker answers for so long is given up. */
const SENT_WITHIN_MILLIS = 10_000

/** After the first turn that fails, `room` and `finish` throw what it failed with. */
export interface Turns {
  /** The packs that are not deleted yet. */
  onTheirWay(): bigint[]
  areNone(): boolean
  /** Until another turn may begin. */
  room(): Promise<void>
  /** Sends these requests, which hold what the packs hold. */
  start(packs: readonly UnsentPack[], requests: readonly OwnedSet[][]): void
  /** Resolves to whether all turns that have begun came to a good end, and nothing is missing of the view unnoted. */
  allDone(): Promise<boolean>
  /** Until all that has begun is acknowledged and deleted. */
  finish(): Promise<void>
  /** Until nothing is under way, whatever came of it. Never rejects. */
  settle(): Promise<void>
}

export function createTurns(leading: Leading): Turns {
  const { pool, report, lane, holder, view, state, lease } = leading
  const packsOnTheirWay = new Set<bigint>()
  const unacknowledged = new Set<Promise<void>>()
  const turns = new Set<Promise<void>>()
  const remover = createRemover(async (places, unseen) => {
    if (!lease.isHeld()) throw new LeaseOver(lane)
    await deletePacks(pool, lane, holder, places, unseen)
  })
  const { follow, assertWell, isWell } = createFollower(state.alarm.ring)
  /** Until all turns before are where they have to be: one that failed is sent again, and so is all that came behind it. */
  let carriedBefore: Promise<void> = Promise.resolve()
  /** Turns that the view lacks something of, which is not noted yet. */
  let missing = 0

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

  return {
    onTheirWay: () => [...packsOnTheirWay],
    areNone: () => turns.size === 0,
    async room() {
      while (unacknowledged.size >= TURNS_IN_FLIGHT[lane]) await Promise.race(unacknowledged)
      // One that failed is no longer under way, and leaves its packs behind.
      while (packsOnTheirWay.size > MAX_ON_THEIR_WAY && turns.size > 0) await Promise.race(turns)
      assertWell()
    },
    start(packs, requests) {
      const places = packs.map(({ shard, packId }): PackPlace => ({ shard, packId }))
      for (const { packId } of places) packsOnTheirWay.add(packId)
      // Beside each other, as neither waits for the other: what the view shows is committed either way.
      const viewed = toView(packs, view)
      const sent = send(leading, requests).then(() => published(requests))
      const carried = Promise.all([carriedBefore, sent, viewed]).then(() => {})
      // Looked at once the view has answered; until then its failure must not pass for one that nobody handles.
      carried.catch(() => {})
      carriedBefore = carried
      follow(unacknowledged, sent)
      follow(turns, conclude(places, carried, viewed))
    },
    async allDone() {
      await Promise.all(turns)
      return isWell() && missing === 0
    },
    async finish() {
      await Promise.all(unacknowledged)
      remover.flush()
      await Promise.all(turns)
      assertWell()
    },
    async settle() {
      remover.flush()
      await Promise.all([...turns, ...unacknowledged])
    },
  }
}

/** Keeps what is under way in a set until it settles, and the first failure. What it keeps never rejects. */
function createFollower(onFailure: () => void) {
  let failure: { readonly error: unknown } | null = null
  return {
    follow(promises: Set<Promise<void>>, promise: Promise<void>): void {
      const followed = promise
        .catch((error: unknown) => {
          failure ??= { error }
          onFailure()
        })
        .finally(() => promises.delete(followed))
      promises.add(followed)
    },
    assertWell(): void {
      if (failure !== null) throw failure.error
    },
    isWell: () => failure === null,
  }
}

async function send({ lane, lease, sender, fences }: Leading, requests: readonly OwnedSet[][]): Promise<void> {
  // What holds it up from here on, be it another send, is fenced.
  if (!lease.isHeld()) throw new LeaseOver(lane)
  const sending = requests.map((sets) => sender.send(sets.map((set) => ({ ...set, fence: fences.get(set.owner)! }))))
  const tooLate = tooSlow('a request to the brokers', SENT_WITHIN_MILLIS)
  await within(SENT_WITHIN_MILLIS, Promise.all(sending), tooLate)
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
