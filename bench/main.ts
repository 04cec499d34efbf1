/** `node bench/main.ts rating`: prints the figures of a benchmark, and the machine they are worth something on. */
import { cpus } from 'node:os'
import { benchDrain } from './drain.ts'
import { type BenchFigure, benchRating } from './rating.ts'

const BENCHMARKS: Readonly<Record<string, () => BenchFigure[] | Promise<BenchFigure[]>>> = {
  rating: benchRating,
  drain: () => benchDrain(),
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(BENCHMARKS)
const unknown = names.filter((name) => !Object.hasOwn(BENCHMARKS, name))
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}`)
  process.exitCode = 2
} else {
  console.log(`${cpus()[0]?.model.trim() ?? 'unknown cpu'}, ${cpus().length} cores, node ${process.version}`)
  for (const name of names) {
    for (const figure of await BENCHMARKS[name]!()) {
      const value = Math.round(figure.value).toLocaleString('en-US')
      console.log(`${name}: ${figure.name.padEnd(30)} ${value.padStart(12)} ${figure.unit}`)
    }
  }
}
