/** One movement with why it is what it is: the decision behind usage, or the payment behind credit. */

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
  /** Null for what is no usage, and where its detail is not kept any more. */
  readonly charge: ChargeFacts | null
  /** Of a reversal. */
  readonly corrects: RelatedUsage | null
  /** Of usage that was taken back since. */
  readonly correctedBy: RelatedUsage | null
  /** Null for what is no payment. */
  readonly payment: MovementPayment | null
}

export interface RelatedUsage {
  readonly eventId: string
  /** Of the movement that it made; null: none. */
  readonly sequence: bigint | null
  /** RFC 3339, UTC. */
  readonly occurredAt: string
}

/** Null where the account has no movement of this sequence. */
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

/** A correction that expired leaves its row and frees its id: the newest counts. */
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
