/**
 * Faults in a file that an operator wrote, each with file, line and reason. All are reported at once: nobody should have to
 * fix a deck of thousands of rows one run at a time.
 */
export interface Fault {
  /** The name in the catalog, or the one given to the command. */
  file: string
  /** From 1; null for a fault of the file as a whole. */
  line: number | null
  reason: string
  /** An error rejects the whole file; a warning is for a person to check. */
  severity: 'error' | 'warning'
}

/** Formats a fault as `catalog.yaml:12: reason`, with `warning: ` before the reason of a warning. */
export function formatFault(fault: Fault): string {
  const place = fault.line === null ? fault.file : `${fault.file}:${fault.line}`
  return `${place}: ${fault.severity === 'warning' ? 'warning: ' : ''}${fault.reason}`
}

/** Collects the faults found while reading. */
export class FaultList {
  readonly #faults: Fault[] = []
  #errorCount = 0

  get errorCount(): number {
    return this.#errorCount
  }

  error(file: string, line: number | null, reason: string): void {
    this.#faults.push({ file, line, reason, severity: 'error' })
    this.#errorCount++
  }

  warning(file: string, line: number | null, reason: string): void {
    this.#faults.push({ file, line, reason, severity: 'warning' })
  }

  /** Files in the order of their first fault, then by line. */
  sorted(): Fault[] {
    const fileOrder = new Map<string, number>()
    for (const { file } of this.#faults) if (!fileOrder.has(file)) fileOrder.set(file, fileOrder.size)
    return this.#faults.toSorted(
      (a, b) => fileOrder.get(a.file)! - fileOrder.get(b.file)! || (a.line ?? 0) - (b.line ?? 0),
    )
  }
}

/** Formats a value for a reason: quoted, and cut when it is long. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
