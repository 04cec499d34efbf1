/** Records which correction reversed an earlier event, so that it is never reversed twice. */
import type { CorrectedEarlier } from '../../core/batch/decide-batch.ts'
import { Fault } from '../../platform/faults.ts'
import type { Connection } from '../../platform/postgres.ts'
import { arrayOf } from '../../platform/postgres-binary.ts'

const MARK_CORRECTED = `
  update tollgate.usage_identity i
     set corrected_by = t.correction_id
    from unnest($1::text[], $2::text[], $3::text[]) as t (account_id, event_id, correction_id)
   where i.account_id = t.account_id and i.event_id = t.event_id and i.corrected_by is null`

/**
 * Marks the events as corrected. The accounts must be locked. Throws `invariant_broken` if an event is already
 * corrected or not recorded.
 */
export async function markCorrected(connection: Connection, corrected: readonly CorrectedEarlier[]): Promise<void> {
  const { rowCount } = await connection.query({
    name: 'mark-corrected',
    text: MARK_CORRECTED,
    values: [
      arrayOf('text', corrected, ({ accountId }) => accountId),
      arrayOf('text', corrected, ({ eventId }) => eventId),
      arrayOf('text', corrected, ({ correctionId }) => correctionId),
    ],
  })
  if (rowCount !== corrected.length) {
    throw new Fault(
      'invariant_broken',
      `${corrected.length} events should be marked as corrected, but only ${rowCount} could be`,
    )
  }
}
