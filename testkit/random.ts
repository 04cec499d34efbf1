/**
 * Seeded random numbers (mulberry32): the same seed gives the same numbers on every machine, so a run of the demo can be
 * repeated and its sums compared.
 */
export interface Random {
  /** Uniform in [0, 1). */
  fraction(): number
  /** A whole number in [0, below). */
  whole(below: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** Exponential with mean 1. */
  exponential(): number
  /** Normal with mean 0 and deviation 1. */
  normal(): number
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
  const whole = (below: number) => Math.floor(fraction() * below)
  return {
    fraction,
    whole,
    chance: (probability) => fraction() < probability,
    pick: (items) => {
      if (items.length === 0) throw new Error('cannot pick from an empty list')
      return items[whole(items.length)]!
    },
    // 1 - fraction is never 0, whose logarithm is infinite.
    exponential: () => -Math.log(1 - fraction()),
    normal: () => Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction()),
  }
}
