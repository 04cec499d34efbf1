/**
 * Request ids, for commands that must not do a thing twice: under one id it is done once, however often the command
 * runs.
 */
import { randomUUID } from 'node:crypto'
import { REQUEST_KEY_FORM } from '../ledger/changes/request-keys.ts'
import { mayBeCommitted } from '../platform/postgres.ts'
import { CommandFailed } from './command.ts'

export interface RequestId {
  readonly requestId: string
  /** Awaits the change; if its outcome is unknown, fails with how to repeat it. */
  once<T>(change: Promise<T>): Promise<T>
}

/**
 * Takes the given id, or makes one and prints it before the work starts, so that an interrupted user has it. `done`
 * reads as in "it is posted", `maybe` as in "the credit may have been posted".
 */
export function takeRequestId(given: string | undefined, done: string, maybe: string): RequestId {
  const requestId = given ?? randomUUID()
  checkRequestId(requestId)
  const howToRepeat = `run the same command again with --request-id ${inShell(requestId)}`
  if (given === undefined) {
    process.stderr.write(`request id ${requestId}; if this command is interrupted, ${howToRepeat}: ${done} only once\n`)
  }
  return {
    requestId,
    once: (change) => unlessCutOff(change, `${maybe}: ${howToRepeat}, which completes it if necessary`),
  }
}

/** Throws `CommandFailed` with 2 unless it is a valid idempotency key. */
export function checkRequestId(requestId: string): void {
  if (!REQUEST_KEY_FORM.test(requestId))
    throw new CommandFailed('--request-id must be 1 to 200 printable ASCII characters', 2)
}

/** Awaits the change. If the connection broke before the answer, fails with `maybe`, which says what to do now. */
export async function unlessCutOff<T>(change: Promise<T>, maybe: string): Promise<T> {
  return change.catch((error) => {
    if (!mayBeCommitted(error)) throw error
    throw new CommandFailed(`the connection to the database was lost, and ${maybe}`, 1)
  })
}

/** Quoted so that it can be pasted into a shell. */
function inShell(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
