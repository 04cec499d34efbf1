/**
 * Puts packed records into the sets that are sent: of each owner one a topic and partition, in the order given, cut where
 * the broker would find a set too large. All that is left to add to a record is its place in its set.
 */
import type { RecordSet } from '../platform/fenced-sender.ts'
import { ByteWriter } from './bytes.ts'
import type { PackedRecord } from './pack.ts'

/** A broker refuses sets above 1 MiB unless told otherwise, and a backlog refused once would be refused for ever. */
const SET_BYTES = 800_000
/** So much is sent at once, as one request. */
const REQUEST_BYTES = 4_000_000
/** Length, attributes, and the deltas of timestamp and offset: what framing adds to a body, at most. */
const FRAME_BYTES = 12

/** A record of one of several owners, whose order among one another does not matter. */
export interface OwnedRecord extends PackedRecord {
  readonly owner: number
}

export interface OwnedSet extends RecordSet {
  readonly owner: number
}

/**
 * Each inner list is for one request, which has at most one set a partition. Where each partition has records of one owner
 * alone, as shards and partitions are cut, that is one request unless they are too large. `partitionsOf` says how many
 * partitions a topic has.
 */
export function recordSets(records: readonly OwnedRecord[], partitionsOf: (topic: string) => number): OwnedSet[][] {
  const openSets = new Map<string, OpenSet>()
  /** By topic and partition, in the order in which they must be sent. */
  const ofPartition = new Map<string, OpenSet[]>()
  for (const { owner, topic, partitionHash, body } of records) {
    const partition = partitionHash % partitionsOf(topic)
    const name = `${topic}/${partition}`
    const key = `${owner} ${name}`
    let set = openSets.get(key)
    if (set === undefined || set.writer.length + body.length + FRAME_BYTES > SET_BYTES) {
      set = { owner, topic, partition, count: 0, writer: new ByteWriter() }
      openSets.set(key, set)
      const sets = ofPartition.get(name)
      if (sets === undefined) ofPartition.set(name, [set])
      else sets.push(set)
    }
    writeRecord(set.writer, set.count++, body)
  }
  return inRequests([...ofPartition.values()])
}

/** The first set of each partition, then the second of each that has one, and so on. */
function inRequests(partitions: readonly (readonly OpenSet[])[]): OwnedSet[][] {
  const requests: OwnedSet[][] = []
  const rounds = Math.max(0, ...partitions.map((sets) => sets.length))
  for (let round = 0; round < rounds; round++) {
    let request: OwnedSet[] = []
    let bytes = 0
    for (const sets of partitions) {
      const set = sets[round]
      if (set === undefined) continue
      if (request.length > 0 && bytes + set.writer.length > REQUEST_BYTES) {
        requests.push(request)
        request = []
        bytes = 0
      }
      request.push(finish(set))
      bytes += set.writer.length
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

/** Length, attributes (none), timestamp delta (none: a set has one time), offset delta, then the body; numbers in zigzag. */
function writeRecord(writer: ByteWriter, offsetDelta: number, body: Buffer): void {
  const delta = offsetDelta * 2
  writer.number((2 + varintBytes(delta) + body.length) * 2)
  writer.number(0)
  writer.number(0)
  writer.number(delta)
  writer.raw(body)
}

function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest > 0x7f; rest >>>= 7) bytes++
  return bytes
}

function finish({ owner, topic, partition, count, writer }: OpenSet): OwnedSet {
  return { owner, topic, partition, count, bytes: writer.finish() }
}
