/**
 * One leadership: from fencing the predecessors of these shards until a lease is lost or gained, something fails, the
 * process stops, or the leadership has lasted long enough. `turns.ts` does the work under it.
 */
import { type Fence, type FencedSender, openFencedSender } from '../platform/kafka/fenced-sender.ts'
import { keepLease, type Leadership, LeaseOver } from './leadership.ts'
import type { Lane } from './messages.ts'
import { takeTurns } from './turns.ts'

/** Leads these shards until the leadership is over. Throws on any fault. Does not release the leases. */
export async function leadShards(leadership: Leadership): Promise<void> {
  const { kafka, shards, lane, view, report, leadForMs } = leadership
  const until = performance.now() + leadForMs
  const lease = keepLease(leadership)
  let sender: FencedSender | null = null
  try {
    sender = await openFencedSender(kafka)
    // If this process was delayed until here, it must not fence the current leader.
    if (!lease.isHeld()) throw new LeaseOver(lane)
    const fences = await fenceAll(sender, shards, lane)
    for (const shard of shards) view?.lead(shard)
    await takeTurns({ ...leadership, sender, fences, lease, until })
  } finally {
    await lease.stop()
    for (const shard of shards) {
      view?.resign(shard)
      report.waiting({ shard, lane }, null)
    }
    sender?.close()
  }
}

async function fenceAll(
  sender: FencedSender,
  shards: readonly number[],
  lane: Lane,
): Promise<ReadonlyMap<number, Fence>> {
  const fencing = shards.map(async (shard) => [shard, await sender.fence(`tollgate-relay-${shard}-${lane}`)] as const)
  return new Map(await Promise.all(fencing))
}
