/** How commands take a time: a span such as `2h`, an instant or a date. */
import { formatInstant, parseInstantOrDate } from '../core/instant.ts'
import type { Since } from '../ledger/dead-letters/list-dead-letters.ts'
import { CommandFailed } from './command.ts'

const SECONDS_BY_UNIT = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** `90s`, `30m`, `2h`, `3d`, `1w`; null for any other form. */
export function parseSpanSeconds(text: string): number | null {
  const [, count, unit] = /^(\d{1,5})([smhdw])$/.exec(text) ?? []
  return count === undefined ? null : Number(count) * SECONDS_BY_UNIT[unit as keyof typeof SECONDS_BY_UNIT]
}

/** The time that the option names; null without one. Throws `CommandFailed` with 2 for other forms. */
export function readSince(text: string | undefined): Since | null {
  if (text === undefined) return null
  const secondsAgo = parseSpanSeconds(text)
  if (secondsAgo !== null) return { secondsAgo }
  const micros = parseInstantOrDate(text)
  if (micros !== null) return { instant: formatInstant(micros) }
  throw new CommandFailed(`--since ${text} is neither a span such as 2h or 3d, nor an RFC 3339 instant or date`, 2)
}
