/** The least and the most that an amount may be, both included. */
import type { Micros } from './money.ts'

export interface Bounds {
  readonly minMicros: Micros
  readonly maxMicros: Micros
}

/** The amount, or the bound that it is beyond. */
export function clamp(micros: Micros, { minMicros, maxMicros }: Bounds): Micros {
  return micros < minMicros ? minMicros : micros > maxMicros ? maxMicros : micros
}
