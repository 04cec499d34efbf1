/**
 * What is wrong with a file an operator wrote: said with file, line and reason, and all of it at once, because whoever
 * mends a deck of thousands of rows should not have to learn of its faults one run at a time.
 */
export interface Fault {
  /** As the catalog names it, or as the command was given it. */
  file: string
  /** From 1; null when the fault is of the file as a whole. */
  line: number | null
  reason: string
  /** One error refuses the file whole; a warning is for a person to look at. */
  severity: 'error' | 'warning'
}

/** `catalog.yaml:12: reason`; a warning says so before its reason. */
export function formatFault(fault: Fault): string {
  const place = fault.line === null ? fault.file : `${fault.file}:${fault.line}`
  return `${place}: ${fault.severity === 'warning' ? 'warning: ' : ''}${fault.reason}`
}

/** Gathers the faults of one reading. */
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

  /** In the order an editor meets them: files in the order they were first at fault, then by line. */
  sorted(): Fault[] {
    const fileOrder = new Map<string, number>()
    for (const { file } of this.#faults) if (!fileOrder.has(file)) fileOrder.set(file, fileOrder.size)
    return this.#faults.toSorted(
      (a, b) => fileOrder.get(a.file)! - fileOrder.get(b.file)! || (a.line ?? 0) - (b.line ?? 0),
    )
  }
}

/** A value as a reason shows it: quoted, and cut when it is long. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
