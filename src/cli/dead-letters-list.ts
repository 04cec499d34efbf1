/** `tollgate dead-letters list`: dead letters, newest first, and their number by reason. */
import { showDeadLetter } from '../dead-letters/show.ts'
import {
  type DeadLetterFilter,
  type ListedDeadLetter,
  listDeadLetters,
  summariseDeadLetters,
} from '../ledger/dead-letters/list-dead-letters.ts'
import { type Columns, createListing } from './columns.ts'
import { counted, writeOutput } from './command.ts'
import { withDatabase } from './connected.ts'
import { readLimit } from './count.ts'
import { readSince } from './since.ts'

export interface FilterOptions {
  readonly reason?: string
  readonly account?: string
  readonly since?: string
  readonly topic?: string
}

export interface ListOptions extends FilterOptions {
  readonly all?: boolean
  readonly limit?: string
  readonly json?: boolean
}

const PAGE_LETTERS = 1000

const COLUMNS: Columns<ListedDeadLetter> = [
  ['position', positionOf],
  ['recorded at', ({ recordedAt }) => recordedAt],
  ['reason', ({ reason }) => reason],
  ['account', ({ accountId }) => accountId ?? '-'],
  ['event', ({ eventId }) => eventId ?? '-'],
  ['detail', ({ detail }) => detail],
  ['replays', ({ replays }) => String(replays)],
]

export async function listLetters(options: ListOptions): Promise<void> {
  const limit = readLimit(options.limit)
  const filter = filterOf(options, options.all === true ? null : false)
  await withDatabase(async (pool) => {
    const summary = await summariseDeadLetters(pool, filter)
    const total = summary.reduce((sum, { count }) => sum + count, 0)
    const textOf = options.json
      ? (page: readonly ListedDeadLetter[]) => page.map(jsonLine).join('')
      : createListing(COLUMNS)
    let after: ListedDeadLetter | null = null
    for (let left = limit; left > 0; ) {
      const page: ListedDeadLetter[] = await listDeadLetters(pool, filter, {
        order: 'newest first',
        after,
        limit: Math.min(left, PAGE_LETTERS),
      })
      const isWanted = await writeOutput(textOf(page))
      after = page.at(-1) ?? null
      if (after === null || !isWanted) break
      left -= page.length
    }
    for (const { reason, count } of summary) process.stderr.write(`${reason}: ${count}\n`)
    const shown = total > limit ? `, the newest ${limit} shown` : ''
    process.stderr.write(`${counted(total, 'dead letter')}${options.all ? '' : ' not replayed'}${shown}\n`)
  })
}

/** The filter of the options. Throws `CommandFailed` with 2 for invalid ones. */
export function filterOf(options: FilterOptions, isReplayed: false | null): DeadLetterFilter {
  return {
    reason: options.reason ?? null,
    accountId: options.account ?? null,
    topic: options.topic ?? null,
    since: readSince(options.since),
    upTo: null,
    isReplayed,
    exceptReason: null,
  }
}

/** The position in the form that `show` takes. */
export function positionOf({
  topic,
  partition,
  offset,
}: Pick<ListedDeadLetter, 'topic' | 'partition' | 'offset'>): string {
  return `${topic}/${partition}/${offset}`
}

function jsonLine(letter: ListedDeadLetter): string {
  return `${JSON.stringify(showDeadLetter(letter))}\n`
}
