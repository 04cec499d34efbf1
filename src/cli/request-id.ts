/** What commands that must not do a thing twice share: an id under which it is done once, however often they are run. */
import { randomUUID } from 'node:crypto'
import { isRequestKey } from '../ledger/changes/request-keys.ts'
import { mayBeCommitted } from '../platform/postgres.ts'
import { CommandFailed } from './command.ts'

export interface RequestId {
  readonly requestId: string
  /** The change, or how to repeat it where nobody knows whether it was made. */
  once<T>(change: Promise<T>): Promise<T>
}

/**
 * Takes the id that was given, or makes one up and says so before the work: whoever is cut off in the middle must have it
 * already. `done` is as in "it is posted", `maybe` as in "the credit may have been posted".
 */
export function takeRequestId(given: string | undefined, done: string, maybe: string): RequestId {
  const requestId = given ?? randomUUID()
  checkRequestId(requestId)
  const howToRepeat = `run the same command again with --request-id ${inShell(requestId)}`
  if (given === undefined) {
    process.stderr.write(`request id ${requestId}; if this is interrupted, ${howToRepeat}: ${done} once\n`)
  }
  return {
    requestId,
    once: (change) => unlessCutOff(change, `${maybe}: ${howToRepeat}, which does it if it was not done`),
  }
}

export function checkRequestId(requestId: string): void {
  if (!isRequestKey(requestId)) throw new CommandFailed('--request-id takes 1 to 200 printable ASCII characters', 2)
}

/** The change; where the connection broke before its answer, `maybe` says what may have been done and what to do now. */
export async function unlessCutOff<T>(change: Promise<T>, maybe: string): Promise<T> {
  return change.catch((error) => {
    if (!mayBeCommitted(error)) throw error
    throw new CommandFailed(`the connection to the database was lost, and ${maybe}`, 1)
  })
}

/** As it can be pasted into a shell. */
function inShell(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
