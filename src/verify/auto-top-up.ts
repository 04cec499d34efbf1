/**
 * Verifies the threshold column, the only thing of automatic top-up that a batch reads. It is derived from settings, card,
 * pause, limits and open top-ups. A stale null would leave an account without its top-up; the sweep of the payments role
 * corrects that within a minute.
 *
 * There is no check for two open automatic top-ups of an account or a payment posted twice: a unique index and the key of
 * `payments` make both impossible.
 */
import { formatMoney, type Micros } from '../core/money.ts'
import { belowMicrosOf, readAutoTopUps } from '../ledger/top-ups/read-auto-top-up.ts'
import type { Pool } from '../platform/postgres.ts'
import type { OnFault } from './fault.ts'

/** Verifies these accounts. Online: one statement reads the column with everything that it is derived from. */
export async function verifyAutoTopUp(pool: Pool, accountIds: readonly string[], onFault: OnFault): Promise<void> {
  for (const auto of await readAutoTopUps(pool, accountIds)) {
    const { accountId, balanceMicros, storedBelowMicros: stored } = auto
    const fault = { check: 'auto_top_up_column', invariant: null, severity: 'fault', accountId } as const
    const belowMicros = belowMicrosOf(auto)
    if (belowMicros !== stored) {
      const detail = `a top-up is requested below ${shown(stored)}, but should be below ${shown(belowMicros)}`
      onFault({ ...fault, detail })
    } else if (stored !== null && balanceMicros < stored) {
      const detail = `the balance is ${formatMoney(balanceMicros)}, below ${shown(stored)}, but no top-up was requested`
      onFault({ ...fault, detail })
    }
  }
}

function shown(micros: Micros | null): string {
  return micros === null ? 'nothing' : formatMoney(micros)
}
