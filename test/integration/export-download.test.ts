/**
 * Slow readers of a large file: the API keeps neither the file nor a connection for them, and its stop does not wait
 * for them.
 */
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until, within } from '../../testkit/until.ts'
import { openTestApi, type TestApi } from '../support/api.ts'
import { testAccount } from '../support/catalog.ts'
import { apply } from '../support/ledger.ts'

/** More than all socket buffers hold. */
const PARTS = 40
const PART_BYTES = 2_000_000
const STOPS_WITHIN_MS = 20_000

let api: TestApi
let isClosed = false
let token: string

beforeAll(async () => {
  api = await openTestApi()
  await apply(api, [testAccount()])
  await api.pool.query(
    `insert into tollgate.exports (export_id, account_id, requested_at, requested_by, time_zone, from_at, to_at, currency,
       after_sequence, through_sequence, opening_micros, closing_micros, state, done_sequence, parts, file_bytes, next_part_at, concluded_at, expires_at)
     values ('large', 'acme', now(), 'test', 'UTC', '2026-10-01', '2026-11-01', 'EUR', 0, 0, 0, 0, 'ready', 0, $1, $2, now(), now(),
       now() + interval '7 days')`,
    [PARTS, PARTS * PART_BYTES],
  )
  const content = await promisify(gzip)(Buffer.alloc(PART_BYTES, 'x'))
  await api.pool.query(
    `insert into tollgate.export_parts select 'large', part, 0, $2 from generate_series(0, $1::integer - 1) as part`,
    [PARTS, content],
  )
  token = await api.key(['export'])
})

afterAll(async () => {
  if (!isClosed) await api?.close()
})

/** A response that is not read. */
async function beginDownload(): Promise<IncomingMessage> {
  const request = get(`${api.url}/v1/accounts/acme/exports/large/file`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(200)
  return response
}

it('a stalled reader holds no database connection, and delays no other', async () => {
  const readers = await Promise.all(Array.from({ length: 12 }, beginDownload))
  try {
    await until('no connection is in use', () => api.pool.idleCount === api.pool.totalCount)
    expect((await api.ask('GET', '/v1/accounts/acme/exports', { token })).status).toBe(200)
    let bytes = 0
    for await (const chunk of readers[0]!) bytes += (chunk as Buffer).length
    expect(bytes).toBe(PARTS * PART_BYTES)
  } finally {
    for (const reader of readers) reader.destroy()
  }
})

it('the API stops although a download does not end; the download fails visibly', async () => {
  const reader = await beginDownload()
  isClosed = true
  await within('the stop of the API', api.close(), STOPS_WITHIN_MS)
  const rest = async () => {
    for await (const _ of reader);
  }
  await expect(rest()).rejects.toThrow()
})
