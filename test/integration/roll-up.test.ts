/**
 * Sums of movements by day, built after the ledger: at any moment they equal the movements up to there, whatever came
 * late, was corrected, or was rolled up by which process.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction } from '../../src/platform/postgres.ts'
import { AFTER_LAST_CHUNK, CHUNK_MOVEMENTS, findIndexDifferences } from '../../src/reporting/index-movements.ts'
import { findRollUpDifferences, oldestNotRolledUp, rollUp } from '../../src/reporting/roll-up.ts'
import { rollUpJob } from '../../src/roles/jobs.ts'
import { makeMovements } from '../../testkit/movements.ts'
import { createRandom } from '../../testkit/random.ts'
import { type Fields, testAccount } from '../support/catalog.ts'
import { adjust, apply, openTestLedger, postPayments, recordUsage, type TestLedger } from '../support/ledger.ts'
import { abroad, correctionOf, lookup, sms } from '../support/usage-events.ts'

const OPERATIONS = readFileSync(join(import.meta.dirname, '../../docs/OPERATIONS.md'), 'utf8')

let ledger: TestLedger

beforeAll(async () => {
  ledger = await openTestLedger()
})

afterAll(async () => {
  await ledger?.close()
})

async function rollUpAll(limits = {}): Promise<void> {
  while ((await rollUp(ledger.pool, limits)).hasMore);
}

async function rowsOf(accountId: string): Promise<string[]> {
  const { rows } = await ledger.pool.query<{ row: string }>(
    `select concat_ws(' ', kind, user_id, destination, '|', movements, units, amount_micros * 0.000001, '|',
                      reversed_units, reversed_micros * 0.000001) as row
       from tollgate.usage_by_day where account_id = $1 order by kind, user_id, destination`,
    [accountId],
  )
  return rows.map(({ row }) => row)
}

describe('the roll-up', () => {
  it('sums movements by kind, user and destination, and what corrections reversed', async () => {
    await apply(ledger, [testAccount({ accountId: 'acme' })])
    await adjust(ledger, 'acme', 100_000_000n)
    await postPayments(ledger, 'acme')
    await recordUsage(
      ledger,
      abroad('acme', 'b1', 'ann'),
      abroad('acme', 'b2', 'bob'),
      sms('acme', 's1'),
      lookup('acme', 'o1'),
    )
    await rollUpAll()
    await recordUsage(ledger, correctionOf('acme', 'b1'), sms('acme', 's2'))
    await rollUpAll()
    const { rows } = await ledger.pool.query<{ balance_micros: bigint; summed: bigint; by_kind: bigint }>(
      `select balance_micros,
              (select sum(amount_micros)::bigint from tollgate.usage_by_day d where d.account_id = a.account_id) as summed,
              (select sum(amount_micros)::bigint from tollgate.usage_by_day_and d
                where d.account_id = a.account_id and what = 'kind') as by_kind
         from tollgate.accounts a where account_id = 'acme'`,
    )
    const [{ balance_micros, summed, by_kind }] = rows as [(typeof rows)[number]]
    expect([summed, by_kind]).toEqual([balance_micros, balance_micros])
    expect(await rowsOf('acme')).toEqual([
      'adjustment   | 1 0 100.000000 | 0 0.000000',
      'call ann Europe | 1 60 -0.500000 | 60 0.500000',
      'call bob Europe | 1 60 -0.500000 | 0 0.000000',
      'dispute   | 1 0 -50.000000 | 0 0.000000',
      'other  number-lookup | 1 5 -0.020000 | 0 0.000000',
      'refund   | 2 0 0.000000 | 0 0.000000',
      'reversal ann Europe | 1 0 0.500000 | 0 0.000000',
      'sms  Europe | 2 4 -0.280000 | 0 0.000000',
      'top_up   | 1 0 50.000000 | 0 0.000000',
    ])
    expect(await findRollUpDifferences(ledger.pool, ['acme'])).toEqual([])
  })

  it('handles user ids that are too long for an index', async () => {
    await apply(ledger, [testAccount({ accountId: 'long' })])
    await adjust(ledger, 'long', 100_000_000n)
    const random = createRandom(3)
    const userId = Array.from({ length: 2_000 }, () => String.fromCodePoint(0x4e00 + random.whole(20_000))).join('')
    await recordUsage(ledger, abroad('long', 'l1', userId), abroad('long', 'l2', `${userId.slice(1)}x`))
    await recordUsage(ledger, correctionOf('long', 'l1'))
    await rollUpAll()
    const { rows } = await ledger.pool.query<{ length: number; movements: bigint; reversed: bigint }>(
      `select length(user_id), movements, reversed_micros as reversed from tollgate.usage_by_day
        where account_id = 'long' and kind = 'call' order by reversed_micros`,
    )
    expect(rows).toEqual([
      { length: 64, movements: 1n, reversed: 0n },
      { length: 64, movements: 1n, reversed: 500_000n },
    ])
    expect(await findRollUpDifferences(ledger.pool, ['long'])).toEqual([])
  })

  it('reports its progress and the age of the oldest waiting movement', async () => {
    await rollUpAll()
    expect(await oldestNotRolledUp(ledger.pool)).toBeNull()
    await adjust(ledger, 'acme', 1_000_000n)
    expect(await oldestNotRolledUp(ledger.pool)).toBeGreaterThan(0)
    await rollUpAll()
    expect(await oldestNotRolledUp(ledger.pool)).toBeNull()
  })

  it('equals a full recomputation, after any history, by any number of processes in any shares', async () => {
    const random = createRandom(8)
    const accountIds = Array.from({ length: 6 }, (_, i) => `random-${i}`)
    await apply(
      ledger,
      accountIds.map((accountId) => testAccount({ accountId })),
    )
    const eventIds: [accountId: string, eventId: string][] = []
    for (let step = 0; step < 40; step++) {
      const events: Fields[] = []
      for (let i = 0; i < random.whole(30); i++) {
        const accountId = random.pick(accountIds)
        const eventId = `e-${step}-${i}`
        const make = random.pick([abroad, sms, lookup])
        if (eventIds.length > 0 && random.chance(0.25)) {
          const [ofAccount, corrected] = random.pick(eventIds)
          events.push(correctionOf(ofAccount, corrected))
        } else {
          events.push(make(accountId, eventId, random.pick(['ann', 'bob'])))
          eventIds.push([accountId, eventId])
        }
      }
      await recordUsage(ledger, ...events)
      if (random.chance(0.3)) await adjust(ledger, random.pick(accountIds), BigInt(1 + random.whole(1_000_000)))
      if (random.chance(0.1)) await postPayments(ledger, random.pick(accountIds)).catch(() => {})
      if (random.chance(0.5)) {
        const limits = { maxAccounts: 1 + random.whole(4), maxMovements: 1 + random.whole(20) }
        await Promise.all([rollUp(ledger.pool, limits), rollUp(ledger.pool, limits)])
      }
      expect(await findRollUpDifferences(ledger.pool, accountIds)).toEqual([])
    }
    await rollUpAll({ maxMovements: 7 })
    expect(await findRollUpDifferences(ledger.pool, accountIds)).toEqual([])
    const { rows } = await ledger.pool.query(
      `select a.account_id from tollgate.accounts a
         left join (select account_id, sum(amount_micros) as micros from tollgate.usage_by_day group by 1) as d using (account_id)
        where a.balance_micros <> coalesce(d.micros, 0)`,
    )
    expect(rows).toEqual([])
  })

  it('continues past a movement whose usage is missing', async () => {
    await recordUsage(ledger, sms('acme', 'gone'))
    await ledger.pool.query(
      `begin; set local session_replication_role = replica;
       delete from tollgate.rated_usage where account_id = 'acme' and event_id = 'gone'; commit`,
    )
    await rollUpAll()
    expect(await oldestNotRolledUp(ledger.pool)).toBeNull()
    expect(await rowsOf('acme')).toContainEqual('other   | 1 0 -0.140000 | 0 0.000000')
  })

  it('keeps the reversal of usage that is missing, so that days add up to the balance', async () => {
    await apply(ledger, [testAccount({ accountId: 'lost' })])
    await adjust(ledger, 'lost', 10_000_000n)
    await recordUsage(ledger, sms('lost', 'gone'))
    await recordUsage(ledger, correctionOf('lost', 'gone'))
    await ledger.pool.query(
      `begin; set local session_replication_role = replica;
       delete from tollgate.rated_usage where account_id = 'lost' and event_id = 'gone'; commit`,
    )
    await rollUpAll()
    expect(await rowsOf('lost')).toEqual([
      'adjustment   | 1 0 10.000000 | 0 0.000000',
      'other   | 1 0 -0.140000 | 0 0.140000',
      'reversal   | 1 0 0.140000 | 0 0.000000',
    ])
  })

  it('is found by verify if it was tampered with', async () => {
    await ledger.pool.query(
      `update tollgate.usage_by_day set reversed_micros = reversed_micros + 1 where account_id = 'acme' and kind = 'sms'`,
    )
    await ledger.pool.query(`delete from tollgate.usage_by_day_and where account_id = 'acme' and id = 'bob'`)
    expect((await findRollUpDifferences(ledger.pool, ['acme'])).map(({ of }) => of.trim())).toEqual([
      'sms  Europe',
      'user bob',
    ])
  })

  it('goes on with other accounts if one cannot be summed up, and names that one', async () => {
    const october = { from: new Date('2026-10-01T00:00:00Z'), to: new Date('2026-11-01T00:00:00Z') }
    for (const accountId of ['stuck-1', 'stuck-2', 'stuck-3']) await apply(ledger, [testAccount({ accountId })])
    await rollUpAll()
    // A chunk that must not be there yet, as after a repair that forgot its table.
    await ledger.pool.query(
      `insert into tollgate.movement_chunks (account_id, chunk, first_recorded_at, last_recorded_at)
       values ('stuck-2', 0, now(), now())`,
    )
    for (const accountId of ['stuck-1', 'stuck-2', 'stuck-3']) {
      await makeMovements(ledger.pool, { accountId, count: CHUNK_MOVEMENTS, ...october })
    }
    const job = rollUpJob(ledger.pool)
    const failures: unknown[] = []
    for (let runs = 0; runs < 10; runs++) {
      await Promise.resolve(job.run(new AbortController().signal)).catch((error) => failures.push(error))
    }
    expect(String(failures[0])).toContain('the movements of account stuck-2 cannot be summed up')
    const { rows } = await ledger.pool.query(
      `select account_id, through_sequence from tollgate.usage_by_day_progress where account_id like 'stuck%' order by 1`,
    )
    const all = BigInt(CHUNK_MOVEMENTS)
    expect(rows).toEqual([
      { account_id: 'stuck-1', through_sequence: all },
      { account_id: 'stuck-2', through_sequence: 1_000n },
      { account_id: 'stuck-3', through_sequence: all },
    ])
    await ledger.pool.query(`delete from tollgate.movement_chunks where account_id = 'stuck-2'`)
    await rollUpAll()
    expect(await findRollUpDifferences(ledger.pool, ['stuck-1', 'stuck-2', 'stuck-3'])).toEqual([])
  })

  it('is built again by what the operations page says to delete', async () => {
    await apply(ledger, [testAccount({ accountId: 'torn' })])
    const october = { from: new Date('2026-10-01T00:00:00Z'), to: new Date('2026-11-01T00:00:00Z') }
    await makeMovements(ledger.pool, { accountId: 'torn', count: 2 * CHUNK_MOVEMENTS + 10, ...october })
    await rollUpAll()
    await ledger.pool.query(`delete from tollgate.usage_by_day where account_id = 'torn' and kind = 'call'`)
    await ledger.pool.query(`delete from tollgate.movement_index where account_id = 'torn' and what = 'user'`)
    const [, said = ''] =
      /\| `usage_by_day` \|.*Delete the account's rows in one transaction, (.*)\. They/.exec(OPERATIONS) ?? []
    const tables = [...said.matchAll(/`(\w+)`/g)].map(([, table]) => table!)
    expect(tables).toHaveLength(7)
    await inTransaction(ledger.pool, async (connection) => {
      for (const table of tables) await connection.query(`delete from tollgate.${table} where account_id = 'torn'`)
    })
    await rollUpAll()
    expect(await findRollUpDifferences(ledger.pool, ['torn'])).toEqual([])
    const everything = { accountId: 'torn', fromChunk: 0, toChunk: AFTER_LAST_CHUNK }
    expect(await findIndexDifferences(ledger.pool, [everything])).toEqual([])
    const { rows } = await ledger.pool.query(`select from tollgate.movement_chunks where account_id = 'torn'`)
    expect(rows).toHaveLength(2)
  })
})
