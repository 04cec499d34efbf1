/**
 * Puts packed records into the sets that are sent: one a topic and partition, in the order given, cut where the broker
 * would find a set too large. All that is left to add to a record is its place in its set.
 */
import type { RecordSet } from '../platform/kafka.ts'
import { ByteWriter } from './bytes.ts'
import type { PackedRecord } from './pack.ts'

/** A broker refuses sets above 1 MiB unless told otherwise, and a backlog refused once would be refused for ever. */
const SET_BYTES = 800_000
/** So much is sent at once, as one request. */
const REQUEST_BYTES = 4_000_000
/** Length, attributes, and the deltas of timestamp and offset: what framing adds to a body, at most. */
const FRAME_BYTES = 12

/** Each inner list is for one request. `partitionsOf` says how many partitions a topic has. */
export function recordSets(records: readonly PackedRecord[], partitionsOf: (topic: string) => number): RecordSet[][] {
  const requests: RecordSet[][] = []
  let open = new Map<string, OpenSet>()
  let requestBytes = 0
  const close = () => {
    if (open.size > 0) requests.push([...open.values()].map(finish))
    open = new Map()
    requestBytes = 0
  }
  for (const { topic, partitionHash, body } of records) {
    const partition = partitionHash % partitionsOf(topic)
    const name = `${topic}/${partition}`
    const bytes = body.length + FRAME_BYTES
    const full = open.get(name)
    if (requestBytes + bytes > REQUEST_BYTES || (full !== undefined && full.writer.length + bytes > SET_BYTES)) close()
    let set = open.get(name)
    if (set === undefined) {
      set = { topic, partition, count: 0, writer: new ByteWriter() }
      open.set(name, set)
    }
    writeRecord(set.writer, set.count++, body)
    requestBytes += bytes
  }
  close()
  return requests
}

interface OpenSet {
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

function finish({ topic, partition, count, writer }: OpenSet): RecordSet {
  return { topic, partition, count, bytes: writer.finish() }
}
