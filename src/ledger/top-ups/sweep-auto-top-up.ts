/**
 * Asks the question of automatic top-up again of every account that has it, for what nobody else asks: a limit whose time
 * has passed, and a column that is not what it should be, whatever made it so.
 */

import type { InstantMicros } from '../../core/instant.ts'
import { changeAccount, type Writer } from '../changes/change-account.ts'
import { readClock } from '../changes/read-clock.ts'
import { conclude } from './conclude.ts'
import { type AutoTopUp, belowMicrosOf, readAutoTopUp, readAutoTopUps } from './read-auto-top-up.ts'

const ACCOUNTS_PER_PAGE = 1_000

const NEXT_ACCOUNTS = `
  select account_id from tollgate.auto_top_up_memory where account_id > $1 order by account_id limit $2`

export interface Swept {
  readonly accounts: number
  /** Whose column was put right, or is compared with again. */
  readonly rearmed: number
  /** Whose top-up was asked for. */
  readonly requested: number
}

/** Reads page by page without a lock, and locks only the accounts that need something, one at a time. */
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
    for (const { accountId } of page.filter((auto) => needsMending(auto, nowMicros))) {
      const mended = await mend(writer, accountId)
      if (mended !== 'as_it_was') rearmed++
      if (mended === 'requested') requested++
    }
    after = last.account_id
  }
}

function waitsStill({ waits }: AutoTopUp, nowMicros: InstantMicros) {
  return waits !== null && waits.untilMicros > nowMicros ? waits : null
}

function needsMending(auto: AutoTopUp, nowMicros: InstantMicros): boolean {
  const belowMicros = belowMicrosOf({ ...auto, waits: waitsStill(auto, nowMicros) })
  const isAsked = belowMicros === null || auto.balanceMicros >= belowMicros
  return belowMicros !== auto.storedBelowMicros || !isAsked || auto.waits !== waitsStill(auto, nowMicros)
}

/** Asked again under the lock. */
async function mend(writer: Writer, accountId: string): Promise<'requested' | 'rearmed' | 'as_it_was'> {
  const changed = await changeAccount<'requested' | 'rearmed' | 'as_it_was'>(writer, accountId, async (locked) => {
    const auto = await readAutoTopUp(locked.connection, accountId)
    const waits = waitsStill(auto, locked.clock.nowMicros)
    const change = await conclude(locked, auto, { cause: 'top_up', waits })
    return { change, answer: change === null ? 'as_it_was' : change.topUpDue ? 'requested' : 'rearmed' }
  })
  return 'answer' in changed ? changed.answer : 'as_it_was'
}
