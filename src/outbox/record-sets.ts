/**
 * Puts what packs hold into the requests that are sent: records into sets, of each owner one a topic and partition, in the
 * order given, cut where the broker would find a set too large; and sets as they are. All that is left to add to a record is
 * its place in its set.
 */
import type { RecordSet } from '../platform/kafka/produce-request.ts'
import { ByteWriter } from './bytes.ts'
import { FRAME_BYTES, frameRecord } from './frame.ts'
import { MOST_SET_BYTES, type Packed } from './pack.ts'

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
  const openSets = new Map<string, OpenSet>()
  /** By topic and partition, in the order in which they must be sent. */
  const ofPartition = new Map<string, (OpenSet | OwnedSet)[]>()
  const queue = (name: string, set: OpenSet | OwnedSet) => {
    const sets = ofPartition.get(name)
    if (sets === undefined) ofPartition.set(name, [set])
    else sets.push(set)
  }
  for (const { owner, records, sets } of packs) {
    for (const { topic, partitionHash, body } of records) {
      const partition = partitionHash % partitionsOf(topic)
      const name = `${topic}/${partition}`
      const key = `${owner} ${name}`
      let set = openSets.get(key)
      if (set === undefined || set.writer.length + body.length + FRAME_BYTES > MOST_SET_BYTES) {
        set = { owner, topic, partition, count: 0, writer: new ByteWriter() }
        openSets.set(key, set)
        queue(name, set)
      }
      frameRecord(set.writer, set.count++, body)
    }
    for (const set of sets) {
      const name = `${set.topic}/${set.partition}`
      // What comes behind it must not get into one before it.
      openSets.delete(`${owner} ${name}`)
      queue(name, { ...set, owner })
    }
  }
  return inRequests([...ofPartition.values()].map((sets) => sets.map(finish)))
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

interface OpenSet {
  readonly owner: number
  readonly topic: string
  readonly partition: number
  count: number
  readonly writer: ByteWriter
}

function finish(set: OpenSet | OwnedSet): OwnedSet {
  if (!('writer' in set)) return set
  const { owner, topic, partition, count, writer } = set
  return { owner, topic, partition, count, bytes: writer.finish() }
}
