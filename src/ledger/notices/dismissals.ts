/**
 * Notices that a person does not want to see any more, by what happened: the next happening is shown again. They stand beside
 * the account, and nothing is rated or announced by them, so its lock is not taken.
 */
import type { Dismissal } from '../../core/notices/notices.ts'
import type { Pool } from '../../platform/postgres.ts'

const READ_DISMISSALS = `
  select person, key, occurrence from tollgate.notice_dismissals where account_id = $1 and person = any($2::text[])`

export interface PersonsDismissal extends Dismissal {
  readonly person: string
}

/** Those of some persons in one account; none where there is no such account. */
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

/** Dismissed again it stays as it was. */
const DISMISS = `
  insert into tollgate.notice_dismissals (account_id, person, key, occurrence) values ($1, $2, $3, $4)
      on conflict do nothing`

/** The account exists. */
export async function dismiss(
  pool: Pool,
  accountId: string,
  person: string,
  { key, occurrence }: Dismissal,
): Promise<void> {
  await pool.query(DISMISS, [accountId, person, key, occurrence])
}
