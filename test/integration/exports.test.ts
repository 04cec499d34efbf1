/**
 * Exports through the API: who may make them, what the file contains, and that no movement is missing, repeated or of
 * another period, whatever is recorded meanwhile.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiClient, createApiClient, type Schema } from '../../src/api/client/client.ts'
import { CSV_HEADINGS } from '../../src/core/export/csv-cells.ts'
import { parseMoney } from '../../src/core/money.ts'
import { inTransaction } from '../../src/platform/postgres.ts'
import { deletePartsOfExpired } from '../../src/reporting/exports/delete-parts.ts'
import type { StoredExport } from '../../src/reporting/exports/export-rows.ts'
import { mailAboutExport } from '../../src/reporting/exports/mail-about-export.ts'
import { oldestInPreparation, prepareNextPart } from '../../src/reporting/exports/prepare-export.ts'
import { readExportFile } from '../../src/reporting/exports/read-file.ts'
import { AWKWARD_NAMES, makeMovements } from '../../testkit/movements.ts'
import { until } from '../../testkit/until.ts'
import { openTestApi, type TestApi } from '../support/api.ts'
import { testAccount } from '../support/catalog.ts'
import { parseCsv } from '../support/csv.ts'
import { expectedRows, prepareAll } from '../support/exports.ts'
import { adjust, apply } from '../support/ledger.ts'
import { runPython, testPython } from '../support/python.ts'

/** Movements of the large account: more than two parts, over all of October and some days after. */
const MANY = 45_000
const OCTOBER = { from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z' }

let api: TestApi
let client: ApiClient
let token: string

beforeAll(async () => {
  api = await openTestApi()
  const ids = ['many', 'midnight', 'idle', 'busy', 'double', 'broken', 'mailed', 'short', 'asked']
  await apply(
    api,
    ids.map((accountId) => testAccount({ accountId })),
  )
  await makeMovements(api.pool, {
    accountId: 'many',
    count: MANY,
    from: new Date('2026-09-28T00:00:00Z'),
    to: new Date('2026-11-03T00:00:00Z'),
  })
  token = await api.key(['export', 'read'])
  client = createApiClient({ baseUrl: api.url, token })
}, 120_000)

afterAll(async () => {
  await api?.close()
})

type Export = Schema<'Export'>

async function create(accountId: string, body: { from: string; to: string }, key: string = randomUUID()) {
  const { data, response, error } = await client.POST('/v1/accounts/{account_id}/exports', {
    params: { path: { account_id: accountId }, header: { 'idempotency-key': key } },
    body,
  })
  if (data === undefined) throw new Error(`refused: ${error?.detail}`)
  return { export: data, status: response.status }
}

async function read(accountId: string, exportId: string): Promise<Export> {
  const params = { path: { account_id: accountId, export_id: exportId } }
  const { data, error } = await client.GET('/v1/accounts/{account_id}/exports/{export_id}', { params })
  if (data === undefined) throw new Error(`refused: ${error?.detail}`)
  return data
}

/** Requests an export and waits until it is ready. */
async function make(accountId: string, period: { from: string; to: string }): Promise<Export> {
  const { export: asked } = await create(accountId, period)
  await prepareAll(api.pool)
  return await read(accountId, asked.export_id)
}

const pathOf = (accountId: string, exportId: string) => `/v1/accounts/${accountId}/exports/${exportId}/file`

async function download(accountId: string, exportId: string): Promise<{ headers: Headers; bytes: Buffer }> {
  const response = await fetch(`${api.url}${pathOf(accountId, exportId)}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(response.status).toBe(200)
  return { headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
}

async function rowsOf(made: Export): Promise<string[][]> {
  const { bytes } = await download(made.account_id, made.export_id)
  const [headings, ...rows] = parseCsv(bytes.toString('utf8').slice(1))
  expect(headings).toEqual([...CSV_HEADINGS])
  return rows
}

const micros = (amount: string) => parseMoney(amount)!

/** Opening + added - used + other = closing, by the rows of the file. */
function expectAddsUp(made: Export, rows: readonly string[][]): void {
  const { opening, added, used, other, closing } = made.summary!
  expect(micros(opening) + micros(added) - micros(used) + micros(other)).toBe(micros(closing))
  const moved = rows.reduce((sum, row) => sum + micros(row[4]!), 0n)
  expect(micros(opening) + moved).toBe(micros(closing))
  if (rows.length > 0) expect(micros(rows.at(-1)![6]!)).toBe(micros(closing))
}

describe('the file of an export of several parts', () => {
  let made: Export
  let file: { headers: Headers; bytes: Buffer }
  let rows: string[][]

  beforeAll(async () => {
    made = await make('many', OCTOBER)
    file = await download('many', made.export_id)
    rows = parseCsv(file.bytes.toString('utf8').slice(1)).slice(1)
  })

  it('has exactly the movements recorded in the period, one by one as in the tables', async () => {
    expect(made).toMatchObject({ state: 'ready', rows: rows.length, rows_done: rows.length, failure: null })
    expect(rows.length).toBeGreaterThan(30_000)
    expect(rows).toEqual(await expectedRows(api.pool, 'many', made.after_sequence, made.through_sequence))
    const { rows: outside } = await api.pool.query(
      `select count(*)::integer as count from tollgate.movements
        where account_id = 'many' and (recorded_at >= $1 and recorded_at < $2) <> (sequence > $3 and sequence <= $4)`,
      [OCTOBER.from, OCTOBER.to, made.after_sequence, made.through_sequence],
    )
    expect(outside).toEqual([{ count: 0 }])
    const { rows: parts } = await api.pool.query('select part from tollgate.export_parts where export_id = $1', [
      made.export_id,
    ])
    expect(parts.length).toBeGreaterThanOrEqual(2)
  })

  it('is one stream of text/csv, with the announced size and a name', () => {
    expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    expect(file.headers.get('content-encoding')).toBeNull()
    expect(file.headers.get('content-length')).toBe(String(made.file_bytes))
    expect(file.headers.get('content-disposition')).toBe(
      'attachment; filename="credit-movements-many-2026-10-01-2026-10-31.csv"',
    )
    expect(file.bytes.length).toBe(made.file_bytes)
    expect(file.bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
  })

  it('adds up, and equals the period summary', async () => {
    expectAddsUp(made, rows)
    const params = { path: { account_id: 'many' }, query: OCTOBER }
    const { data } = await client.GET('/v1/accounts/{account_id}/period-summary', { params })
    const { after_sequence, through_sequence, opening, added, used, other, closing } = data!
    expect({ after_sequence, through_sequence }).toEqual({
      after_sequence: made.after_sequence,
      through_sequence: made.through_sequence,
    })
    expect(made.summary).toEqual({ opening, added, used, other, closing })
    for (const figure of [added, used, other]) expect(micros(figure)).not.toBe(0n)
  })

  it('has full phone numbers, amounts as numbers, and no cell that a spreadsheet would execute', () => {
    expect(rows.some((row) => /^Country \d+ \(\+431\d{5}\)$/.test(row[8]!))).toBe(true)
    expect(rows.filter((row) => row[2] === 'adjustment').map((row) => row[4])).toContain('-1.50')
    const texts = rows.flatMap((row) => [row[1]!, row[7]!, row[8]!])
    expect(texts.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([])
    expect(texts).toContain(`'${AWKWARD_NAMES[1]}`)
    expect(texts.some((cell) => cell.startsWith("'=1+"))).toBe(true)
  })

  it('is read completely by the csv module of Python', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-export-'))
    try {
      const path = join(folder, 'export.csv')
      writeFileSync(path, file.bytes)
      const read = await runPython<Record<string, unknown>>(
        await testPython(),
        { config: { kafka: { brokers: [], schemaRegistryUrl: '' } } } as never,
        ['exported.py', path],
      )
      const { opening, closing } = made.summary!
      expect(read).toMatchObject({ headings: [...CSV_HEADINGS], rows: rows.length, whole: true, formulas: 0 })
      expect(micros(read.sum as string)).toBe(micros(closing) - micros(opening))
      const guarded = AWKWARD_NAMES.map((name) => (/^[=+\-@\t\r]/.test(name) ? `'${name}` : name))
      expect(read.users).toEqual(expect.arrayContaining(guarded))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('is read part by part as the reader takes it, and fails visibly if a part is missing', async () => {
    const { export: asked } = await create('many', OCTOBER)
    await prepareAll(api.pool, { rowsPerPart: 5_000 })
    const exportId = asked.export_id
    const parts = Math.ceil(made.rows / 5_000)
    const last = 'delete from tollgate.export_parts where export_id = $1 and part = $2'
    expect((await buffer(readExportFile(api.pool, { exportId, parts }))).equals(file.bytes)).toBe(true)

    const chunks = readExportFile(api.pool, { exportId, parts })[Symbol.asyncIterator]()
    expect((await chunks.next()).done).toBe(false)
    await api.pool.query(last, [exportId, parts - 1])
    const rest = async () => {
      while (!(await chunks.next()).done);
    }
    await expect(rest()).rejects.toThrow(`part ${parts - 1} of export`)
    // Over HTTP the connection closes before the announced length.
    await expect(download('many', exportId)).rejects.toThrow()
  })

  it('answers HEAD without the file', async () => {
    const answer = await api.ask('HEAD', pathOf('many', made.export_id), { token })
    expect({ status: answer.status, length: answer.headers.get('content-length'), body: answer.body }).toEqual({
      status: 200,
      length: String(made.file_bytes),
      body: '',
    })
  })
})

describe('a period', () => {
  it('ends before the midnight at which the next begins', async () => {
    // One movement per second, the fifth at midnight.
    await makeMovements(api.pool, {
      accountId: 'midnight',
      count: 10,
      from: new Date('2026-10-31T23:59:55Z'),
      to: new Date('2026-11-01T00:00:05Z'),
    })
    const october = await make('midnight', OCTOBER)
    const november = await make('midnight', { from: '2026-11-01', to: '2026-12-01' })
    const [before, after] = [await rowsOf(october), await rowsOf(november)]
    expect(before.map((row) => row[9])).toEqual([1, 2, 3, 4].map((n) => `2026-10-31T23:59:5${5 + n}.000000Z`))
    expect(after[0]![9]).toBe('2026-11-01T00:00:00.000000Z')
    expect(after).toHaveLength(6)
    expect(november.after_sequence).toBe(october.through_sequence)
    expect(november.summary!.opening).toBe(october.summary!.closing)
  })

  it('without movements has a file of headings, and equal opening and closing balances', async () => {
    await adjust(api, 'idle', 12_500_000n)
    const empty = await make('idle', OCTOBER)
    expect(empty).toMatchObject({ state: 'ready', rows: 0, rows_done: 0 })
    expect(empty.summary).toEqual({
      opening: '0.000000',
      added: '0.000000',
      used: '0.000000',
      other: '0.000000',
      closing: '0.000000',
    })
    expect(await rowsOf(empty)).toEqual([])
  })

  it('that reaches past now ends now, and the next continues there, while movements are recorded', async () => {
    const isDone = new AbortController()
    const lastSequence = async () =>
      (
        await api.pool.query<{ last: number }>(
          `select last_sequence::integer as last from tollgate.accounts where account_id = 'busy'`,
        )
      ).rows[0]!.last
    const moving = (async () => {
      for (let i = 1; !isDone.signal.aborted; i++) await adjust(api, 'busy', i % 3 === 0 ? -700_000n : 1_000_000n)
    })()
    const periods: Export[] = []
    try {
      let from = '2026-01-01T00:00:00Z'
      for (let i = 0; i < 8; i++) {
        const { export: asked } = await create('busy', { from, to: '2999-01-01T00:00:00Z' })
        expect(asked.to < new Date(Date.now() + 60_000).toISOString()).toBe(true)
        await prepareAll(api.pool, { rowsPerPart: 7 })
        periods.push(await read('busy', asked.export_id))
        from = asked.to
        const { through_sequence: through } = asked
        await until('some more are recorded', async () => (await lastSequence()) > through + 3)
      }
    } finally {
      isDone.abort()
      await moving
    }
    const last = await make('busy', { from: periods.at(-1)!.to, to: '2999-01-01T00:00:00Z' })
    const rows: string[][] = []
    for (const [i, each] of [...periods, last].entries()) {
      const own = await rowsOf(each)
      expectAddsUp(each, own)
      if (i > 0) {
        expect(each.after_sequence).toBe(periods[i - 1]!.through_sequence)
        expect(each.summary!.opening).toBe(periods[i - 1]!.summary!.closing)
      }
      rows.push(...own)
    }
    const recorded = await lastSequence()
    expect(recorded).toBeGreaterThan(20)
    expect(rows).toEqual(await expectedRows(api.pool, 'busy', 0, recorded))
  })

  it.each([
    ['ends before it begins', { from: '2026-11-01', to: '2026-10-01' }, '/body/to'],
    ['ends as it begins', { from: '2026-11-01', to: '2026-11-01' }, '/body/to'],
    ['begins after now', { from: '2998-01-01', to: '2999-01-01' }, '/body/from'],
  ])('that %s is refused', async (_, body, path) => {
    const answer = await api.ask('POST', '/v1/accounts/idle/exports', {
      token,
      body,
      headers: { 'idempotency-key': randomUUID() },
    })
    expect({ status: answer.status, paths: answer.body.errors.map((error: { path: string }) => error.path) }).toEqual({
      status: 422,
      paths: [path],
    })
  })
})

describe('requests', () => {
  it('at the same time make one export, and both get it', async () => {
    const answers = await Promise.all([
      create('double', OCTOBER),
      create('double', { from: '2026-09-01', to: '2026-10-01' }),
      create('double', OCTOBER),
    ])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 201])
    expect(new Set(answers.map((answer) => answer.export.export_id)).size).toBe(1)
    expect((await api.ask('GET', '/v1/accounts/double/exports', { token })).body.items).toHaveLength(1)
    await prepareAll(api.pool)
    const next = await create('double', OCTOBER)
    expect(next.status).toBe(201)
    expect(next.export.export_id).not.toBe(answers[0]!.export.export_id)
    await prepareAll(api.pool)
  })

  it('repeated under a key get the first answer, and are refused for another period', async () => {
    const key = randomUUID()
    const first = await create('asked', OCTOBER, key)
    await prepareAll(api.pool)
    expect(await create('asked', OCTOBER, key)).toEqual(first)
    const other = await api.ask('POST', '/v1/accounts/asked/exports', {
      token,
      body: { from: '2026-09-01', to: '2026-10-01' },
      headers: { 'idempotency-key': key },
    })
    expect({ status: other.status, type: other.body.type }).toEqual({
      status: 422,
      type: 'urn:tollgate:problem:request-key-reused',
    })
  })

  it('cause a mail to the contact who made them, with the sums; others and services get none', async () => {
    const contacts = [
      { id: 'ann', email: 'ann@mailed.example', locale: 'de-DE', role: 'admin' },
      { id: 'ben', email: 'ben@mailed.example', locale: 'en', role: 'billing' },
    ] as const
    await apply(api, [testAccount({ accountId: 'mailed', contacts })])
    await adjust(api, 'mailed', 12_000_000n)
    const ask = async (as: string, timeZone: string) => {
      const body = { from: '2026-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z', time_zone: timeZone }
      const headers = { 'idempotency-key': randomUUID() }
      const asked = await api.ask('POST', '/v1/accounts/mailed/exports', { token: as, body, headers })
      await prepareAll(api.pool, { whenExportEnds: mailAboutExport })
      return asked
    }
    const ann = await api.dashboard.sign({ sub: 'ann', account_id: 'mailed', role: 'admin' })
    expect(await ask(ann, 'Europe/Nowhere')).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/body/time_zone' }] },
    })
    const asked = await ask(ann, 'Europe/Berlin')
    expect(asked.status).toBe(201)
    expect((await ask(token, 'UTC')).status).toBe(201)
    const { rows } = await api.pool.query(
      'select contact_id, kind, occurrence, figures from tollgate.mails where account_id = $1 and kind like $2',
      ['mailed', 'export%'],
    )
    const { export_id, from, to } = asked.body
    expect(rows).toEqual([
      {
        contact_id: 'ann',
        kind: 'export_ready',
        occurrence: export_id,
        figures: {
          ...{ export_id, from, to, time_zone: 'Europe/Berlin', rows: 1, until: expect.stringMatching(/^20.*Z$/) },
          ...{ opening: '0.000000', added: '0.000000', used: '0.000000', other: '12.000000', closing: '12.000000' },
        },
      },
    ])
  })

  it('are for admins, operators and keys with the scope; members are refused, and for others the account is hidden', async () => {
    const { export_id: exportId } = await make('short', OCTOBER)
    const routes = [
      ['POST', '/v1/accounts/short/exports'],
      ['GET', '/v1/accounts/short/exports'],
      ['GET', `/v1/accounts/short/exports/${exportId}`],
      ['GET', pathOf('short', exportId)],
    ] as const
    const statuses = async (credential: string) => {
      const found: number[] = []
      for (const [method, path] of routes) {
        const body = method === 'POST' ? OCTOBER : undefined
        const headers = { 'idempotency-key': randomUUID() }
        found.push((await api.ask(method, path, { token: credential, body, headers })).status)
      }
      await prepareAll(api.pool)
      return found
    }
    const may = [201, 200, 200, 200]
    expect(await statuses(await api.person('short', 'admin'))).toEqual(may)
    expect(await statuses(await api.operator())).toEqual(may)
    expect(await statuses(await api.key(['export'], ['short']))).toEqual(may)
    expect(await statuses(await api.person('short', 'member'))).toEqual([403, 403, 403, 403])
    expect(await statuses(await api.key(['read', 'write', 'pay']))).toEqual([403, 403, 403, 403])
    expect(await statuses(await api.person('idle', 'admin'))).toEqual([404, 404, 404, 404])
    expect(await statuses(await api.key(['export'], ['idle']))).toEqual([404, 404, 404, 404])
    // An admin does not find another account's export under the own path.
    const elsewhere = await api.ask('GET', pathOf('idle', exportId), { token: await api.person('idle', 'admin') })
    expect(elsewhere.status).toBe(404)
  })

  it('are listed newest first, in pages', async () => {
    for (let i = 0; i < 3; i++) await make('idle', OCTOBER)
    const first = await api.ask('GET', '/v1/accounts/idle/exports?limit=2', { token })
    const second = await api.ask('GET', `/v1/accounts/idle/exports?limit=2&cursor=${first.body.next_cursor}`, { token })
    const instants = [...first.body.items, ...second.body.items].map((item: Export) => item.requested_at)
    expect(instants.length).toBeGreaterThanOrEqual(4)
    expect(instants).toEqual(instants.toSorted().toReversed())
  })
})

describe('an export in preparation', () => {
  it('is postponed if its end cannot be stored, and does not fail for that alone', async () => {
    const { export: asked } = await create('idle', OCTOBER)
    const whenExportEnds = () => Promise.reject(new Error('no mail at all'))
    for (let i = 1; i <= 4; i++) {
      const { export: worked } = await prepareNextPart(api.pool, { whenExportEnds, restAfterFailureMs: 0 })
      expect(worked).toMatchObject({ state: 'preparing', tries: i })
    }
    const last = prepareNextPart(api.pool, { whenExportEnds, restAfterFailureMs: 60_000 })
    await expect(last).rejects.toThrow('no mail at all')
    expect((await prepareNextPart(api.pool, { whenExportEnds })).export).toBeNull()
    expect((await read('idle', asked.export_id)).state).toBe('preparing')
    await api.pool.query('update tollgate.exports set next_part_at = now() where export_id = $1', [asked.export_id])
    await prepareAll(api.pool)
    expect((await read('idle', asked.export_id)).state).toBe('ready')
  })

  it('shows its number of rows and its progress; there is no file yet', async () => {
    const { export: asked } = await create('many', OCTOBER)
    expect(asked).toMatchObject({ state: 'preparing', rows_done: 0, summary: null, file_bytes: null })
    expect(await oldestInPreparation(api.pool)).toBeGreaterThanOrEqual(0)
    await prepareNextPart(api.pool, { whenExportEnds: async () => {} })
    const partlyDone = await read('many', asked.export_id)
    expect(partlyDone).toMatchObject({ state: 'preparing', rows_done: 20_000, rows: asked.rows, summary: null })
    const early = await api.ask('GET', pathOf('many', asked.export_id), { token })
    expect({ status: early.status, type: early.body.type }).toEqual({
      status: 409,
      type: 'urn:tollgate:problem:conflict',
    })
    await prepareAll(api.pool)
    expect(await oldestInPreparation(api.pool)).toBeNull()
  })

  it('fails after some tries if a movement is missing, with the reason; another may be requested', async () => {
    for (let i = 0; i < 20; i++) await adjust(api, 'broken', 1_000_000n)
    await inTransaction(api.pool, async (connection) => {
      // Triggers protect recorded rows.
      await connection.query('set local session_replication_role = replica')
      await connection.query(`delete from tollgate.movements where account_id = 'broken' and sequence = 12`)
    })
    const { export: asked } = await create('broken', { from: '2026-01-01', to: '2999-01-01' })
    const ended: StoredExport[] = []
    const options = {
      rowsPerPart: 5,
      restAfterFailureMs: 0,
      whenExportEnds: async (_: unknown, each: StoredExport) => void ended.push(each),
    }
    const tries: number[] = []
    for (;;) {
      const { export: worked, failure } = await prepareNextPart(api.pool, options)
      if (worked === null) break
      if (failure === null) continue
      expect(failure.code).toBe('invariant_broken')
      expect(String(failure.error)).toContain('account broken lacks movement 12')
      tries.push(worked.tries)
    }
    expect(tries).toEqual([1, 2, 3, 4, 5])
    expect(ended.map(({ exportId, state }) => ({ exportId, state }))).toEqual([
      { exportId: asked.export_id, state: 'failed' },
    ])
    const failed = await read('broken', asked.export_id)
    expect(failed).toMatchObject({ state: 'failed', failure: 'invariant_broken', summary: null, download_until: null })
    const { rows } = await api.pool.query('select from tollgate.export_parts where export_id = $1', [asked.export_id])
    expect(rows).toEqual([])
    const again = await create('broken', { from: '2026-01-01', to: '2026-02-01' })
    expect(again.status).toBe(201)
    await prepareAll(api.pool)
  })

  it('ends together with what belongs to its end, or not at all', async () => {
    await adjust(api, 'mailed', 3_000_000n)
    const { export: asked } = await create('mailed', { from: '2026-01-01', to: '2999-01-01' })
    const writes = async (connection: { query(text: string, values: unknown[]): unknown }, of: StoredExport) => {
      const key = [of.accountId, 'user', `${of.exportId} is ${of.state}`]
      await connection.query(
        `insert into tollgate.display_names (account_id, user_id, name, updated_by) values ($1, $2, $3, 'test')`,
        key,
      )
    }
    const refused = await prepareNextPart(api.pool, {
      restAfterFailureMs: 0,
      whenExportEnds: async (connection, of) => {
        await writes(connection, of)
        throw new Error('no mail today')
      },
    })
    expect(String(refused.failure?.error)).toContain('no mail today')
    expect((await read('mailed', asked.export_id)).state).toBe('preparing')
    await prepareAll(api.pool, { whenExportEnds: writes })
    const { rows } = await api.pool.query(`select name from tollgate.display_names where account_id = 'mailed'`)
    expect(rows).toEqual([{ name: `${asked.export_id} is ready` }])
  })
})

it('a file is kept for 7 days; then it is not served, and an hour later its parts are deleted', async () => {
  const made = await make('idle', OCTOBER)
  const keptMs = Date.parse(made.download_until!) - Date.parse(made.concluded_at!)
  expect(keptMs).toBe(7 * 86_400_000)
  const partsLeft = async () => {
    await deletePartsOfExpired(api.pool)
    const { rows } = await api.pool.query('select from tollgate.export_parts where export_id = $1', [made.export_id])
    return rows.length
  }
  const age = (interval: string) =>
    api.pool.query('update tollgate.exports set expires_at = now() - $2::interval where export_id = $1', [
      made.export_id,
      interval,
    ])
  expect(await partsLeft()).toBe(1)
  await age('1 second')
  expect((await read('idle', made.export_id)).state).toBe('expired')
  expect((await api.ask('GET', pathOf('idle', made.export_id), { token })).status).toBe(409)
  expect(await partsLeft()).toBe(1)
  await age('61 minutes')
  expect(await partsLeft()).toBe(0)
  expect(await read('idle', made.export_id)).toMatchObject({ state: 'expired', summary: made.summary })
})
