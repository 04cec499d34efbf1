/** The smallest and largest amount allowed, both inclusive. */
import type { Micros } from './money.ts'

export interface Bounds {
  readonly minMicros: Micros
  readonly maxMicros: Micros
}

/** Returns the amount, or the bound that it exceeds. */
export function clamp(micros: Micros, { minMicros, maxMicros }: Bounds): Micros {
  return micros < minMicros ? minMicros : micros > maxMicros ? maxMicros : micros
}
