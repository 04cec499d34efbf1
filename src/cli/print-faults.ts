/** How the faults of an operator's file are shown: the worst of them to a person, all of them to a program. */
import { type Fault, formatFault } from '../catalog/faults.ts'
import { writeOutput } from './command.ts'

export interface FaultOptions {
  /** All of them, however many there are. */
  readonly verbose?: boolean
  /** All of them as JSON lines on standard output. */
  readonly json?: boolean
}

/** A file with one systematic mistake has a fault a row: the first ones tell it, the rest buries what was said before. */
const SHOWN_FAULTS = 20

/**
 * Prints faults, a line each: as text where `textTo` says, at most 20 unless all are asked for; as JSON always on standard
 * output and always all. How many were left out is said on standard error.
 */
export async function printFaults(
  faults: readonly Fault[],
  { verbose = false, json = false }: FaultOptions,
  textTo: 'stdout' | 'stderr' = 'stderr',
): Promise<void> {
  const shown = json || verbose ? faults : worstOf(faults, SHOWN_FAULTS)
  const text = shown.map((fault) => `${json ? jsonOf(fault) : formatFault(fault)}\n`).join('')
  if (json || textTo === 'stdout') await writeOutput(text)
  else process.stderr.write(text)
  const left = faults.length - shown.length
  if (left > 0) process.stderr.write(`and ${left} more; --verbose prints all\n`)
}

/** All of them in their order where they are few enough, else errors before warnings. */
export function worstOf(faults: readonly Fault[], limit: number): readonly Fault[] {
  if (faults.length <= limit) return faults
  const of = (severity: Fault['severity']) => faults.filter((fault) => fault.severity === severity)
  return [...of('error'), ...of('warning')].slice(0, limit)
}

function jsonOf({ file, line, severity, reason }: Fault): string {
  return JSON.stringify({ file, line, severity, reason })
}
