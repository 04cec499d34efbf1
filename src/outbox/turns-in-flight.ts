/**
 * The turns of a leadership that are in flight, from reading their packs to deleting them. Turns overlap, but they
 * conclude in order: the packs of a turn may be deleted when its records and those of all earlier turns are
 * acknowledged.
 */
import { tooSlow, within } from '../platform/within.ts'
import { type Leading, LeaseOver, type ViewSink } from './leadership.ts'
import type { Lane } from './messages.ts'
import { deletePacks, type PackPlace, type UnsentPack } from './packs.ts'
import type { OwnedSet } from './record-sets.ts'
import { createRemover } from './remover.ts'

const TURNS_IN_FLIGHT: Record<Lane, number> = { now: 4, record: 2 }
/** More packs in flight would slow down reading past them. */
const MAX_PACKS_IN_FLIGHT = 500
/** A request that no broker answers within this time fails. */
const SENT_WITHIN_MS = 10_000

/** After the first turn that fails, `room` and `finish` throw its error. */
export interface Turns {
  /** The packs that are sent but not deleted yet. */
  packsInFlight(): bigint[]
  /** Whether no turn is in flight. */
  isIdle(): boolean
  /** Resolves when another turn may start. */
  room(): Promise<void>
  /** Sends these requests, which contain the records of the packs. */
  start(packs: readonly UnsentPack[], requests: readonly OwnedSet[][]): void
  /** Resolves to whether all started turns succeeded, and everything the view lacks is noted. */
  allDone(): Promise<boolean>
  /** Resolves when everything started is acknowledged and deleted. */
  finish(): Promise<void>
  /** Resolves when nothing is in flight, whatever the result. Never rejects. */
  allSettled(): Promise<void>
}

/** Creates the turns of a leadership. One closure, because all its functions share what is in flight. */
export function createTurns(leading: Leading): Turns {
  const { pool, report, lane, holder, view, state, lease } = leading
  const packsInFlight = new Set<bigint>()
  const unacknowledged = new Set<Promise<void>>()
  const turns = new Set<Promise<void>>()
  const remover = createRemover(async (places, unseen) => {
    if (!lease.isHeld()) throw new LeaseOver(lane)
    await deletePacks(pool, lane, holder, places, unseen)
  })
  const { follow, throwIfFailed, isWell } = createFollower(state.alarm.ring)
  /**
   * Settles when all turns so far may conclude: they are acknowledged, and the view has answered. If one fails, it and
   * all later turns are sent again.
   */
  let earlierConcludable: Promise<void> = Promise.resolve()
  /** The number of turns whose changes the view lacks and for which this is not noted yet. */
  let missing = 0

  /**
   * Deletes the packs when this turn and all earlier ones are acknowledged. Deleted sooner, an earlier turn that is
   * sent again would come last.
   */
  async function conclude(places: readonly PackPlace[], concludable: Promise<void>, viewed: Viewed): Promise<void> {
    const unseenShards = await viewed
    if (unseenShards.length > 0) missing++
    await concludable
    await remover.remove(places, unseenShards)
    if (unseenShards.length > 0) missing--
    for (const { packId } of places) packsInFlight.delete(packId)
  }

  function published(requests: readonly OwnedSet[][]): void {
    state.lastGoodAt = Date.now()
    for (const { topic, count } of requests.flat()) report.published(topic, count)
  }

  return {
    packsInFlight: () => [...packsInFlight],
    isIdle: () => turns.size === 0,
    async room() {
      while (unacknowledged.size >= TURNS_IN_FLIGHT[lane]) await Promise.race(unacknowledged)
      // A failed turn is no longer in flight but leaves its packs.
      while (packsInFlight.size > MAX_PACKS_IN_FLIGHT && turns.size > 0) await Promise.race(turns)
      throwIfFailed()
    },
    start(packs, requests) {
      const places = packs.map(({ shard, packId }): PackPlace => ({ shard, packId }))
      for (const { packId } of places) packsInFlight.add(packId)
      // The two do not wait for each other: what the view shows is committed either way.
      const viewed = toView(packs, view)
      const sent = send(leading, requests).then(() => published(requests))
      const concludable = Promise.all([earlierConcludable, sent, viewed]).then(() => {})
      // Awaited after the view has answered. Until then a failure must not count as an unhandled rejection.
      concludable.catch(() => {})
      earlierConcludable = concludable
      follow(unacknowledged, sent)
      follow(turns, conclude(places, concludable, viewed))
    },
    async allDone() {
      await Promise.all(turns)
      return isWell() && missing === 0
    },
    async finish() {
      await Promise.all(unacknowledged)
      remover.flush()
      await Promise.all(turns)
      throwIfFailed()
    },
    async allSettled() {
      remover.flush()
      await Promise.all([...turns, ...unacknowledged])
    },
  }
}

/** Keeps promises until they settle, and the first failure. The promises it returns never reject. */
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
    throwIfFailed(): void {
      if (failure !== null) throw failure.error
    },
    isWell: () => failure === null,
  }
}

async function send({ lane, lease, sender, fences }: Leading, requests: readonly OwnedSet[][]): Promise<void> {
  // If it is delayed after this, for example in another send, the fence stops it.
  if (!lease.isHeld()) throw new LeaseOver(lane)
  const sending = requests.map((sets) => sender.send(sets.map((set) => ({ ...set, fence: fences.get(set.owner)! }))))
  const tooLate = tooSlow('a request to the brokers', SENT_WITHIN_MS)
  await within(SENT_WITHIN_MS, Promise.all(sending), tooLate)
}

/** The shards whose view did not apply the changes. */
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
