/** Shortens a failing list: leaves out parts, large ones first, as long as the rest still fails. */

export interface ShrinkLimits {
  /** The time after which the result is good enough. */
  readonly withinMs: number
  /** How many tries are worth running concurrently. */
  readonly atATime: number
}

/** The shortest failing list found, in the given order; if time ran out, a part of it may fail too. */
export async function shrink<Item>(
  items: readonly Item[],
  isFailing: (some: readonly Item[]) => Promise<boolean>,
  { withinMs, atATime }: ShrinkLimits,
): Promise<readonly Item[]> {
  const endsAt = performance.now() + withinMs
  let left = items
  for (let size = Math.ceil(left.length / 2); size >= 1; ) {
    const before = left.length
    // From the end: the last steps rarely matter to an earlier failure.
    for (let end = left.length; end > 0 && performance.now() < endsAt; ) {
      const tries = Array.from({ length: atATime }, (_, i) => end - i * size).filter((each) => each > 0)
      const current = left
      const outcomes = await Promise.all(
        tries.map(async (each) => {
          const without = [...current.slice(0, Math.max(0, each - size)), ...current.slice(each)]
          return { each, without, fails: without.length > 0 && (await isFailing(without)) }
        }),
      )
      const first = outcomes.find(({ fails }) => fails)
      if (first === undefined) end = tries.at(-1)! - size
      else {
        left = first.without
        end = first.each - size
      }
    }
    if (performance.now() >= endsAt) return left
    // Again with the same size if that has helped.
    if (left.length === before) size = size === 1 ? 0 : Math.ceil(size / 2)
    else size = Math.min(size, left.length)
  }
  return left
}
