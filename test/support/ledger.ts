/** A ledger on a database of its own, with the test's catalog in force since long ago. What it announces is JSON. */
import { publishCatalog } from '../../src/ledger/publish-catalog.ts'
import { createLedger, type Ledger } from '../../src/ledger/record-batch.ts'
import { createLog } from '../../src/platform/log.ts'
import { createPool, type Pool } from '../../src/platform/postgres.ts'
import { CATALOG_FILES, testCatalog } from './catalog.ts'
import { createDatabase, type TestDatabase } from './database.ts'

export interface TestLedger {
  readonly database: TestDatabase
  readonly pool: Pool
  readonly ledger: Ledger
  close(): Promise<void>
}

export const encodeAsJson = (_topic: string, record: unknown): Buffer =>
  Buffer.from(JSON.stringify(record, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)))

export async function openTestLedger(): Promise<TestLedger> {
  const database = await createDatabase()
  const pool = createPool(database.url, createLog('warn'), 4)
  await publishTestCatalog(pool)
  return {
    database,
    pool,
    ledger: createLedger({ pool, encode: encodeAsJson, consumerGroup: 'test' }),
    async close() {
      await pool.end()
      await database.drop()
    },
  }
}

export async function publishTestCatalog(pool: Pool): Promise<void> {
  await publishCatalog(pool, {
    catalog: testCatalog(),
    files: new Map(Object.entries(CATALOG_FILES).map(([name, text]) => [name, Buffer.from(text)])),
    contentHash: 'test',
    author: 'test',
    comment: '',
    inForceFrom: '2020-01-01T00:00:00Z',
  })
}
