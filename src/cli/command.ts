/**
 * How a command ends: it returns when its work is done (exit 0), or throws. What it throws decides the exit code, so
 * that no command calls `process.exit` and cuts off what is still being written.
 */

/** 1: the work failed; 2: wrong usage, or input files that are not valid. */
export type FailureCode = 1 | 2

/** Ends a command with one line for a person. Any other error ends it with 1: it is a fault of ours or of the machine. */
export class CommandFailed extends Error {
  readonly exitCode: FailureCode

  constructor(message: string, exitCode: FailureCode) {
    super(message)
    this.name = 'CommandFailed'
    this.exitCode = exitCode
  }
}

/** `1 fault`, `3 faults`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/**
 * Writes machine output, and waits until it is taken so that a slow reader does not fill our memory. False when nobody
 * reads on (`tollgate rate … | head`): the rest of the output is then not wanted, which is no failure.
 */
export async function writeOutput(text: string): Promise<boolean> {
  const { stdout } = process
  // Without a listener the stream would throw the error a second time, past everyone who could catch it.
  if (stdout.listenerCount('error') === 0) stdout.on('error', () => {})
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => stdout.write(text, resolve))
  if (!error) return true
  if (error.code === 'EPIPE') return false
  throw error
}
