/** The Python in docs/PRODUCERS.md and docs/CONSUMERS.md, run unchanged, does what the pages say. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Message } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatMoney } from '../../src/core/money.ts'
import { TOPICS } from '../../src/topics.ts'
import type { Python } from '../../stack/python.ts'
import { type Serve, startServe } from '../../stack/serve.ts'
import { until, within } from '../../testkit/until.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { runPage, spawnPython, testPython } from '../support/python.ts'
import { runTollgate } from '../support/tollgate.ts'

const DOCS = join(import.meta.dirname, '../../docs')
const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

let installation: TestInstallation
let serve: Serve
let python: Python

beforeAll(async () => {
  python = await testPython()
  installation = await createInstallation()
  serve = await startServe(installation.environment)
})

afterAll(async () => {
  await serve?.stop()
  await installation?.close()
})

/** A call as another client would send it. */
function call(fields: Record<string, unknown>): Message {
  const record = {
    event_id: 'call',
    account_id: 'nordlicht-logistik',
    occurred_at: installation.startMicros,
    user_id: 'u-1',
    interaction_id: null,
    direction: 'outbound',
    leg: null,
    from: '+31201234567',
    to: '+31201234568',
    duration_seconds: 60,
    ...fields,
  }
  return { key: record.account_id, value: Buffer.from(installation.encode('usage.calls.v1', record)) }
}

it('every topic is on one of the pages', () => {
  const pages = ['PRODUCERS.md', 'CONSUMERS.md'].map((name) => readFileSync(join(DOCS, name), 'utf8')).join()
  for (const { topic } of TOPICS) expect(pages).toContain(`| \`${topic}\` |`)
})

describe('the snippets for producers', () => {
  beforeAll(async () => {
    await runPage(python, installation, join(DOCS, 'PRODUCERS.md'))
    await installation.untilDrained()
  })

  it('send a call and messages, each charged once', async () => {
    const { rows } = await installation.pool.query(
      `select event_id, outcome, reason, units::integer from tollgate.rated_usage
        where event_id in ('call-7f3a-leg-1', 'sms-0002') order by event_id`,
    )
    expect(rows).toEqual([
      { event_id: 'call-7f3a-leg-1', outcome: 'charged', reason: 'outside_package_countries', units: 66 },
      { event_id: 'sms-0002', outcome: 'charged', reason: 'message', units: 1 },
    ])
  })

  it('send a correction of a message, whichever of the two topics was read first', async () => {
    const { rows } = await installation.pool.query(
      `select r.event_id, r.outcome, i.corrected_by, coalesce(sum(m.amount_micros) over (), 0)::text as net_micros
         from tollgate.rated_usage r
         join tollgate.usage_identity i using (account_id, event_id)
         left join tollgate.movements m using (account_id, event_id)
        where r.event_id like 'sms-0001%' order by r.event_id`,
    )
    const [message, correction] = rows
    expect([message.outcome, correction.outcome]).toEqual(
      correction.outcome === 'pending' ? ['voided', 'pending'] : ['charged', 'reversed'],
    )
    expect(message).toMatchObject({ event_id: 'sms-0001', corrected_by: 'sms-0001-correction', net_micros: '0' })
  })

  it('leave one dead letter, of the message that was then fixed and sent again under its id', async () => {
    const letters = await installation.readTopic('usage.dead-letter.v1')
    expect(letters).toMatchObject([{ reason: 'invalid_number', event_id: 'sms-0002', topic: 'usage.messages.v1' }])
  })

  it('send every event of an account to the partition that other clients would choose', async () => {
    const { rows } = await installation.pool.query<{ topic: string; partition: number }>(
      `select topic, partition from tollgate.consumer_offsets
        where topic in ('usage.calls.v1', 'usage.messages.v1', 'usage.corrections.v1') and next_offset > 0`,
    )
    expect(rows).toHaveLength(3)
    await installation.produce('usage.calls.v1', [
      call({ event_id: 'by-another-client', account_id: 'nordlicht-logistik' }),
    ])
    await installation.untilDrained()
    const after = await installation.pool.query<{ topic: string; partition: number }>(
      'select topic, partition, next_offset from tollgate.consumer_offsets where next_offset > 0 order by topic',
    )
    expect(after.rows).toMatchObject([
      { topic: 'usage.calls.v1', partition: rows[0]!.partition, next_offset: 2n },
      { topic: 'usage.corrections.v1', partition: rows[0]!.partition },
      { topic: 'usage.messages.v1', partition: rows[0]!.partition },
    ])
  })

  it('pass the trace of the call on to its announcements', async () => {
    const rated = await installation.readMessages('usage.rated.v1')
    const call = rated.find(({ value }) => value.event_id === 'call-7f3a-leg-1')!
    expect(call.headers.traceparent).toBe(TRACE)
  })
})

describe('the snippets for consumers', () => {
  /** The page's own variables, by account. */
  interface Found {
    readonly statuses: Record<string, { readonly status: string; readonly version: number }>
    readonly balances: Record<string, { readonly balance_after: string }>
    readonly books: Record<string, readonly { readonly sequence: number }[]>
    readonly top_ups: Record<string, { readonly kind: string; readonly amount: string }>
  }
  let found: Found

  beforeAll(async () => {
    // Opened with 3.00: usage blocks it.
    await installation.produce('usage.calls.v1', [
      call({ event_id: 'far-away', account_id: 'canal-bikes', to: '+881612345678', duration_seconds: 600 }),
    ])
    const tollgate = (...args: string[]) => runTollgate(installation.environment, ...args, '--actor', 'test')
    await tollgate('payment-method', 'add', 'nordlicht-logistik', '--number', '4242424242424242', '--expiry', '08/39')
    await tollgate('top-up', 'now', 'nordlicht-logistik', '25')
    await until('the top-up has succeeded', async () => {
      const { rowCount } = await installation.pool.query("select from tollgate.top_ups where state = 'succeeded'")
      return rowCount === 1
    })
    await installation.untilDrained()
    const page = join(DOCS, 'CONSUMERS.md')
    found = await runPage<Found>(python, installation, page, ['statuses', 'balances', 'books', 'top_ups'])
  })

  it('end with the status of every account', async () => {
    const { rows } = await installation.pool.query(
      'select account_id, status, status_version::integer as version from tollgate.accounts',
    )
    const statuses = Object.entries(found.statuses)
    expect(new Map(statuses.map(([accountId, { status, version }]) => [accountId, [status, version]]))).toEqual(
      new Map(rows.map(({ account_id, status, version }) => [account_id, [status, version]])),
    )
    expect(found.statuses['canal-bikes']!.status).toBe('blocked')
  })

  it('end with the balance of every account whose balance ever changed', async () => {
    const { rows } = await installation.pool.query<{ account_id: string; balance_micros: bigint }>(
      'select account_id, balance_micros from tollgate.accounts where balance_version > 0',
    )
    const balances = Object.entries(found.balances)
    expect(new Map(balances.map(([accountId, { balance_after }]) => [accountId, balance_after]))).toEqual(
      new Map(rows.map(({ account_id, balance_micros }) => [account_id, formatMoney(balance_micros)])),
    )
  })

  it('end with the newest step of every top-up', async () => {
    const { rows } = await installation.pool.query<{ top_up_id: string }>('select top_up_id from tollgate.top_ups')
    expect(Object.keys(found.top_ups)).toEqual(rows.map(({ top_up_id }) => top_up_id))
    expect(Object.values(found.top_ups)).toMatchObject([{ kind: 'succeeded', amount: '25.000000' }])
  })

  it('end with the whole chain of movements of every account', async () => {
    const { rows } = await installation.pool.query<{ account_id: string; sequences: number[] }>(
      `select account_id, array_agg(sequence::integer order by sequence) as sequences
         from tollgate.movements group by account_id`,
    )
    const books = Object.entries(found.books)
    expect(new Map(books.map(([accountId, book]) => [accountId, book.map(({ sequence }) => sequence)]))).toEqual(
      new Map(rows.map(({ account_id, sequences }) => [account_id, sequences])),
    )
  })
})

it.each(['gzip', 'snappy', 'lz4', 'zstd'])(
  'usage is recorded whichever compression its producer uses: %s',
  async (codec) => {
    // Long enough to be worth compressing, or it would be sent as it is.
    const { key, value } = call({ event_id: `by-${codec}`, user_id: 'u'.repeat(500) })
    const args = ['compressed.py', 'usage.calls.v1', String(key), (value as Buffer).toString('hex'), codec]
    const [exitCode] = await within('the end of the producer', once(spawnPython(python, installation, args), 'close'))
    expect(exitCode).toBe(0)
    await installation.untilDrained()
    const { rows } = await installation.pool.query('select from tollgate.rated_usage where event_id = $1', [
      `by-${codec}`,
    ])
    expect(rows).toHaveLength(1)
    expect(serve.ended.aborted).toBe(false)
  },
)
