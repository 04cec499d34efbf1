/** Who changes something by command, and why. Both are stored with the change for good, so neither may be blank. */
import { InvalidArgumentError } from 'commander'

const MAX_NAME_LENGTH = 200
/** As the API allows. */
const MAX_REASON_LENGTH = 500

/** The value of `--actor` or `--author`. Throws commander's error, which counts as wrong usage. */
export function readName(text: string): string {
  return readStored(text, MAX_NAME_LENGTH)
}

/** The value of `--reason`. Throws as `readName` does. */
export function readReason(text: string): string {
  return readStored(text, MAX_REASON_LENGTH)
}

/** Who changes something if the command does not say so: the user of the machine. */
export function userOfMachine(): string {
  return process.env.USER || 'unknown'
}

function readStored(text: string, maxLength: number): string {
  if (/\S/.test(text) && text.length <= maxLength && !/[\p{Cc}\p{Cs}]/u.test(text)) return text
  throw new InvalidArgumentError(`Give 1 to ${maxLength} characters, not blank and without control characters.`)
}
