/** Explains one movement: the decision behind usage, or the payment behind credit. */

import { type ChargeFacts, chargeFacts } from '../../core/audit/charge-facts.ts'
import { Fault } from '../../platform/faults.ts'
import type { Pool } from '../../platform/postgres.ts'
import { instantText } from '../../platform/sql.ts'
import { type ListedMovement, readMovement } from '../accounts/read-movements.ts'
import type { RecentCatalogs } from '../catalogs/recent-catalogs.ts'
import { readSettings } from '../changes/read-settings.ts'
import { type MovementPayment, readPaymentFacts } from '../top-ups/read-payment-facts.ts'
import { readDecision } from './read-decision.ts'

export interface ExplainedMovement {
  readonly movement: ListedMovement
  /** Null if it is not usage, or if the detail was deleted. */
  readonly charge: ChargeFacts | null
  /** For a reversal: the usage that it reverses. */
  readonly corrects: RelatedUsage | null
  /** For usage that was corrected: the correction. */
  readonly correctedBy: RelatedUsage | null
  /** Null if it is not a payment. */
  readonly payment: MovementPayment | null
}

export interface RelatedUsage {
  readonly eventId: string
  /** Sequence of its movement. Null if it made none. */
  readonly sequence: bigint | null
  /** RFC 3339, UTC. */
  readonly occurredAt: string
}

/** Explains a movement. Null if the account has no movement with this sequence. Takes no lock. */
export async function explainMovement(
  pool: Pool,
  catalogs: RecentCatalogs,
  accountId: string,
  sequence: bigint,
): Promise<ExplainedMovement | null> {
  const movement = await readMovement(pool, accountId, sequence)
  if (movement === null) return null
  const { topUpId, usage, reversesSequence } = movement
  if (topUpId !== null) {
    const payment = await readPaymentFacts(pool, accountId, topUpId, reversesSequence ?? sequence)
    return { ...NOTHING, movement, payment }
  }
  const stored = usage && (await readDecision(pool, accountId, usage.eventId))
  if (stored === null) return { ...NOTHING, movement }

  const { settingsVersion: version, catalogVersion } = stored
  const [settings] = await readSettings(pool, [{ accountId, version }])
  if (settings === undefined) {
    throw new Fault('invariant_broken', `account ${accountId} lacks settings version ${version}`)
  }
  const catalog = catalogVersion === null ? null : await catalogs.of(catalogVersion)
  const related = (eventId: string | undefined | null) => (eventId ? readRelated(pool, accountId, eventId) : null)
  return {
    ...NOTHING,
    movement,
    charge: chargeFacts(stored, settings, catalog),
    corrects: await related(stored.corrects),
    correctedBy: await related(stored.correctedBy?.eventId),
  }
}

const NOTHING = { charge: null, corrects: null, correctedBy: null, payment: null } as const

/** An expired correction leaves its row and frees its id, so an id may have several rows. The newest counts. */
const READ_RELATED = `
  select event_id, movement_sequence,
         ${instantText('occurred_at')} as occurred_at
    from tollgate.rated_usage u
   where account_id = $1 and event_id = $2
   order by u.recorded_at desc
   limit 1`

async function readRelated(pool: Pool, accountId: string, eventId: string): Promise<RelatedUsage | null> {
  const { rows } = await pool.query<{ event_id: string; movement_sequence: bigint | null; occurred_at: string }>(
    READ_RELATED,
    [accountId, eventId],
  )
  const [row] = rows
  return row === undefined
    ? null
    : { eventId: row.event_id, sequence: row.movement_sequence, occurredAt: row.occurred_at }
}
