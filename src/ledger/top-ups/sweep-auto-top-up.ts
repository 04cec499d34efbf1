/**
 * Re-evaluates automatic top-up for every account that has it, for what no transaction triggers: a limit whose waiting time
 * has passed, or a threshold column with a wrong value, whatever caused it.
 */

import type { InstantMicros } from '../../core/instant.ts'
import { changeAccount, type Writer } from '../changes/change-account.ts'
import { readClock } from '../changes/read-clock.ts'
import { type AutoTopUp, belowMicrosOf, readAutoTopUp, readAutoTopUps } from './read-auto-top-up.ts'
import { rearmAndAnnounce } from './rearm-and-announce.ts'

const ACCOUNTS_PER_PAGE = 1_000

const NEXT_ACCOUNTS = `
  select account_id from tollgate.auto_top_up_memory where account_id > $1 order by account_id limit $2`

export interface Swept {
  readonly accounts: number
  /** Accounts whose column was updated. */
  readonly rearmed: number
  /** Accounts whose top-up was requested. */
  readonly requested: number
}

/** Sweeps all accounts with automatic top-up. It reads pages without a lock, and locks only accounts to change, one at a time. */
export async function sweepAutoTopUp(writer: Writer, accountsPerPage = ACCOUNTS_PER_PAGE): Promise<Swept> {
  let [accounts, rearmed, requested] = [0, 0, 0]
  for (let after = ''; ; ) {
    const { rows } = await writer.pool.query<{ account_id: string }>(NEXT_ACCOUNTS, [after, accountsPerPage])
    const last = rows.at(-1)
    if (last === undefined) return { accounts, rearmed, requested }
    accounts += rows.length
    const { nowMicros } = await readClock(writer.pool)
    const page = await readAutoTopUps(
      writer.pool,
      rows.map((row) => row.account_id),
    )
    for (const { accountId } of page.filter((auto) => needsRearming(auto, nowMicros))) {
      const outcome = await rearmAccount(writer, accountId)
      if (outcome !== 'unchanged') rearmed++
      if (outcome === 'requested') requested++
    }
    after = last.account_id
  }
}

function activeWait({ waits }: AutoTopUp, nowMicros: InstantMicros) {
  return waits !== null && waits.untilMicros > nowMicros ? waits : null
}

function needsRearming(auto: AutoTopUp, nowMicros: InstantMicros): boolean {
  const belowMicros = belowMicrosOf({ ...auto, waits: activeWait(auto, nowMicros) })
  const isTopUpDue = belowMicros !== null && auto.balanceMicros < belowMicros
  return belowMicros !== auto.storedBelowMicros || isTopUpDue || auto.waits !== activeWait(auto, nowMicros)
}

/** Evaluates the account again, under its lock. */
async function rearmAccount(writer: Writer, accountId: string): Promise<'requested' | 'rearmed' | 'unchanged'> {
  const changed = await changeAccount<'requested' | 'rearmed' | 'unchanged'>(writer, accountId, async (locked) => {
    const auto = await readAutoTopUp(locked.connection, accountId)
    const waits = activeWait(auto, locked.clock.nowMicros)
    const change = await rearmAndAnnounce(locked, auto, 'top_up', { waits })
    return { change, answer: change === null ? 'unchanged' : change.isTopUpDue ? 'requested' : 'rearmed' }
  })
  return 'answer' in changed ? changed.answer : 'unchanged'
}
