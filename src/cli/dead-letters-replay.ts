/**
 * `tollgate dead-letters replay`: once the cause is mended, puts messages back on the topics they came from, oldest first.
 * An event that was rated meanwhile is a duplicate; one that fails again is a new dead letter at its new position.
 */
import { openPuttingBack, type PuttingBack, TooBigForTopic } from '../intake/put-back.ts'
import {
  type DeadLetterFilter,
  type ListedDeadLetter,
  listDeadLetters,
  summariseDeadLetters,
} from '../ledger/list-dead-letters.ts'
import { markReplayed } from '../ledger/mark-replayed.ts'
import { readOriginals } from '../ledger/read-originals.ts'
import { createKafka } from '../platform/kafka.ts'
import type { Pool } from '../platform/postgres.ts'
import { CommandFailed, counted } from './command.ts'
import { commandLog, readConfig, withDatabase } from './connected.ts'
import { type FilterOptions, filterOf, positionOf } from './dead-letters-list.ts'

export interface ReplayOptions extends FilterOptions {
  readonly all?: boolean
  readonly again?: boolean
  readonly yes?: boolean
}

/** The same bytes under a known id would conflict again: these are for a person to look at, and only put back by name. */
const CONFLICT = 'content_differs'

const PAGE_LETTERS = 500
/** A broker holds the messages of one send and partition against its limit for one message, of 1 MiB. */
const SEND_BYTES = 900_000

interface Replayed {
  putBack: number
  readonly failed: string[]
}

export async function replayLetters(options: ReplayOptions): Promise<void> {
  const { reason, account, since, topic, all = false, again = false, yes = false } = options
  if (!all && [reason, account, since, topic].every((filter) => filter === undefined)) {
    throw new CommandFailed('say which: --reason, --account, --since or --topic, or --all', 2)
  }
  const filter = filterOf(options, again)
  const { kafka, log } = readConfig('kafka', 'database', 'log')
  await withDatabase(async (pool) => {
    const found = await summariseDeadLetters(pool, filter)
    const leavesConflicts = reason !== CONFLICT
    const chosen = found.filter((one) => !leavesConflicts || one.reason !== CONFLICT)
    const total = chosen.reduce((sum, { count }) => sum + count, 0)
    for (const { reason: ofReason, count } of chosen) process.stderr.write(`${ofReason}: ${count}\n`)
    const conflicts = found.find((one) => leavesConflicts && one.reason === CONFLICT)?.count ?? 0
    if (conflicts > 0) {
      process.stderr.write(`${CONFLICT}: ${conflicts} left out, they would conflict again (--reason ${CONFLICT})\n`)
    }
    if (!yes) {
      process.stderr.write(`${counted(total, 'dead letter')} would be put back; --yes does it\n`)
      return
    }

    const putting = openPuttingBack(createKafka(kafka, commandLog(log)))
    const replayed: Replayed = { putBack: 0, failed: [] }
    try {
      // Those that fail again are noted behind the newest counted here, or this would never end.
      const upTo = chosen
        .map(({ newestRecordedAt }) => newestRecordedAt)
        .toSorted()
        .at(-1)
      if (upTo !== undefined) {
        await replayAll(pool, putting, { ...filter, upTo, exceptReason: leavesConflicts ? CONFLICT : null }, replayed)
      }
    } finally {
      // Said however it ends: what was put back stays so, and the next run goes on behind it.
      console.log(`${counted(replayed.putBack, 'dead letter')} put back`)
      await putting.close()
    }
    if (replayed.failed.length > 0) {
      throw new CommandFailed(
        `${replayed.failed.join('\n')}\n${counted(replayed.failed.length, 'dead letter')} not put back`,
        1,
      )
    }
  })
}

async function replayAll(
  pool: Pool,
  putting: PuttingBack,
  filter: DeadLetterFilter,
  replayed: Replayed,
): Promise<void> {
  for (let after: ListedDeadLetter | null = null; ; ) {
    const page: ListedDeadLetter[] = await listDeadLetters(pool, filter, {
      order: 'oldest first',
      after,
      limit: PAGE_LETTERS,
    })
    for (const letter of page) {
      if (!letter.isValueKept) replayed.failed.push(`${positionOf(letter)}: its value was not kept`)
    }
    for (const part of partsByTopicAndSize(page.filter(({ isValueKept }) => isValueKept))) {
      await replayPart(pool, putting, part, replayed)
    }
    after = page.at(-1) ?? null
    if (after === null) return
  }
}

/**
 * Marked only once the broker has them: a crash in between puts them back a second time, which identity makes harmless;
 * the other way round they would be taken for put back and be lost.
 */
async function replayPart(
  pool: Pool,
  putting: PuttingBack,
  letters: readonly ListedDeadLetter[],
  replayed: Replayed,
): Promise<void> {
  const originals = await readOriginals(pool, letters)
  try {
    await putting.send(
      letters.map(({ topic, partition, offset }, i) => ({ topic, partition, offset, ...originals[i]! })),
    )
  } catch (error) {
    if (!(error instanceof TooBigForTopic)) throw error
    if (letters.length === 1) {
      replayed.failed.push(`${positionOf(letters[0]!)}: ${error.message}; raise its max.message.bytes and replay again`)
      return
    }
    // Some of them may have landed all the same, which nobody tells us; one by one each is put back once more at the most.
    for (const letter of letters) await replayPart(pool, putting, [letter], replayed)
    return
  }
  await markReplayed(pool, letters)
  replayed.putBack += letters.length
}

/** Of one topic each, so that what one topic refuses holds up no other. */
function partsByTopicAndSize(letters: readonly ListedDeadLetter[]): ListedDeadLetter[][] {
  const parts: ListedDeadLetter[][] = []
  for (const ofTopic of Map.groupBy(letters, ({ topic }) => topic).values()) {
    let bytes = Number.POSITIVE_INFINITY
    for (const letter of ofTopic) {
      const size = letter.sizeBytes ?? 0
      if (bytes + size > SEND_BYTES) {
        parts.push([])
        bytes = 0
      }
      parts.at(-1)!.push(letter)
      bytes += size
    }
  }
  return parts
}
