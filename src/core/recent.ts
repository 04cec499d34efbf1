/** A bounded cache of computed values. It is emptied when it is full. */
export class Recent<Key, Value> {
  readonly #maxEntries: number
  readonly #found = new Map<Key, Value>()

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  /** The value for a key, computed by `find` when it is not cached. `find` must depend on the key alone. */
  get(key: Key, find: () => Value): Value {
    const known = this.#found.get(key)
    if (known !== undefined) return known
    if (this.#found.size >= this.#maxEntries) this.#found.clear()
    const value = find()
    this.#found.set(key, value)
    return value
  }
}
