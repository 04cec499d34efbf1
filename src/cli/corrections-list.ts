/** `tollgate corrections list`: corrections still waiting for their event, and expired ones, oldest first. */
import { type AwaitedCorrection, listAwaitedCorrections } from '../ledger/corrections/list-awaited-corrections.ts'
import { type Columns, createListing } from './columns.ts'
import { CommandFailed, counted, writeOutput } from './command.ts'
import { withDatabase } from './connected.ts'
import { parseSpanSeconds } from './since.ts'

export interface CorrectionsOptions {
  readonly expired?: boolean
  readonly account?: string
  readonly olderThan?: string
  readonly json?: boolean
}

const PAGE_CORRECTIONS = 1000

const COLUMNS: Columns<AwaitedCorrection> = [
  ['account', ({ accountId }) => accountId],
  ['awaited event', ({ eventId }) => eventId],
  ['correction', ({ correctionId }) => correctionId],
  ['since', ({ recordedAt }) => recordedAt],
  ['expired at', ({ expiredAt }) => expiredAt ?? '-'],
]

export async function listCorrections({
  expired = false,
  account,
  olderThan,
  json,
}: CorrectionsOptions): Promise<void> {
  const atLeastSecondsOld = olderThan === undefined ? 0 : parseSpanSeconds(olderThan)
  if (atLeastSecondsOld === null) throw new CommandFailed(`--older-than ${olderThan} is not a span such as 2h or 3d`, 2)
  const filter = { isExpired: expired, accountId: account ?? null, atLeastSecondsOld }
  await withDatabase(async (pool) => {
    const textOf = json ? (page: readonly AwaitedCorrection[]) => page.map(jsonLine).join('') : createListing(COLUMNS)
    let count = 0
    for (let after: AwaitedCorrection | null = null; ; ) {
      const page: AwaitedCorrection[] = await listAwaitedCorrections(pool, filter, { after, limit: PAGE_CORRECTIONS })
      const isWanted = await writeOutput(textOf(page))
      count += page.length
      after = page.at(-1) ?? null
      if (after === null || !isWanted) break
    }
    process.stderr.write(`${counted(count, 'correction')} ${expired ? 'expired' : 'waiting'}\n`)
  })
}

function jsonLine({ accountId, eventId, correctionId, recordedAt, expiredAt }: AwaitedCorrection): string {
  return `${JSON.stringify({
    account_id: accountId,
    awaited_event_id: eventId,
    correction_id: correctionId,
    recorded_at: recordedAt,
    expired_at: expiredAt,
  })}\n`
}
