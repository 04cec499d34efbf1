/**
 * The movements of a period, fixed for good. It is determined under the account's lock, at an instant not before the
 * period's end. By then every movement of the period has been recorded and committed, and later ones come after its
 * end. So exports of adjoining periods have neither gaps nor overlaps, whatever is recorded meanwhile.
 */
import type { AccountState } from '../../core/account/state.ts'
import { formatInstant, type InstantMicros } from '../../core/instant.ts'
import type { Micros } from '../../core/money.ts'
import type { Connection } from '../../platform/postgres.ts'
import { searchFor } from '../search-chain.ts'

/** Half-open, by the time movements were recorded. */
export interface Period {
  readonly fromMicros: InstantMicros
  readonly toMicros: InstantMicros
}

export interface PeriodOfExport extends Period {
  /** The last movement before the period, and the last one in or before it; 0 if there is none. */
  readonly afterSequence: bigint
  readonly throughSequence: bigint
  readonly openingMicros: Micros
  readonly closingMicros: Micros
}

const READ_BOUNDS = `
  with recursive account (last_sequence) as materialized (select $2::bigint), ${searchFor(['$3', '$4'])},
  cut as materialized (
    select max(low) filter (where place = 1) as opening, max(low) filter (where place = 2) as closing
      from search
     where low = high
  )
  select opening as after_sequence, closing as through_sequence,
         coalesce((select balance_after_micros from tollgate.movements where account_id = $1 and sequence = opening limit 1), 0)
           as opening_micros,
         coalesce((select balance_after_micros from tollgate.movements where account_id = $1 and sequence = closing limit 1), 0)
           as closing_micros
    from cut`

interface Row {
  after_sequence: bigint
  through_sequence: bigint
  opening_micros: bigint
  closing_micros: bigint
}

/**
 * Finds the bounds of a period in the account's chain. The account must be locked, and `nowMicros` read after that. A
 * period that ends after now is cut there; null if it begins after now.
 */
export async function readPeriodOfExport(
  connection: Connection,
  { accountId, lastSequence }: Pick<AccountState, 'accountId' | 'lastSequence'>,
  wanted: Period,
  nowMicros: InstantMicros,
): Promise<PeriodOfExport | null> {
  if (wanted.fromMicros > nowMicros) return null
  // Nothing was recorded before 1970, and instants far before it are not exact.
  const fromMicros = Math.max(0, wanted.fromMicros)
  const toMicros = Math.max(fromMicros, Math.min(wanted.toMicros, nowMicros))
  const values = [accountId, lastSequence, formatInstant(fromMicros), formatInstant(toMicros)]
  const { rows } = await connection.query<Row>(READ_BOUNDS, values)
  const row = rows[0]!
  return {
    fromMicros,
    toMicros,
    afterSequence: row.after_sequence,
    throughSequence: row.through_sequence,
    openingMicros: row.opening_micros,
    closingMicros: row.closing_micros,
  }
}
