/**
 * What a leader does, turn by turn: it reads the oldest packs of all shards led here, and sends what they hold. The next turn
 * does not wait for its acknowledgement: sequence numbers keep the order, and a pack on its way is left out of what is read.
 * What the broker has is deleted behind, for several turns at once.
 */
import type { FencedSender } from '../platform/kafka/fenced-sender.ts'
import { pause } from '../platform/retry.ts'
import type { Leading, ViewSink } from './leadership.ts'
import type { Lane } from './messages.ts'
import { decodePack } from './pack.ts'
import { type ReadLimits, readPacks, type UnsentPack } from './packs.ts'
import { type OwnedPack, type OwnedSet, recordSets } from './record-sets.ts'
import { createTurns } from './turns-in-flight.ts'
import { unpackSet } from './unpack-set.ts'

/** All in memory at once, twice over and more: as bytes and as records, for each turn in flight. */
const READ_AT_ONCE: Record<Lane, ReadLimits> = {
  now: { packsAShard: 32, bytes: 2_000_000 },
  record: { packsAShard: 8, bytes: 800_000 },
}
/** How often to look when nobody calls: the backstop for packs that other processes wrote. */
const POLL_MILLIS: Record<Lane, number> = { now: 200, record: 500 }
/** After a turn that took all there was: what nobody waits for is gathered, for each turn costs what it costs. */
const REST_MILLIS: Record<Lane, number> = { now: 0, record: 100 }

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
      if (packs.length > 0 && REST_MILLIS[lane] > 0) await pause(REST_MILLIS[lane], signal)
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
