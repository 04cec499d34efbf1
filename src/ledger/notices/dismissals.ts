/**
 * Notices that a person has dismissed, by occurrence: the next occurrence is shown again. Nothing is rated or announced by
 * them, so they are written without the account's lock.
 */
import type { Dismissal } from '../../core/notices/notices.ts'
import type { Pool } from '../../platform/postgres.ts'

const READ_DISMISSALS = `
  select person, key, occurrence from tollgate.notice_dismissals where account_id = $1 and person = any($2::text[])`

export interface PersonsDismissal extends Dismissal {
  readonly person: string
}

/** Reads the dismissals of these persons in an account. */
export async function readDismissals(
  pool: Pool,
  accountId: string,
  persons: readonly string[],
): Promise<PersonsDismissal[]> {
  if (persons.length === 0) return []
  const { rows } = await pool.query<PersonsDismissal>({
    name: 'read-dismissals',
    text: READ_DISMISSALS,
    values: [accountId, persons],
  })
  return rows
}

/** Dismissing it again changes nothing. */
const DISMISS = `
  insert into tollgate.notice_dismissals (account_id, person, key, occurrence) values ($1, $2, $3, $4)
      on conflict do nothing`

/** Stores a dismissal. The account must exist. */
export async function dismiss(
  pool: Pool,
  accountId: string,
  person: string,
  { key, occurrence }: Dismissal,
): Promise<void> {
  await pool.query(DISMISS, [accountId, person, key, occurrence])
}
