/**
 * `tollgate migrate`: migrates the database to this version's schema, and creates the partitions of the coming months.
 */
import { ensureMonthPartitions, type MonthPartition } from '../ledger/upkeep/month-partitions.ts'
import { withDatabase } from './connected.ts'

export async function migrateDatabase(): Promise<void> {
  const { made, leftToDefault, postponed } = await withDatabase(ensureMonthPartitions)
  report(made, 'partition created')
  report(leftToDefault, 'the default partition already has rows of this month, so the month stays there')
  report(
    postponed,
    'the table is in use, so the partition will be created later; until then its rows go to the default partition',
  )
  process.stderr.write('the database is up to date\n')
}

function report(partitions: readonly MonthPartition[], what: string): void {
  for (const { table, month } of partitions) process.stderr.write(`${table} ${month}: ${what}\n`)
}
