/**
 * Builds the requests to send from packs. Records are joined into sets, one per owner, topic and partition, in the
 * given order, and cut before a broker would refuse a set as too large. Ready-made sets are used as they are. All that
 * is added to a record is its place in its set.
 */

import { PartitionMap } from '../platform/kafka/places.ts'
import type { RecordSet } from '../platform/kafka/produce-request.ts'
import { type OpenSet, OpenSets } from './open-sets.ts'
import type { Packed, PackedSet } from './pack.ts'

/** The maximum size of one request. */
const REQUEST_BYTES = 4_000_000

/** A pack of one of several owners. The order between owners does not matter. */
export interface OwnedPack extends Packed {
  readonly owner: number
}

/** A set of records of one owner. */
export interface OwnedSet extends RecordSet {
  readonly owner: number
}

/**
 * Returns the sets for each request, in which a partition has at most one set. If every partition has records of one
 * owner only, as with shards and partitions, and no ready-made sets, one request is enough unless the sets are too
 * large. `partitionsOf` returns the partition count of a topic.
 */
export function recordSets(packs: readonly OwnedPack[], partitionsOf: (topic: string) => number): OwnedSet[][] {
  const openOf = new Map<number, OpenSets>()
  /** In the order in which they must be sent. */
  const ofPartition = new PartitionMap<QueuedSet[]>()
  const queue = (owner: number, set: OpenSet | PackedSet) => {
    const queued = ofPartition.get(set)
    if (queued === undefined) ofPartition.set(set, [{ owner, set }])
    else queued.push({ owner, set })
  }
  for (const { owner, records, sets } of packs) {
    const open = openOf.get(owner) ?? new OpenSets()
    openOf.set(owner, open)
    for (const { topic, partitionHash, body } of records) {
      const opened = open.add(topic, partitionHash % partitionsOf(topic), body)
      if (opened !== null) queue(owner, opened)
    }
    for (const set of sets) {
      // Records after this set must not get into a set before it.
      open.cut(set.topic, set.partition)
      queue(owner, set)
    }
  }
  return inRequests([...ofPartition.values()].map((sets) => sets.map(finish)))
}

interface QueuedSet {
  readonly owner: number
  readonly set: OpenSet | PackedSet
}

/** The first set of each partition, then the second of each that has one, and so on. */
function inRequests(partitions: readonly (readonly OwnedSet[])[]): OwnedSet[][] {
  const requests: OwnedSet[][] = []
  const rounds = Math.max(0, ...partitions.map((sets) => sets.length))
  for (let round = 0; round < rounds; round++) {
    let request: OwnedSet[] = []
    let bytes = 0
    for (const sets of partitions) {
      const set = sets[round]
      if (set === undefined) continue
      if (request.length > 0 && bytes + set.bytes.length > REQUEST_BYTES) {
        requests.push(request)
        request = []
        bytes = 0
      }
      request.push(set)
      bytes += set.bytes.length
    }
    requests.push(request)
  }
  return requests
}

function finish({ owner, set }: QueuedSet): OwnedSet {
  if (!('writer' in set)) return { ...set, owner }
  const { topic, partition, count, writer } = set
  return { owner, topic, partition, count, bytes: writer.finish() }
}
