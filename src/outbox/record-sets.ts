/**
 * Puts what packs hold into the requests that are sent: records into sets, of each owner one a topic and partition, in the
 * order given, cut where the broker would find a set too large; and sets as they are. All that is left to add to a record is
 * its place in its set.
 */

import { PartitionMap } from '../platform/kafka/places.ts'
import type { RecordSet } from '../platform/kafka/produce-request.ts'
import { type OpenSet, OpenSets } from './open-sets.ts'
import type { Packed, PackedSet } from './pack.ts'

/** So much is sent at once, as one request. */
const REQUEST_BYTES = 4_000_000

/** A pack of one of several owners, whose order among one another does not matter. */
export interface OwnedPack extends Packed {
  readonly owner: number
}

export interface OwnedSet extends RecordSet {
  readonly owner: number
}

/**
 * Each inner list is for one request, which has at most one set a partition. Where each partition has records of one owner
 * alone, as shards and partitions are cut, and no sets, that is one request unless they are too large. `partitionsOf` says
 * how many partitions a topic has.
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
      const begun = open.add(topic, partitionHash % partitionsOf(topic), body)
      if (begun !== null) queue(owner, begun)
    }
    for (const set of sets) {
      // What comes behind it must not get into one before it.
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
