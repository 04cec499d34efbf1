/** Notes on events recorded earlier which correction took them back, so that none is taken back twice. */
import type { TakenBack } from '../../core/batch/decide-batch.ts'
import { Fault } from '../../platform/faults.ts'
import type { Connection } from '../../platform/postgres.ts'
import { arrayOf } from '../../platform/postgres-binary.ts'

const MARK_CORRECTED = `
  update tollgate.usage_identity i
     set corrected_by = t.correction_id
    from unnest($1::text[], $2::text[], $3::text[]) as t (account_id, event_id, correction_id)
   where i.account_id = t.account_id and i.event_id = t.event_id and i.corrected_by is null`

export async function markCorrected(connection: Connection, takenBack: readonly TakenBack[]): Promise<void> {
  const { rowCount } = await connection.query({
    name: 'mark-corrected',
    text: MARK_CORRECTED,
    values: [
      arrayOf('text', takenBack, ({ accountId }) => accountId),
      arrayOf('text', takenBack, ({ eventId }) => eventId),
      arrayOf('text', takenBack, ({ correctionId }) => correctionId),
    ],
  })
  if (rowCount !== takenBack.length) {
    throw new Fault('invariant_broken', `${takenBack.length} events were to be marked corrected, and ${rowCount} were`)
  }
}
