/** The export thread: it makes the same as this thread would, and exists only while it is needed. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { consequenceOf } from '../../src/platform/faults.ts'
import { inTransaction } from '../../src/platform/postgres.ts'
import { createExportThread, type ExportThread } from '../../src/reporting/exports/export-thread.ts'
import { makePart } from '../../src/reporting/exports/make-part.ts'
import { makeMovements } from '../../testkit/movements.ts'
import { until } from '../../testkit/until.ts'
import { testAccount } from '../support/catalog.ts'
import { apply, openTestLedger, type TestLedger } from '../support/ledger.ts'

const MOVEMENTS = 2_500
/** The name of its connection. */
const THREAD = 'export-thread'
const WHOLE = { accountId: 'acme', afterSequence: 0n, throughSequence: BigInt(MOVEMENTS), hasHead: true }

let ledger: TestLedger
let thread: ExportThread

beforeAll(async () => {
  ledger = await openTestLedger()
  await apply(ledger, [testAccount()])
  await makeMovements(ledger.pool, {
    accountId: 'acme',
    count: MOVEMENTS,
    from: new Date('2026-10-01T00:00:00Z'),
    to: new Date('2026-11-01T00:00:00Z'),
  })
  const url = new URL(ledger.database.url)
  url.searchParams.set('application_name', THREAD)
  thread = createExportThread({ databaseUrl: url.href, logLevel: 'silent' })
})

afterAll(async () => {
  await thread?.rest()
  await ledger?.close()
})

async function connections(): Promise<number> {
  const { rows } = await ledger.pool.query<{ count: number }>(
    `select count(*)::integer as count from pg_stat_activity
      where datname = current_database() and application_name = $1`,
    [THREAD],
  )
  return rows[0]!.count
}

it('makes the same part as this thread', async () => {
  const here = await inTransaction(ledger.pool, (connection) => makePart(connection, WHOLE), { isByKey: true })
  const there = await thread.makePart(WHOLE)
  expect(Buffer.from(there.content).equals(Buffer.from(here.content))).toBe(true)
  expect({ ...there, content: null }).toEqual({ ...here, content: null })
  expect(there.textBytes).toBeGreaterThan(100_000)
})

it('reports failures with their code, and continues', async () => {
  const short = thread.makePart({ ...WHOLE, throughSequence: BigInt(MOVEMENTS + 1) })
  const error = await short.catch((reason: unknown) => reason)
  expect(consequenceOf(error).code).toBe('invariant_broken')
  expect(String(error)).toContain(`account acme lacks movement ${MOVEMENTS + 1}`)
  expect((await thread.makePart({ ...WHOLE, throughSequence: 1n })).textBytes).toBeGreaterThan(0)
})

it('ends on rest, with its connection, and starts again when needed', async () => {
  await thread.makePart({ ...WHOLE, throughSequence: 1n })
  expect(await connections()).toBe(1)
  await thread.rest()
  await until('its connection is gone', async () => (await connections()) === 0)
  await thread.rest()
  expect((await thread.makePart({ ...WHOLE, throughSequence: 1n })).textBytes).toBeGreaterThan(0)
})
