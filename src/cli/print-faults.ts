/** Prints the faults of an operator's file: the worst ones for a person, all of them for a program. */
import { type Fault, formatFault } from '../catalog/faults.ts'
import { writeOutput } from './command.ts'

export interface FaultOptions {
  /** Print all faults, however many there are. */
  readonly verbose?: boolean
  /** Print all faults as JSON lines on standard output. */
  readonly json?: boolean
}

/** One systematic mistake causes a fault in every row: the first ones show it, the rest would bury what came before. */
const SHOWN_FAULTS = 20

/**
 * Prints faults, one per line. As text: to the stream `textTo`, at most 20 unless `verbose`, with the number left out
 * on standard error. As JSON: all of them, on standard output.
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
  if (left > 0) process.stderr.write(`and ${left} more; use --verbose to print all\n`)
}

/** All faults in their order if they are few enough, else errors before warnings. */
export function worstOf(faults: readonly Fault[], limit: number): readonly Fault[] {
  if (faults.length <= limit) return faults
  const of = (severity: Fault['severity']) => faults.filter((fault) => fault.severity === severity)
  return [...of('error'), ...of('warning')].slice(0, limit)
}

function jsonOf({ file, line, severity, reason }: Fault): string {
  return JSON.stringify({ file, line, severity, reason })
}
