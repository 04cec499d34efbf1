/**
 * Scales amounts to positions in a drawing. Only here does an amount become a float, because a pixel is no money;
 * labels keep the decimal strings of the API.
 */

export interface Scale {
  /** From the top, at even distances, zero included: at most three besides it. */
  readonly ticks: readonly string[]
  /** 0 at the top, 1 at the bottom. */
  place(decimal: string): number
}

const MAX_GRIDLINES = 3
/** Possible distances of gridlines, times a power of ten. */
const STEPS = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10] as const
/** Labels show cents, so gridlines are at whole cents. */
const CENTS_PER_UNIT = 100

/** The smallest scale that covers all amounts and zero. */
export function scaleOf(decimals: readonly string[]): Scale {
  const amounts = [0, ...decimals.map(Number)]
  const [lowest, highest] = [Math.min(...amounts), Math.max(...amounts)]
  const step = stepOf(lowest, highest)
  const above = Math.max(countOf(highest, step), lowest < 0 ? 0 : 1)
  const below = countOf(-lowest, step)
  const decimalPlaces = Number.isInteger(step) ? 0 : 2
  return {
    ticks: Array.from({ length: above + below + 1 }, (_, at) => {
      const count = above - at
      return count === 0 ? '0' : (count * step).toFixed(decimalPlaces)
    }),
    place: (decimal) => (above * step - Number(decimal)) / ((above + below) * step),
  }
}

function stepOf(lowest: number, highest: number): number {
  const span = highest - lowest
  // All amounts are zero: any step will do.
  if (span === 0) return 1
  for (let tens = 10 ** Math.floor(Math.log10(span / MAX_GRIDLINES)); ; tens *= 10) {
    for (const unit of STEPS) {
      const step = Math.ceil(roundedTo(unit * tens * CENTS_PER_UNIT)) / CENTS_PER_UNIT
      if (countOf(highest, step) + countOf(-lowest, step) <= MAX_GRIDLINES) return step
    }
  }
}

/** Number of steps needed to cover `reach`. */
function countOf(reach: number, step: number): number {
  return reach <= 0 ? 0 : Math.ceil(roundedTo(reach / step))
}

/** Removes floating-point noise, such as 0.1 + 0.2 > 0.3. */
function roundedTo(value: number): number {
  return Number(value.toPrecision(12))
}
