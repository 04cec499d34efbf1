/** What is newer, where answers and events overtake each other: the epoch grows when the database was restored. */
export interface Place {
  readonly epoch: number
  /** Only compared within an epoch. A number, or an instant, which reads in order as text. */
  readonly version: number | string
}

export function isNewer(one: Place, than: Place): boolean {
  return one.epoch === than.epoch ? one.version > than.version : one.epoch > than.epoch
}

/** For a query that is also fed by events: whatever comes late does not take the place of what is newer. */
export function keepNewest<Data>(placeOf: (data: Data) => Place) {
  return (before: unknown, next: unknown): unknown =>
    before !== undefined && isNewer(placeOf(before as Data), placeOf(next as Data)) ? before : next
}
