/**
 * The one column that a batch looks at says what it follows from: settings, card, pause, limits, open top-ups. A null that
 * has gone stale would leave an account without its top-up; the sweeper of the payments role mends it within a minute.
 *
 * That no two automatic top-ups of an account are open, and no payment is posted twice, is not looked for: a unique index
 * and the key of `payments` make both impossible.
 */
import { formatMoney, type Micros } from '../core/money.ts'
import { belowMicrosOf, readAutoTopUps } from '../ledger/top-ups/read-auto-top-up.ts'
import type { Pool } from '../platform/postgres.ts'
import type { OnFault } from './fault.ts'

/** Online: one statement reads an account's column with all that it follows from, and they change together. */
export async function verifyAutoTopUp(pool: Pool, accountIds: readonly string[], onFault: OnFault): Promise<void> {
  for (const auto of await readAutoTopUps(pool, accountIds)) {
    const { accountId, balanceMicros, storedBelowMicros: stored } = auto
    const fault = { check: 'auto_top_up_column', invariant: null, severity: 'fault', accountId } as const
    const belowMicros = belowMicrosOf(auto)
    if (belowMicros !== stored) {
      const detail = `a balance below ${shown(stored)} asks for a top-up, and should below ${shown(belowMicros)}`
      onFault({ ...fault, detail })
    } else if (stored !== null && balanceMicros < stored) {
      const detail = `the balance is ${formatMoney(balanceMicros)}, below ${shown(stored)}, and nothing was asked for`
      onFault({ ...fault, detail })
    }
  }
}

function shown(micros: Micros | null): string {
  return micros === null ? 'nothing' : formatMoney(micros)
}
