/** What was found lately for what was asked: the same answer, without finding it again. Forgets all when it holds too much. */
export class Recent<Key, Value> {
  readonly #most: number
  readonly #found = new Map<Key, Value>()

  constructor(most: number) {
    this.#most = most
  }

  /** `find` depends on the key alone. */
  get(key: Key, find: () => Value): Value {
    const known = this.#found.get(key)
    if (known !== undefined) return known
    if (this.#found.size >= this.#most) this.#found.clear()
    const value = find()
    this.#found.set(key, value)
    return value
  }
}
