/**
 * From amounts to places in a drawing. Here alone an amount becomes a float: a pixel is no money, and what is written beside
 * the drawing stays the decimal that the API gave.
 */

export interface Scale {
  /** From the top down, evenly apart, zero among them: at most three beside it. */
  readonly ticks: readonly string[]
  /** 0 at the top, 1 at the bottom. */
  place(decimal: string): number
}

const MAX_GRIDLINES = 3
/** How far gridlines may be apart, in tens of whatever size. */
const STEPS = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10] as const
/** Gridlines are labelled to the cent, so they stand at whole cents. */
const CENTS_PER_UNIT = 100

/** The narrowest that has all amounts and zero in it. */
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
  // Nothing but zero: any will do.
  if (span === 0) return 1
  for (let tens = 10 ** Math.floor(Math.log10(span / MAX_GRIDLINES)); ; tens *= 10) {
    for (const unit of STEPS) {
      const step = Math.ceil(roundedTo(unit * tens * CENTS_PER_UNIT)) / CENTS_PER_UNIT
      if (countOf(highest, step) + countOf(-lowest, step) <= MAX_GRIDLINES) return step
    }
  }
}

/** Steps it takes to reach so far. */
function countOf(reach: number, step: number): number {
  return reach <= 0 ? 0 : Math.ceil(roundedTo(reach / step))
}

/** 0.1 + 0.2 is not meant to be more than 0.3. */
function roundedTo(value: number): number {
  return Number(value.toPrecision(12))
}
