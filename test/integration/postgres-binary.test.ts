/** The database reads our binary values as intended, and refuses what it would refuse as text. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consequenceOf, Fault } from '../../src/platform/faults.ts'
import { createLog } from '../../src/platform/log.ts'
import { allReplies, createPool, inTransaction, type Pool } from '../../src/platform/postgres.ts'
import { arrayOf, copyRows, copyTarget, type ElementType } from '../../src/platform/postgres-binary.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let pool: Pool

beforeAll(async () => {
  database = await createDatabase()
  pool = createPool(database.url, createLog('silent'))
  await pool.query(`create table sample (
    id bigint primary key, name text, small smallint, whole integer, flag boolean, raw bytea, at timestamptz, day date)`)
})

afterAll(async () => {
  await pool.end()
  await database.drop()
})

const FIRST_DAY = Date.parse('0001-01-01')
const LAST_DAY = Date.UTC(9999, 11, 31)
const MS_PER_DAY = 86_400_000

const text = fc
  .string({ unit: 'binary', maxLength: 120 })
  .map((any) => any.replaceAll('\0', ''))
  .filter((any) => any.isWellFormed())
const bigint = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const integer = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
/** The years 1716 to 2255, in which microseconds are exact from 1970 as well as from 2000. */
const micros = fc.integer({ min: -8_000_000_000_000_000, max: Number.MAX_SAFE_INTEGER })
const date = fc
  .integer({ min: FIRST_DAY / MS_PER_DAY, max: LAST_DAY / MS_PER_DAY })
  .map((days) => new Date(days * MS_PER_DAY).toISOString().slice(0, 10))
const raw = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes))

describe('an array parameter', () => {
  const readBack = async <T extends ElementType>(type: T, values: unknown[], as = 'v') => {
    const parameter = arrayOf(type, values as never[], (value) => value)
    const { rows } = await pool.query(
      `select ${as} as v from unnest($1::${type}[]) with ordinality as a (v, n) order by n`,
      [parameter],
    )
    return rows.map(({ v }) => v)
  }
  const asMicros = '(extract(epoch from v) * 1000000)::bigint'

  it.each([
    ['text', fc.option(text), 'v'],
    ['bigint', fc.option(bigint), 'v'],
    ['integer', fc.option(integer), 'v'],
    ['smallint', fc.integer({ min: -32768, max: 32767 }), 'v'],
    ['boolean', fc.boolean(), 'v'],
    ['bytea', fc.option(raw), 'v'],
    ['date', fc.option(date), "to_char(v, 'YYYY-MM-DD')"],
    ['timestamptz', micros, `${asMicros}::float8`],
  ] as const)('of %s arrives unchanged', async (type, values, as) => {
    const lists = fc.array(values as fc.Arbitrary<unknown>, { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(lists, async (list) => {
        expect(await readBack(type, list, as)).toEqual(list)
      }),
      { numRuns: 40 },
    )
  })

  it('refuses invalid dates and integers as a bug, and values out of range as a data fault', async () => {
    expect(() => arrayOf('date', ['2026-02-30x'], (value) => value)).toThrow(TypeError)
    expect(() => arrayOf('bigint', [0.5], (value) => value)).toThrow(TypeError)
    expect(() => arrayOf('bigint', [2n ** 63n], (value) => value)).toThrow(Fault)
    expect(() => arrayOf('bigint', [2 ** 63], (value) => value)).toThrow(Fault)
  })
})

describe('rows copied in', () => {
  interface Sample {
    id: bigint
    name: string | null
    small: number
    whole: number | null
    flag: boolean
    raw: Buffer | null
    at: number
    day: string | null
  }
  const SAMPLES = copyTarget<Sample>('sample', [
    ['id', (row, { id }) => row.int64(id)],
    ['name', (row, { name }) => row.text(name)],
    ['small', (row, { small }) => row.int16(small)],
    ['whole', (row, { whole }) => row.int32(whole)],
    ['flag', (row, { flag }) => row.boolean(flag)],
    ['raw', (row, { raw: bytes }) => row.bytes(bytes)],
    ['at', (row, { at }) => row.instant(at)],
    ['day', (row, { day }) => row.date(day)],
  ])
  const sample: fc.Arbitrary<Sample> = fc.record({
    id: bigint,
    name: fc.option(text),
    small: fc.integer({ min: -32768, max: 32767 }),
    whole: fc.option(integer),
    flag: fc.boolean(),
    raw: fc.option(raw),
    at: micros,
    day: fc.option(date),
  })
  const byId = (a: Sample, b: Sample) => (a.id < b.id ? -1 : 1)
  const one: Sample = { id: 1n, name: 'n', small: 1, whole: 1, flag: true, raw: null, at: 0, day: null }

  async function stored(): Promise<Sample[]> {
    const { rows } = await pool.query(
      `select id, name, small, whole, flag, raw, (extract(epoch from at) * 1000000)::float8 as at,
              to_char(day, 'YYYY-MM-DD') as day from sample order by id`,
    )
    return rows
  }

  it('are stored unchanged, any number of them', async () => {
    const samples = fc.uniqueArray(sample, { selector: ({ id }) => id, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(samples, async (rows) => {
        await pool.query('truncate sample')
        await inTransaction(pool, (connection) => copyRows(connection, SAMPLES, rows, undefined))
        expect(await stored()).toEqual(rows.toSorted(byId))
      }),
      { numRuns: 40 },
    )
  })

  it('fail together, and leave the connection usable', async () => {
    await pool.query('truncate sample')
    const twice = inTransaction(pool, async (connection) => {
      await allReplies([
        copyRows(connection, SAMPLES, [one], undefined),
        copyRows(connection, SAMPLES, [{ ...one, id: 2n }, one], undefined),
        copyRows(connection, SAMPLES, [{ ...one, id: 3n }], undefined),
        connection.query('select 1'),
      ])
    })
    await expect(twice).rejects.toMatchObject({ code: '23505' })
    expect(await stored()).toEqual([])
    await inTransaction(pool, (connection) => copyRows(connection, SAMPLES, [one], undefined))
    expect(await stored()).toEqual([one])
  })

  it.each([
    ['a whole number of more than 64 bits', { ...one, id: 2n ** 63n }],
    ['an integer of more than 32 bits', { ...one, whole: 2 ** 31 }],
  ])('that no column can hold are a data fault: %s', async (_what, row) => {
    const failed = await inTransaction(pool, (connection) => copyRows(connection, SAMPLES, [row], undefined)).catch(
      (error: unknown) => error,
    )
    expect(consequenceOf(failed)).toMatchObject({ code: 'value_out_of_range', fate: 'dead_letter' })
  })

  it('that the database refuses are a data fault', async () => {
    const failed = await inTransaction(pool, (connection) =>
      copyRows(connection, SAMPLES, [{ ...one, id: 9n, name: 'a\0b' }], undefined),
    ).catch((error: unknown) => error)
    expect(consequenceOf(failed)).toMatchObject({ code: 'value_refused', fate: 'dead_letter' })
  })
})
