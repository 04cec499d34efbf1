/** Completes exports, and compares them with the tables row by row. */
import { text } from 'node:stream/consumers'
import { formatMoney } from '../../src/core/money.ts'
import type { Pool } from '../../src/platform/postgres.ts'
import type { StoredExport } from '../../src/reporting/exports/export-rows.ts'
import { type PrepareOptions, prepareNextPart } from '../../src/reporting/exports/prepare-export.ts'
import { readExportFile } from '../../src/reporting/exports/read-file.ts'
import { parseCsv } from './csv.ts'

/** Makes one part after another until none is waiting. */
export async function prepareAll(pool: Pool, options: Partial<PrepareOptions> = {}): Promise<void> {
  for (;;) {
    const { export: worked, failure } = await prepareNextPart(pool, { whenExportEnds: async () => {}, ...options })
    if (failure !== null) throw failure.error
    if (worked === null) return
  }
}

/** Its rows after the headings. */
export async function rowsOf(pool: Pool, of: Pick<StoredExport, 'exportId' | 'parts'>): Promise<string[][]> {
  const [, ...rows] = parseCsv(await text(readExportFile(pool, of)))
  return rows
}

/** The same file by SQL alone, from the columns of the tables to the cells. */
const EXPECTED = `
  with expected as (
    select m.*, coalesce(o.event_id, m.event_id) as of_event, coalesce(o.recorded_at, m.recorded_at) as of_instant
      from tollgate.movements m
      left join tollgate.movements o
        on m.kind = 'reversal' and o.account_id = m.account_id and o.sequence = m.reverses_sequence
     where m.account_id = $1 and m.sequence > $2 and m.sequence <= $3
  )
  select to_char(t.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "Date & Time",
         coalesce(u.interaction_id, '') as "Interaction ID",
         case when t.kind <> 'usage' then replace(t.kind, '_', '-')
              else case coalesce(u.channel, u.type) when 'conversation_intelligence' then 'stt'
                        when 'voice_agent' then 'ai-voice-agents' else replace(coalesce(u.channel, u.type), '_', '-') end
          end as "Description",
         coalesce(u.units::text, '') as "Units", t.amount_micros as amount, t.currency as "Currency",
         t.balance_after_micros as balance, coalesce(n.name, u.user_id, '') as "User",
         coalesce(coalesce(u.destination, u.sku) || ' (' || u.to_number || ')', u.destination, u.sku, u.to_number, '')
           as "Destination",
         to_char(t.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "Recorded At"
    from expected t
    left join tollgate.rated_usage u
      on u.account_id = t.account_id and u.event_id = t.of_event and u.recorded_at = t.of_instant
    left join tollgate.display_names n on n.account_id = t.account_id and n.user_id = u.user_id
   order by t.sequence`

/** The movements after one sequence, up to another: texts unchanged, amounts in micros. */
export async function exportFacts(pool: Pool, accountId: string, afterSequence: number, throughSequence: number) {
  const { rows } = await pool.query<Record<string, string> & { amount: bigint; balance: bigint }>(EXPECTED, [
    accountId,
    afterSequence,
    throughSequence,
  ])
  return rows
}

/** The expected cells of the file. */
export async function expectedRows(
  pool: Pool,
  accountId: string,
  afterSequence: number,
  throughSequence: number,
): Promise<string[][]> {
  const rows = await exportFacts(pool, accountId, afterSequence, throughSequence)
  const guarded = (value: string) => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value)
  return rows.map((row) => [
    row['Date & Time']!,
    guarded(row['Interaction ID']!),
    row.Description!,
    row.Units!,
    decimal(row.amount),
    row.Currency!,
    decimal(row.balance),
    guarded(row.User!),
    guarded(row.Destination!),
    row['Recorded At']!,
  ])
}

function decimal(micros: bigint): string {
  const [units, digits] = formatMoney(micros).split('.') as [string, string]
  const kept = digits.replace(/0+$/, '')
  return `${units}.${kept.padEnd(2, '0')}`
}
