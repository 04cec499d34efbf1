/** The items that wait to be cut into batches: by source, in order, with their counts and sizes. */

/** The next waiting items of one source, in order. Never empty. */
export interface Slice<Source, T> {
  readonly source: Source
  readonly items: readonly T[]
}

export interface Cut<Source, T, Group> {
  readonly slices: readonly Slice<Source, T>[]
  /** The groups of the slices. */
  readonly groups: ReadonlySet<Group>
}

export interface WaitingOptions<Source, T, Group> {
  readonly bytesOf: (item: T) => number
  readonly groupOf: (source: Source) => Group
}

interface Queue<T, Group> {
  readonly group: Group
  /** Only the waiting items. A busy source may never be empty, so items that were passed on must be released. */
  readonly items: T[]
}

/** Sources are compared by identity: each object is a source of its own. */
export class Waiting<Source, T, Group> {
  readonly #options: WaitingOptions<Source, T, Group>
  /** Insertion order is the order of turns. A source whose items were cut goes to the end. */
  readonly #queues = new Map<Source, Queue<T, Group>>()
  #events = 0
  #bytes = 0

  constructor(options: WaitingOptions<Source, T, Group>) {
    this.#options = options
  }

  get events(): number {
    return this.#events
  }

  get bytes(): number {
    return this.#bytes
  }

  add(source: Source, items: readonly T[]): void {
    const { bytesOf, groupOf } = this.#options
    let queue = this.#queues.get(source)
    if (queue === undefined) {
      queue = { group: groupOf(source), items: [] }
      this.#queues.set(source, queue)
    }
    for (const item of items) {
      queue.items.push(item)
      this.#bytes += bytesOf(item)
    }
    this.#events += items.length
  }

  /** The number of events in other groups than these. */
  countWithout(busyGroups: ReadonlySet<Group>): number {
    let count = 0
    for (const { group, items } of this.#queues.values()) if (!busyGroups.has(group)) count += items.length
    return count
  }

  /** Takes waiting items of other groups than these, up to so many events and bytes. A single item may be larger. */
  cut(busyGroups: ReadonlySet<Group>, maxEvents: number, maxBytes: number): Cut<Source, T, Group> {
    const { bytesOf } = this.#options
    const slices: Slice<Source, T>[] = []
    const groups = new Set<Group>()
    let events = 0
    let bytes = 0
    for (const [source, queue] of [...this.#queues]) {
      if (busyGroups.has(queue.group)) continue
      let taken = 0
      while (taken < queue.items.length && events < maxEvents) {
        const itemBytes = bytesOf(queue.items[taken]!)
        if (events > 0 && bytes + itemBytes > maxBytes) break
        bytes += itemBytes
        events++
        taken++
      }
      // Its first item does not fit into this batch, so it keeps its turn.
      if (taken === 0) continue
      slices.push({ source, items: queue.items.splice(0, taken) })
      groups.add(queue.group)
      this.#queues.delete(source)
      if (queue.items.length > 0) this.#queues.set(source, queue)
      if (events >= maxEvents || bytes >= maxBytes) break
    }
    this.#events -= events
    this.#bytes -= bytes
    return { slices, groups }
  }

  clear(): void {
    this.#queues.clear()
    this.#events = 0
    this.#bytes = 0
  }

  clearGroup(group: Group): void {
    for (const [source, queue] of [...this.#queues]) {
      if (queue.group !== group) continue
      this.#queues.delete(source)
      this.#events -= queue.items.length
      for (const item of queue.items) this.#bytes -= this.#options.bytesOf(item)
    }
  }
}
