/**
 * The work of a leader, turn by turn: it reads the oldest packs of all shards led here and sends their contents. The
 * next turn does not wait for the acknowledgement: sequence numbers keep the order, and packs in flight are not read
 * again. Acknowledged packs are deleted later, for several turns at once.
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

/** Everything read is in memory at least twice, as bytes and as records, for each turn in flight. */
const READ_AT_ONCE: Record<Lane, ReadLimits> = {
  now: { packsPerShard: 32, bytes: 2_000_000 },
  record: { packsPerShard: 8, bytes: 800_000 },
}
/** How often to read the outbox without being woken, for packs that other processes wrote. */
const POLL_MS: Record<Lane, number> = { now: 200, record: 500 }
/** The rest after a turn that read everything. Nobody waits for this lane, and each turn has a fixed cost. */
const REST_MS: Record<Lane, number> = { now: 0, record: 100 }

/**
 * Takes turns until the leadership is over, then waits until everything sent is acknowledged and deleted. Throws on any
 * fault.
 */
export async function takeTurns(leading: Leading): Promise<void> {
  const { pool, signal, lane, shards, view, state, sender, lease, until } = leading
  const limits = READ_AT_ONCE[lane]
  const turns = createTurns(leading)
  const beat = createBeat(view, shards, turns.allDone)
  try {
    while (!lease.hasChanged() && performance.now() < until) {
      await turns.room()
      const readAt = performance.now()
      const packs = await readPacks(pool, lane, shards, turns.packsInFlight(), limits)
      if (packs.length > 0) turns.start(packs, await requestsOf(packs, sender))
      else if (turns.isIdle()) state.lastGoodAt = Date.now()
      state.lastTurnAt = Date.now()
      // Others may continue to write. A relay that stops sends what was there and leaves the rest to its successor.
      if (signal.aborted) break
      if (!isAll(packs, limits)) continue
      beat.start(readAt)
      if (packs.length > 0 && REST_MS[lane] > 0) await pause(REST_MS[lane], signal)
      await state.alarm.sleep(POLL_MS[lane])
    }
    await turns.finish()
  } finally {
    // Nothing may be in flight after the leadership has ended.
    await turns.allSettled()
    await beat.over()
  }
}

/** In the order in which they must be sent. */
async function requestsOf(packs: readonly UnsentPack[], sender: FencedSender): Promise<OwnedSet[][]> {
  const owned = packs.map(({ shard, messages }): OwnedPack => ({ ...decodePack(messages), owner: shard }))
  const topics = new Set(owned.flatMap(({ records, sets }) => [...records, ...sets].map(({ topic }) => topic)))
  const counts = await sender.partitionCounts([...topics])
  const partitionsOf = (topic: string) => counts.get(topic)!
  return recordSets(await Promise.all(owned.map((pack) => asPartitionedNow(pack, partitionsOf))), partitionsOf)
}

/** Takes ready-made sets apart if their topic has more partitions now. */
async function asPartitionedNow(pack: OwnedPack, partitionsOf: (topic: string) => number): Promise<OwnedPack> {
  if (pack.sets.every(({ topic, partitions }) => partitions === partitionsOf(topic))) return pack
  const records = await Promise.all(pack.sets.map(unpackSet))
  return { ...pack, records: [...pack.records, ...records.flat()], sets: [] }
}

/** Whether a read with these limits found everything that was there. */
function isAll(packs: readonly UnsentPack[], { bytes, packsPerShard }: ReadLimits): boolean {
  const byShard = Map.groupBy(packs, ({ shard }) => shard)
  return (
    packs.reduce((sum, { messages }) => sum + messages.length, 0) < bytes &&
    [...byShard.values()].every((ofShard) => ofShard.length < packsPerShard)
  )
}

/** Sends the view's heartbeat when everything read so far has reached the view or is noted as missed. */
function createBeat(view: ViewSink | null, shards: readonly number[], allDone: () => Promise<boolean>) {
  let heartbeat: Promise<void> | null = null
  return {
    /** One at a time, and turns do not wait for it. Does not vouch for what was committed after `readAt`. */
    start(readAt: number): void {
      if (view === null) return
      heartbeat ??= allDone()
        .then(async (isWell) => {
          if (isWell) await Promise.all(shards.map((shard) => view.beat(shard, readAt)))
        })
        .finally(() => {
          heartbeat = null
        })
    },
    async over(): Promise<void> {
      await heartbeat
    },
  }
}
