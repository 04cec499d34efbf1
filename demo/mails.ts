/** Counts the mails that the demo's customers would have received. The demo has no mail server, so they are only stored. */
import type { Pool } from '../src/platform/postgres.ts'

const COUNT = `select kind, count(*)::integer as count from tollgate.mails group by kind order by count desc, kind`

export async function countMails(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ kind: string; count: number }>(COUNT)
  const all = rows.reduce((sum, { count }) => sum + count, 0)
  const kinds = rows.map(({ kind, count }) => `${count} ${kind.replaceAll('_', ' ')}`).join(', ')
  return `mails written to contacts: ${all}${all === 0 ? '' : ` (${kinds})`}; none is sent, as the demo has no mail server`
}
