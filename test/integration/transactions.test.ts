/** What a transaction may do to others: its locks end, whatever becomes of its process. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consequenceOf } from '../../src/platform/faults.ts'
import { createLog } from '../../src/platform/log.ts'
import { createPool, inTransaction, type Pool } from '../../src/platform/postgres.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

const LOCK = 'lock table tollgate.ledger_epoch'

let database: TestDatabase
let pool: Pool

beforeAll(async () => {
  database = await createDatabase()
  pool = createPool(database.url, createLog('silent'))
})

afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

describe('a transaction', () => {
  it('has limits for a lock, a statement, and the time until the next one', async () => {
    const names = ['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout']
    const limits = await inTransaction(pool, async (connection) => {
      const rows = await Promise.all(names.map((name) => connection.query(`show ${name}`)))
      return rows.map(({ rows: [row] }) => Object.values(row)[0])
    })
    expect(limits).toEqual(['5s', '1min', '30s'])
    const after = await pool.query(`show ${names[2]}`)
    expect(Object.values(after.rows[0])).toEqual(['0'])
  })

  it('without another statement is ended by the server, which frees its locks, and may be retried', async () => {
    const isLocked = Promise.withResolvers<void>()
    const goesOn = Promise.withResolvers<void>()
    const silent = inTransaction(
      pool,
      async (connection) => {
        await connection.query(LOCK)
        isLocked.resolve()
        await goesOn.promise
        await connection.query('select 1')
      },
      { nextStatementWithinMs: 200 },
    ).catch((error: unknown) => error)
    await isLocked.promise
    await inTransaction(pool, (connection) => connection.query(LOCK))
    goesOn.resolve()
    expect(consequenceOf(await silent)).toMatchObject({ fate: 'retry' })
    await inTransaction(pool, (connection) => connection.query(LOCK))
  })
})
