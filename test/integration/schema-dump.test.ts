/** The schema in the repository is the one that the migrations create. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { schemaText } from '../../scripts/schema-text.ts'
import { ensureMonthPartitions } from '../../src/ledger/upkeep/month-partitions.ts'
import { createLog } from '../../src/platform/log.ts'
import { createPool } from '../../src/platform/postgres.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

const FILE = join(import.meta.dirname, '../../schemas/database/schema.sql')

let database: TestDatabase
let client: pg.Client

beforeEach(async () => {
  database = await createDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})

afterEach(async () => {
  await client?.end()
  await database?.drop()
})

it('schemas/database/schema.sql is what the migrations create in an empty database', async () => {
  expect(await schemaText(client), 'the schema has changed: run `npm run schema:dump` and commit the file').toBe(
    await readFile(FILE, 'utf8'),
  )
})

it('monthly partitions, which depend on the date, do not change it', async () => {
  const before = await schemaText(client)
  const pool = createPool(database.url, createLog('warn'), 1)
  const { made } = await ensureMonthPartitions(pool)
  await pool.end()
  expect(made).not.toEqual([])
  expect(await schemaText(client)).toBe(before)
})

it.each([
  ['a column', 'alter table tollgate.accounts add column extra text'],
  ['a default', 'alter table tollgate.accounts alter balance_micros set default 1'],
  ['a check', 'alter table tollgate.movements drop constraint movements_check'],
  ['an index', 'create index extra on tollgate.dead_letters (account_id)'],
  ["a partition's own trigger", 'drop trigger never_truncated on tollgate.movements_default'],
  ['a disabled trigger', 'alter table tollgate.movements disable trigger append_only'],
  ['a storage parameter', 'alter table tollgate.accounts set (fillfactor = 60)'],
  ['a comment', `comment on table tollgate.accounts is 'other'`],
  ['a privilege', 'grant delete on tollgate.movements to public'],
  ['a privilege on a column', 'grant update (to_number) on tollgate.rated_usage to public'],
  ['a function', `create function tollgate.extra() returns integer language sql as 'select 1'`],
  ['a view', 'create view tollgate.extra as select 1 as one'],
])('it shows %s', async (_what, change) => {
  const before = await schemaText(client)
  await client.query(change)
  expect(await schemaText(client)).not.toBe(before)
})

it('an object of a kind that it cannot show is an error', async () => {
  await client.query(`create type tollgate.mood as enum ('fine')`)
  await expect(schemaText(client)).rejects.toThrow('type tollgate.mood')
})
