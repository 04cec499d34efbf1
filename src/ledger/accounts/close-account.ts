/**
 * Closes an account. From then on nothing is charged and no credit can be requested. What may already have moved money still
 * completes: a payment that may have been charged, and usage that arrives late. Service status keeps following the balance.
 */

import { type ChangeCause, changeSettings, keepAccount } from '../../core/changes/account-change.ts'
import { formatInstant } from '../../core/instant.ts'
import { endingWhenClosed } from '../../core/top-up/judge.ts'
import { advance } from '../../core/top-up/machine.ts'
import type { TopUpStep } from '../../core/top-up/step.ts'
import type { Connection } from '../../platform/postgres.ts'
import { instantText } from '../../platform/sql.ts'
import { type Changed, changeAccount, type Locked, type Writer } from '../changes/change-account.ts'
import { requestMark } from '../top-ups/provider-tasks.ts'
import { type AutoTopUp, readAutoTopUp } from '../top-ups/read-auto-top-up.ts'
import { rearmAndAnnounce, stepsOf, storeAdvanced } from '../top-ups/rearm-and-announce.ts'
import { TOP_UP_COLUMNS, type TopUpRow, topUpOf } from '../top-ups/top-up-rows.ts'

export interface ClosedAccount {
  /** RFC 3339, UTC: when it was closed first. */
  readonly closedAt: string
  /** False where it was closed before. */
  readonly isClosedNow: boolean
}

/** Closes an account. If it is closed already, nothing changes. `actor`: who closes it, for the record. */
export async function closeAccount(writer: Writer, accountId: string, actor: string): Promise<Changed<ClosedAccount>> {
  return changeAccount<ClosedAccount>(writer, accountId, async (locked) => {
    const { connection, account, settings, clock } = locked
    const before = await readClosedAt(connection, accountId)
    if (before !== null) return { change: null, answer: { closedAt: before, isClosedNow: false } }
    const closedAt = formatInstant(clock.nowMicros)
    await connection.query(CLOSE, [accountId, closedAt, actor])

    const auto = await readAutoTopUp(connection, accountId)
    const steps = await endOpenTopUps(locked, auto)
    const off = settings.autoTopUp && { ...settings.autoTopUp, isOn: false }
    const change = settings.autoTopUp?.isOn
      ? changeSettings(account, { ...settings, autoTopUp: off }, actor)
      : keepAccount(account, CAUSE)
    await requestMark(connection, accountId)
    const closing = { ...change, cause: CAUSE }
    const written = await rearmAndAnnounce(locked, auto, closing, { settings: off, waits: null, steps })
    return { change: written, answer: { closedAt, isClosedNow: true } }
  })
}

const CAUSE: ChangeCause = 'account_closed'

const READ_CLOSED_AT = `
  select ${instantText('closed_at')} as closed_at
    from tollgate.accounts where account_id = $1`

async function readClosedAt(connection: Connection, accountId: string): Promise<string | null> {
  const { rows } = await connection.query<{ closed_at: string | null }>(READ_CLOSED_AT, [accountId])
  return rows[0]!.closed_at
}

const CLOSE = `update tollgate.accounts set closed_at = $2::timestamptz, closed_by = $3 where account_id = $1`

/** Top-ups that cannot have moved money. Those charging, unknown or processing end as the provider says. */
const READ_ENDED = `
  select ${TOP_UP_COLUMNS} from tollgate.top_ups
   where account_id = $1 and state in ('requested', 'prepared', 'needs_action')
   order by requested_at, top_up_id`

/** Ends open top-ups. One that is prepared or waits for approval ends once the worker has canceled it at the provider. */
async function endOpenTopUps(locked: Locked, auto: AutoTopUp): Promise<TopUpStep[]> {
  const { connection, account, clock } = locked
  const { rows } = await connection.query<TopUpRow>(READ_ENDED, [account.accountId])
  const steps: TopUpStep[] = []
  for (const topUp of rows.map(topUpOf)) {
    const news = { kind: 'unwanted', ending: endingWhenClosed(topUp.trigger) } as const
    const advanced = advance(topUp, news, auto.memory, clock.nowMicros, 0)!
    await storeAdvanced(locked, topUp, advanced, news)
    steps.push(...stepsOf(advanced, auto, auto.waits))
  }
  return steps
}
