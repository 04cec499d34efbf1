/** How commands take a number of things. */
import { CommandFailed } from './command.ts'

const MAX_COUNT = 999_999_999

/** A whole number from 1 to `max`. Throws `CommandFailed` with 2 for anything else. */
export function readCount(option: string, text: string, max = MAX_COUNT): number {
  if (/^[1-9]\d{0,8}$/.test(text) && Number(text) <= max) return Number(text)
  throw new CommandFailed(`${option} ${text} is not a whole number from 1 to ${max}`, 2)
}

const DEFAULT_LIMIT = 100

/** How many rows a listing has at most: by `--limit`, else 100. */
export function readLimit(text: string | undefined, max = MAX_COUNT): number {
  return text === undefined ? DEFAULT_LIMIT : readCount('--limit', text, max)
}
