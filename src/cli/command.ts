/**
 * How a command ends: it returns (exit 0) or throws. The error decides the exit code. No command calls `process.exit`,
 * which would cut off output that is still being written.
 */

/** 1: the work failed; 2: wrong usage or invalid input files. */
export type FailureCode = 1 | 2

/**
 * Ends a command with a message for a person. Any other error is a fault of ours or of the machine, and exits with 1.
 */
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
 * Writes machine output and waits until it has been taken, so that a slow reader does not fill our memory. False if the
 * reader has closed the pipe (`tollgate rate … | head`): the rest is not wanted, which is no failure.
 */
export async function writeOutput(text: string): Promise<boolean> {
  const { stdout } = process
  // Without a listener the stream would throw the error again, where nobody can catch it.
  if (stdout.listenerCount('error') === 0) stdout.on('error', () => {})
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => stdout.write(text, resolve))
  if (!error) return true
  if (error.code === 'EPIPE') return false
  throw error
}
