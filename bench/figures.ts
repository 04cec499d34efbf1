/** Figures of several runs, and their table. */

/** One number of a scenario, with a value per run. */
export interface Figure {
  readonly scenario: string
  readonly name: string
  readonly unit: string
  /** NaN: the run has no value. */
  readonly runs: readonly number[]
  /** Another figure of the same run, with which the median is compared. */
  readonly ratio?: { readonly of: string; readonly value: number }
}

export function median(numbers: readonly number[]): number {
  if (numbers.length === 0) throw new RangeError('the median of nothing')
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The smallest number that at least this share of the numbers does not exceed. */
export function percentile(numbers: readonly number[], share: number): number {
  if (numbers.length === 0) throw new RangeError('a percentile of nothing')
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))]!
}

/** One figure of one run. */
export type Row = readonly [name: string, unit: string, value: number]

/** Combines runs of a scenario, each with the same figures in the same order. */
export function gather(scenario: string, runs: readonly (readonly Row[])[]): Figure[] {
  return runs[0]!.map(([name, unit], i) => ({ scenario, name, unit, runs: runs.map((run) => run[i]![2]) }))
}

/** The median of the runs that have a value; NaN: none has. */
export function medianOf({ runs }: Figure): number {
  const measured = runs.filter(Number.isFinite)
  return measured.length === 0 ? Number.NaN : median(measured)
}

/** A figure with its ratio to the median of another. */
export function against(figure: Figure, of: Figure): Figure {
  const value = medianOf(figure) / medianOf(of)
  return { ...figure, ratio: { of: `${of.scenario}: ${of.name}`, value } }
}

export function find(figures: readonly Figure[], scenario: string, name: string): Figure {
  const found = figures.find((one) => one.scenario === scenario && one.name === name)
  if (found === undefined) throw new Error(`no figure ${scenario}: ${name}`)
  return found
}

export function asTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { scenario, name, unit, runs, ratio } = figure
    const sorted = runs.filter(Number.isFinite).sort((a, b) => a - b)
    const share = sorted.length > 0 && sorted.length < runs.length ? ` (${sorted.length} of ${runs.length})` : ''
    return [
      scenario,
      name,
      asText(medianOf(figure)),
      sorted.length > 1 || share !== '' ? `${asText(sorted[0]!)} to ${asText(sorted.at(-1)!)}${share}` : '',
      unit,
      ratio === undefined || Number.isNaN(ratio.value) ? '' : `${(ratio.value * 100).toFixed(0)} % of ${ratio.of}`,
    ]
  })
  const header = ['scenario', 'figure', 'median', 'runs', 'unit', 'ratio']
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]!.length)))
  const isNumber = (column: number) => column === 2
  const line = (row: string[]) =>
    row
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd()
  return [line(header), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}

function asText(value: number): string {
  if (Number.isNaN(value)) return '-'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}
