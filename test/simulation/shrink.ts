/** Makes a failing list short: leaves parts of it out, large ones first, as long as what is left still fails. */

export interface ShrinkLimits {
  /** After that, what is left is good enough. */
  readonly withinMs: number
  /** How many tries are worth making side by side. */
  readonly atATime: number
}

/** The shortest that was found, in the order given; a part of it that fails too may exist where time was up. */
export async function shrink<Item>(
  items: readonly Item[],
  isFailing: (some: readonly Item[]) => Promise<boolean>,
  { withinMs, atATime }: ShrinkLimits,
): Promise<readonly Item[]> {
  const endsAt = performance.now() + withinMs
  let left = items
  for (let size = Math.ceil(left.length / 2); size >= 1; ) {
    const before = left.length
    // From the end: what comes last mostly does not matter to what has failed before.
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
    // Once more with the same size where that has helped.
    if (left.length === before) size = size === 1 ? 0 : Math.ceil(size / 2)
    else size = Math.min(size, left.length)
  }
  return left
}
