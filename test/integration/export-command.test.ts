/** `tollgate export`: the same file as the API's, and the same movements as Parquet, read by code that is not ours. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatMoney, parseMoney } from '../../src/core/money.ts'
import { readExport } from '../../src/reporting/exports/export-rows.ts'
import { readExportFile } from '../../src/reporting/exports/read-file.ts'
import { requestExport } from '../../src/reporting/exports/request-export.ts'
import { writeExportFile } from '../../src/reporting/exports/write-export-file.ts'
import type { Python } from '../../stack/python.ts'
import { AWKWARD_NAMES, makeMovements } from '../../testkit/movements.ts'
import { testAccount } from '../support/catalog.ts'
import { prepareAll } from '../support/exports.ts'
import { apply, openTestLedger, type TestLedger } from '../support/ledger.ts'
import { findDuckDb, readParquet } from '../support/parquet.ts'
import { type Ended, runTollgate } from '../support/tollgate.ts'

const MOVEMENTS = 45_000
const PERIOD = ['--from', '2026-10-01', '--to', '2026-11-01T00:00:00Z']

let ledger: TestLedger
let folder: string
let duckDb: Python | null

beforeAll(async () => {
  ledger = await openTestLedger()
  folder = mkdtempSync(join(tmpdir(), 'tollgate-export-'))
  duckDb = await findDuckDb()
  await apply(ledger, [testAccount({ accountId: 'acme' }), testAccount({ accountId: 'idle' })])
  await makeMovements(ledger.pool, {
    accountId: 'acme',
    count: MOVEMENTS,
    from: new Date('2026-09-28T00:00:00Z'),
    to: new Date('2026-11-03T00:00:00Z'),
  })
}, 180_000)

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await ledger?.close()
})

const run = (...args: string[]): Promise<Ended> =>
  runTollgate({ TOLLGATE_DATABASE_URL: ledger.database.url }, 'export', ...args)

describe('a file', () => {
  const path = (name: string) => join(folder, name)

  it('as CSV is the same as from the API, and its summary adds up', async () => {
    const ended = await run('--account', 'acme', ...PERIOD, '--output', path('movements.csv'), '--json')
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' })
    const summary = JSON.parse(ended.stdout)
    const [opening, added, used, other, closing] = ['opening', 'added', 'used', 'other', 'closing'].map(
      (figure) => parseMoney(summary[figure])!,
    )
    expect(opening! + added! - used! + other!).toBe(closing)

    const period = { fromMicros: Date.parse('2026-10-01') * 1000, toMicros: Date.parse('2026-11-01') * 1000 }
    const asked = await requestExport(
      ledger,
      { accountId: 'acme', ...period, actor: 'test', asker: null, timeZone: 'UTC' },
      'of-command',
    )
    if ('refused' in asked) throw new Error(asked.refused)
    await prepareAll(ledger.pool)
    const made = (await readExport(ledger.pool, 'acme', asked.answer.export.exportId))!
    expect((await buffer(readExportFile(ledger.pool, made))).equals(readFileSync(path('movements.csv')))).toBe(true)
    expect(summary).toMatchObject({
      rows: Number(made.throughSequence - made.afterSequence),
      opening: formatMoney(made.openingMicros),
      closing: formatMoney(made.closingMicros),
    })
  })

  it('as Parquet has instants, decimals and unchanged texts, row by row those of the CSV', async (context) => {
    if (duckDb === null) return context.skip()
    const ended = await run(
      ...['--account', 'acme', ...PERIOD, '--output', path('movements.parquet')],
      ...['--format', 'parquet', '--json'],
    )
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' })
    const summary = JSON.parse(ended.stdout)
    const read = await readParquet(duckDb, path('movements.parquet'), path('movements.csv'))
    expect(read.types).toEqual({
      occurred_at: 'TIMESTAMP WITH TIME ZONE',
      interaction_id: 'VARCHAR',
      description: 'VARCHAR',
      units: 'BIGINT',
      amount: 'DECIMAL(19,6)',
      currency: 'VARCHAR',
      balance_after: 'DECIMAL(19,6)',
      user: 'VARCHAR',
      destination: 'VARCHAR',
      recorded_at: 'TIMESTAMP WITH TIME ZONE',
    })
    expect(read).toMatchObject({ rows: summary.rows, differing: 0 })
    expect(read.groups).toBeGreaterThan(1)
    expect(parseMoney(read.sum)).toBe(parseMoney(summary.closing)! - parseMoney(summary.opening)!)
    // Not guarded, because no spreadsheet executes them.
    expect(read.users).toEqual(expect.arrayContaining([...AWKWARD_NAMES]))
  })

  it.each(['csv', 'parquet'])('without movements is a valid %s', async (format) => {
    const file = path(`idle.${format}`)
    const ended = await run('--account', 'idle', ...PERIOD, '--output', file, '--format', format)
    expect(ended).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: [
        `${file}: 0 movements, 2026-10-01T00:00:00.000000Z to 2026-11-01T00:00:00.000000Z`,
        ...['opening  0.000000 EUR', 'added    0.000000 EUR', 'used     0.000000 EUR'],
        ...['other    0.000000 EUR', 'closing  0.000000 EUR', ''],
      ].join('\n'),
    })
    if (format === 'parquet' && duckDb !== null) expect((await readParquet(duckDb, file)).rows).toBe(0)
  })

  it('replaces another only when it is complete', async () => {
    const file = path('kept.csv')
    writeFileSync(file, 'the one before')
    const refused = await run('--account', 'nobody', ...PERIOD, '--output', file)
    expect(refused).toEqual({ exitCode: 1, stdout: '', stderr: 'tollgate: there is no account nobody\n' })
    expect(readFileSync(file, 'utf8')).toBe('the one before')
    expect((await run('--account', 'idle', ...PERIOD, '--output', file)).exitCode).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain('Balance After')
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([])
  })

  it('that two commands write at once is whole, and nothing else is left behind', async () => {
    const period = { fromMicros: Date.parse('2026-10-01') * 1000, toMicros: Date.parse('2026-11-01') * 1000 }
    const write = (name: string) =>
      writeExportFile(ledger.pool, { accountId: 'acme', ...period, path: path(name), format: 'csv' })
    await write('alone.csv')
    await Promise.all([write('shared.csv'), write('shared.csv')])
    expect(readFileSync(path('shared.csv')).equals(readFileSync(path('alone.csv')))).toBe(true)
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([])
  })

  it.each([
    [['--from', 'yesterday', '--to', '2026-11-01'], '--from yesterday is neither an RFC 3339 instant nor a date'],
    [['--from', '2026-11-01', '--to', '2026-10-01'], '--to 2026-10-01 is not after --from 2026-11-01'],
    [['--from', '2998-01-01', '--to', '2999-01-01'], '--from 2998-01-01 is in the future'],
    [[...PERIOD, '--format', 'xlsx'], '--format must be csv or parquet'],
  ])('of %j is refused as wrong usage', async (args, said) => {
    const file = path('refused.csv')
    const ended = await run('--account', 'acme', '--output', file, ...args)
    expect(ended).toEqual({ exitCode: 2, stdout: '', stderr: `tollgate: ${said}\n` })
    expect(existsSync(file)).toBe(false)
  })
})
