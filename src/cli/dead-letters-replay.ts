/** `tollgate dead-letters replay`: prints how many dead letters match; with `--yes` replays all of them. */
import {
  beginReplay,
  CONFLICT,
  replayDeadLetters as replayFromLedger,
  withoutConflicts,
} from '../dead-letters/replay.ts'
import { openReplaySender } from '../dead-letters/replay-sender.ts'
import { summariseDeadLetters } from '../ledger/dead-letters/list-dead-letters.ts'
import { createKafka } from '../platform/kafka/client.ts'
import { CommandFailed, counted } from './command.ts'
import { commandLog, readConfig, withDatabase } from './connected.ts'
import { type FilterOptions, filterOf, positionOf } from './dead-letters-list.ts'

export interface ReplayOptions extends FilterOptions {
  readonly all?: boolean
  readonly again?: boolean
  readonly yes?: boolean
}

const NO_BOUNDS = { maxLetters: Number.POSITIVE_INFINITY, isTimeUp: () => false }

export async function replayLetters(options: ReplayOptions): Promise<void> {
  const { reason, account, since, topic, all = false, again = false, yes = false } = options
  if (!all && [reason, account, since, topic].every((filter) => filter === undefined)) {
    throw new CommandFailed('choose which: give --reason, --account, --since or --topic, or --all', 2)
  }
  const filter = filterOf(options, again ? null : false)
  const { kafka, log } = readConfig('kafka', 'database', 'log')
  await withDatabase(async (pool) => {
    const found = await summariseDeadLetters(pool, filter)
    const wanted = withoutConflicts(filter)
    const chosen = found.filter((one) => one.reason !== wanted.exceptReason)
    const total = chosen.reduce((sum, { count }) => sum + count, 0)
    for (const { reason: ofReason, count } of chosen) process.stderr.write(`${ofReason}: ${count}\n`)
    const conflicts = found.find((one) => one.reason === wanted.exceptReason)?.count ?? 0
    if (conflicts > 0) {
      process.stderr.write(
        `${CONFLICT}: ${conflicts} left out because they would conflict again (--reason ${CONFLICT})\n`,
      )
    }
    if (!yes) {
      process.stderr.write(`${counted(total, 'dead letter')} would be replayed; run again with --yes to replay them\n`)
      return
    }

    const sender = openReplaySender(createKafka(kafka, commandLog(log)))
    const progress = beginReplay()
    try {
      const upTo = chosen
        .map(({ newestRecordedAt }) => newestRecordedAt)
        .toSorted()
        .at(-1)
      if (upTo !== undefined) await replayFromLedger(pool, sender, { ...wanted, upTo }, progress, NO_BOUNDS)
    } finally {
      // Printed however it ends: what was replayed stays so, and the next run continues behind it.
      console.log(`${counted(progress.replayed, 'dead letter')} replayed`)
      await sender.close()
    }
    const { failed } = progress
    if (failed.length > 0) {
      const lines = failed.map((one) => `${positionOf(one)}: ${one.reason}\n`).join('')
      throw new CommandFailed(`${lines}${counted(failed.length, 'dead letter')} not replayed`, 1)
    }
  })
}
