/**
 * Which of two states is newer, when answers and events overtake each other. The epoch grows when the database is
 * restored.
 */
export interface Place {
  readonly epoch: number
  /** Compared within an epoch only. A number, or an instant, whose text sorts by time. */
  readonly version: number | string
}

export function isNewer(one: Place, than: Place): boolean {
  return one.epoch === than.epoch ? one.version > than.version : one.epoch > than.epoch
}

/** For a query that is also updated by events: a late answer does not replace newer data. */
export function keepNewest<Data>(placeOf: (data: Data) => Place) {
  return (before: unknown, next: unknown): unknown =>
    before !== undefined && isNewer(placeOf(before as Data), placeOf(next as Data)) ? before : next
}
