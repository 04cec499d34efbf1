/** A ledger on a separate database, with the test catalog in force since long ago. Its announcements are JSON. */
import { randomUUID } from 'node:crypto'
import { postCredit } from '../../src/core/changes/account-change.ts'
import type { Micros } from '../../src/core/money.ts'
import type { WantedSettings } from '../../src/core/settings/settings.ts'
import { readUsage } from '../../src/core/usage/read.ts'
import { adjustCredit } from '../../src/ledger/accounts/adjust-credit.ts'
import { type ApplyResult, applyAccounts } from '../../src/ledger/accounts/apply-accounts.ts'
import { createLedger, type Ledger } from '../../src/ledger/batch/record-batch.ts'
import { withContentHash } from '../../src/ledger/batch/usage-batch.ts'
import { CatalogStore } from '../../src/ledger/catalogs/catalogs.ts'
import { publishCatalog } from '../../src/ledger/catalogs/publish-catalog.ts'
import type { Publishing } from '../../src/ledger/changes/announce.ts'
import { changeAccount, type Writer } from '../../src/ledger/changes/change-account.ts'
import { createLog } from '../../src/platform/log.ts'
import { createPool, type Pool } from '../../src/platform/postgres.ts'
import { CATALOG_FILES, type Fields, testCatalog } from './catalog.ts'
import { createDatabase, type TestDatabase } from './database.ts'

export interface TestLedger extends Writer {
  readonly database: TestDatabase
  readonly ledger: Ledger
  close(): Promise<void>
}

export const encodeAsJson = (_topic: string, record: unknown): Buffer =>
  Buffer.from(JSON.stringify(record, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)))

/** Everything is announced, as JSON. */
export const publishAll: Publishing = {
  encode: encodeAsJson,
  recordTopics: new Set(['usage.rated.v1', 'credit.movements.v1']),
}

/** Accounts as in a file, checked against the current catalogs. */
export function apply(writer: Writer, accounts: readonly WantedSettings[]): Promise<ApplyResult> {
  return applyAccounts(writer, new CatalogStore(), accounts, 'test')
}

/** An adjustment under a new request key. */
export async function adjust(
  writer: Writer,
  accountId: string,
  amountMicros: Micros,
  reason = 'opening credit',
): Promise<void> {
  const adjusted = await adjustCredit(writer, { accountId, amountMicros, actor: 'test', reason }, randomUUID())
  if ('refused' in adjusted) throw new Error(`${accountId}: ${adjusted.refused}`)
}

let nextOffset = 0n

/** Records usage as from a batch of messages. */
export async function recordUsage({ ledger }: Pick<TestLedger, 'ledger'>, ...events: readonly Fields[]): Promise<void> {
  const usage = events.map((fields) => {
    const read = readUsage(fields)
    if ('refusal' in read) throw new Error(read.refusal.detail)
    const message = { key: null, value: Buffer.from(JSON.stringify(fields)), headers: [] }
    return withContentHash(read.event, { topic: 'test', partition: 0, offset: nextOffset++, ...message })
  })
  await ledger.recordBatch({ usage, refusedMessages: [], offsets: [] })
}

export async function openTestLedger(): Promise<TestLedger> {
  const database = await createDatabase()
  const pool = createPool(database.url, createLog('warn'), 4)
  await publishTestCatalog(pool)
  return {
    database,
    pool,
    publishing: publishAll,
    ledger: createLedger({ pool, publishing: publishAll, consumerGroup: 'test' }),
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

/** A top-up of 50.00, 20.00 of it refunded, the refund failed, and the rest disputed with it: one movement each. */
export async function postPayments(writer: Writer, accountId: string): Promise<void> {
  const of = { topUpId: `top-up-of-${accountId}` }
  for (const [kind, amountMicros] of [
    ['top_up', 50_000_000n],
    ['refund', -20_000_000n],
    ['refund', 20_000_000n],
    ['dispute', -50_000_000n],
  ] as const) {
    const posted = await changeAccount(writer, accountId, async ({ connection, account, settings, clock }) => {
      const { rows } = await connection.query<{ sequence: bigint }>(
        `select sequence from tollgate.movements where account_id = $1 and kind = 'top_up'`,
        [accountId],
      )
      const origin = kind === 'top_up' ? { kind, ...of } : { kind, ...of, reversesSequence: rows[0]!.sequence }
      const entry = { amountMicros, origin, occurredAtMicros: clock.nowMicros }
      return { change: postCredit(account, settings, [entry], clock.nowMicros), answer: null }
    })
    if ('refused' in posted) throw new Error(`${accountId}: ${posted.refused}`)
  }
  // The payment's totals at the end: refunded once, the refund reverted, then disputed completely.
  await writer.pool.query(
    `with paid as (
       insert into tollgate.top_ups (top_up_id, account_id, trigger, amount_micros, currency, state, requested_at, next_try_at,
         updated_at)
       select $2, account_id, 'manual', 50000000, currency, 'succeeded', now(), now(), now()
         from tollgate.accounts where account_id = $1
       returning account_id, top_up_id, currency
     )
     insert into tollgate.payments (provider, payment_id, account_id, top_up_id, charged_micros, credited_micros,
       disputed_micros, currency, credited_sequence, recorded_at, changed_at)
     select 'test', 'payment-of-' || account_id, account_id, top_up_id, 50000000, 50000000, 50000000, currency, 1, now(), now()
       from paid`,
    [accountId, of.topUpId],
  )
}
