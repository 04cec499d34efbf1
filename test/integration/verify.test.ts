/** `tollgate verify`: silent on correct books, under traffic too, and names each planted fault. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outboxKey } from '../../src/outbox/messages.ts'
import { encodePack } from '../../src/outbox/pack.ts'
import { createLog } from '../../src/platform/log.ts'
import { createPool } from '../../src/platform/postgres.ts'
import { CHUNK_MOVEMENTS } from '../../src/reporting/index-movements.ts'
import { rollUp } from '../../src/reporting/roll-up.ts'
import type { Fault } from '../../src/verify/fault.ts'
import { type Serve, startServe } from '../../stack/serve.ts'
import { createTraffic } from '../../testkit/traffic.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { recordReturnedPayment } from '../support/sandbox.ts'
import { runTollgate, runVerify } from '../support/tollgate.ts'
import { findFaults } from '../support/verified.ts'

const ITEMS = 1_500
/** Charged more than once. */
const ACCOUNT = 'nordlicht-logistik'
/** A user of that account, so that some of its movements are in the search index. */
const LOOKUPS = CHUNK_MOVEMENTS + 10

let installation: TestInstallation
let serve: Serve

beforeAll(async () => {
  installation = await createInstallation()
  serve = await startServe(installation.environment)
  // Before and after everything else, whatever is read first: no correction is of the account's first and last usage.
  await produceLookups('first', 4)
  await installation.untilDrained()
  await produceTraffic(1, ITEMS)
  await produceLookups('lookup', LOOKUPS)
  await installation.untilDrained()
  await produceTollFree('leg-1')
  await recordReturnedPayment(installation, installation.config.database.url, 'saimaa-timber')
  await installation.untilDrained()
  // Planted faults below stay in place.
  await serve.stop()
  await rollUpAll()
})

afterAll(async () => {
  await serve?.stop()
  await installation?.close()
})

async function rollUpAll(): Promise<void> {
  while ((await rollUp(installation.pool)).hasMore);
}

async function produceTraffic(seed: number, count: number): Promise<void> {
  const { accounts, startMicros, encode } = installation
  const traffic = createTraffic({ seed, accounts, startMicros })
  const items = Array.from({ length: count }, () => traffic.next())
  for (const [topic, ofTopic] of Map.groupBy(items, (item) => item.topic)) {
    const messages = ofTopic.map((item) =>
      item.kind === 'junk'
        ? { key: item.accountKey, value: item.value }
        : { key: item.event.account_id, value: Buffer.from(encode(topic, item.event)) },
    )
    await installation.produce(topic, messages)
  }
}

async function produceLookups(name: string, count: number): Promise<void> {
  const topic = 'usage.other.v1'
  const messages = Array.from({ length: count }, (_, i) => {
    const event = { ...eventOf(`${name}-${i}`), interaction_id: null, sku: 'number-lookup', quantity: 1 }
    return { key: ACCOUNT, value: Buffer.from(installation.encode(topic, event)) }
  })
  await installation.produce(topic, messages)
}

function eventOf(eventId: string) {
  return { event_id: eventId, account_id: ACCOUNT, occurred_at: installation.startMicros, user_id: null }
}

async function produceTollFree(eventId: string): Promise<void> {
  const event = {
    ...eventOf(eventId),
    interaction_id: 'one interaction',
    from: '+4930123456',
    to: '+498001234567',
    duration_seconds: 60,
  }
  const value = Buffer.from(installation.encode('usage.toll-free.v1', event))
  await installation.produce('usage.toll-free.v1', [{ key: ACCOUNT, value }])
}

type Books = Pick<TestInstallation, 'pool' | 'config'>

/** Changes append-only rows in a copy of the books: as a replica, triggers do not fire. */
async function planted(change: string, look: (books: Books) => Promise<void>): Promise<void> {
  const copy = await installation.database.copy()
  const pool = createPool(copy.url, createLog('silent'), 2)
  try {
    await pool.query(`begin; set local session_replication_role = replica; ${change}; commit`)
    await look({ pool, config: installation.config })
  } finally {
    await pool.end()
    await copy.drop()
  }
}

const ROLLED_UP_TABLES = [
  'usage_by_day',
  'usage_by_day_and',
  'usage_by_month_and',
  'movement_chunks',
  'movement_index',
  'movement_interactions',
]

/** As if nothing of the account had been rolled up yet. */
const NOT_ROLLED_UP = `
  ${ROLLED_UP_TABLES.map((table) => `delete from tollgate.${table} where account_id = '${ACCOUNT}'`).join(';\n')};
  update tollgate.usage_by_day_progress set through_sequence = 0 where account_id = '${ACCOUNT}'`

const checksOf = (faults: readonly Fault[]) => [...new Set(faults.map(({ check }) => check))].toSorted()

const movement = (sequence: number) => `account_id = '${ACCOUNT}' and sequence = ${sequence}`

describe('correct books', () => {
  it('have no fault, and all of them were checked', async () => {
    const { faults, summary, lines } = await findFaults(installation)
    expect(faults).toEqual([])
    const { rows } = await installation.pool.query(
      `select (select count(*)::int from tollgate.accounts) as accounts,
              (select count(*)::int from tollgate.movements) as movements,
              (select count(*)::int from tollgate.rated_usage) as charges,
              (select sum(next_offset)::int from tollgate.consumer_offsets) as "messagesIn"`,
    )
    expect(summary).toMatchObject({ ...rows[0], payments: 1 })
    expect(summary.messagesOut).toBeGreaterThan(summary.movements)
    expect(lines).toContainEqual(expect.stringMatching(/^usage\.calls\.v1, offsets by partition: 0: 0 to [1-9]/))
  })

  it('have none under traffic', async () => {
    serve = await startServe(installation.environment)
    const producing = produceTraffic(2, ITEMS).then(() => produceTraffic(3, ITEMS))
    const { faults } = await findFaults(installation, 4_000)
    await producing
    await installation.untilDrained()
    await serve.stop()
    expect(faults).toEqual([])
    expect((await findFaults(installation)).faults).toEqual([])
  })
})

describe.concurrent('each of these is found, and nothing else:', () => {
  // Each is planted in a separate copy, so that several run concurrently: the check mostly waits for Kafka.
  beforeAll(() => installation.database.backUp())

  it('B: a changed balance', async () => {
    const change = `update tollgate.accounts set balance_micros = balance_micros + 1 where account_id = '${ACCOUNT}'`
    await planted(change, async (books) => {
      const { faults } = await findFaults(books)
      expect(faults).toMatchObject([{ check: 'balance', invariant: 'B', severity: 'fault', accountId: ACCOUNT }])
      expect(faults[0]!.detail).toMatch(/^the balance is [\d.]+1, its movements come to [\d.]+0$/)
    })
  })

  it('a stale column of automatic top-up', async () => {
    const change = `update tollgate.accounts set auto_top_up_below_micros = -1000000000000 where account_id = '${ACCOUNT}'`
    await planted(change, async (books) => {
      const { faults } = await findFaults(books)
      expect(faults).toMatchObject([{ check: 'auto_top_up_column', severity: 'fault', accountId: ACCOUNT }])
    })
  })

  it.each([
    ['usage_by_day', 'reversed_units', `kind = 'call'`],
    ['usage_by_day_and', 'movements', `what = 'kind' and id = 'sms'`],
    ['usage_by_month_and', 'units', `what = 'kind' and id = 'sms'`],
  ])('a tampered sum by day: %s.%s', async (table, column, where) => {
    const keys: Record<string, string> = {
      usage_by_day: 'booked_on, kind, user_id, destination',
      usage_by_day_and: 'booked_on, what, id',
      usage_by_month_and: 'begins_on, what, id',
    }
    const key = keys[table]
    const one = `(${key}) = (select ${key} from tollgate.${table} where account_id = '${ACCOUNT}' and ${where} order by ${key} limit 1)`
    const change = `update tollgate.${table} set ${column} = ${column} + 1 where account_id = '${ACCOUNT}' and ${one}`
    await planted(change, async (books) => {
      const { faults } = await findFaults(books)
      expect(faults).toMatchObject([{ check: 'usage_by_day', invariant: null, severity: 'fault', accountId: ACCOUNT }])
      expect(faults[0]!.detail).toMatch(/^\d{4}-\d\d(-\d\d)? \S.*: the sum does not match the movements$/)
    })
  })

  it('a missing sum of a day, and one without movements', async () => {
    const gone = `delete from tollgate.usage_by_day where account_id = '${ACCOUNT}' and kind = 'sms'`
    await planted(gone, async (books) => {
      expect(checksOf((await findFaults(books)).faults)).toEqual(['usage_by_day'])
    })
    const none = `'${ACCOUNT}', date '2020-01-01', 'call', 'ann', '', 1, 60, -1, 0, 0`
    await planted(`insert into tollgate.usage_by_day values (${none})`, async (books) => {
      expect((await findFaults(books)).faults).toMatchObject([
        { check: 'usage_by_day', accountId: ACCOUNT, detail: expect.stringMatching(/^2020-01-01 call ann : /) },
      ])
    })
  })

  it('movements that were skipped by the roll-up', async () => {
    const all = `account_id = '${ACCOUNT}'`
    await planted(NOT_ROLLED_UP, async (books) => {
      // Not summed up yet is not a fault.
      expect((await findFaults(books)).faults).toEqual([])
      await books.pool.query(`update tollgate.usage_by_day_progress set through_sequence = 1 where ${all}`)
      expect(checksOf((await findFaults(books)).faults)).toEqual(['usage_by_day'])
    })
  })

  it('a movement that the statement of the roll-up leaves out', async () => {
    // The roll-up takes a reversal's day and kind from the movement that it reverses, and leaves it out without that one.
    const reversed = `select min(reverses_sequence) from tollgate.movements where account_id = '${ACCOUNT}'`
    const change = `
      delete from tollgate.movements where account_id = '${ACCOUNT}' and sequence = (${reversed});
      ${NOT_ROLLED_UP}`
    await planted(change, async (books) => {
      while ((await rollUp(books.pool)).hasMore);
      const { faults } = await findFaults(books)
      const ofDays = faults.filter(({ check }) => check === 'usage_by_day')
      expect(ofDays).toMatchObject([{ invariant: null, severity: 'fault', accountId: ACCOUNT }])
      expect(ofDays[0]!.detail).toMatch(
        /^the days come to [\d.-]+ in \d+ movements, the balance after movement \d+ is [\d.-]+$/,
      )
    })
  })

  it('B: a missing movement', async () => {
    await planted(`delete from tollgate.movements where ${movement(3)}`, async (books) => {
      const { faults } = await findFaults(books)
      expect(faults).toContainEqual({
        check: 'chain',
        invariant: 'B',
        severity: 'fault',
        accountId: ACCOUNT,
        detail: 'movement 3 is missing before 4',
      })
      // Its event, recomputed, moves credit that no movement moved.
      expect(checksOf(faults)).toEqual(['chain', 'charge', 'movement_index', 'usage_by_day'])
    })
  })

  it('B: the last movement missing', async () => {
    const last = `account_id = '${ACCOUNT}' and sequence = (select last_sequence from tollgate.accounts where account_id = '${ACCOUNT}')`
    await planted(`delete from tollgate.movements where ${last}`, async (books) => {
      const { faults } = await findFaults(books)
      expect(checksOf(faults)).toEqual(['balance', 'chain', 'charge', 'usage_by_day'])
    })
  })

  it('B: a swapped balance-after', async () => {
    const swap = `
      update tollgate.movements m
         set balance_before_micros = o.balance_after_micros - m.amount_micros, balance_after_micros = o.balance_after_micros
        from tollgate.movements o
       where m.account_id = '${ACCOUNT}' and o.account_id = m.account_id and m.sequence in (2, 3) and o.sequence = 5 - m.sequence`
    await planted(swap, async (books) => {
      const { faults } = await findFaults(books)
      expect(faults.length).toBeGreaterThan(0)
      expect(new Set(faults.map(({ check, accountId }) => `${check} ${accountId}`))).toEqual(
        new Set([`chain ${ACCOUNT}`]),
      )
      expect(faults[0]!.detail).toMatch(/^movement 2 begins at/)
    })
  })

  it('D: a version gap', async () => {
    const change = (by: number) =>
      `update tollgate.accounts set balance_version = balance_version + ${by} where account_id = '${ACCOUNT}'`
    await planted(change(1), async (books) => {
      const { faults } = await findFaults(books)
      expect(faults).toMatchObject([{ check: 'unpublished', invariant: 'D', accountId: ACCOUNT }])
      expect(faults[0]!.detail).toMatch(/^credit\.balance-changed\.v1: the last is \d+, the database is at \d+$/)
    })
    await planted(change(-1), async (books) => {
      const { faults } = await findFaults(books)
      expect(faults).toMatchObject([{ check: 'version_gap', invariant: 'D', accountId: ACCOUNT }])
    })
  })

  it('a wrong price, even if the books agree with it', async () => {
    const events = `select event_id from tollgate.movements where ${movement(2)}`
    const change = (by: number) => `
      update tollgate.rated_usage set amount_micros = amount_micros + ${by}
       where account_id = '${ACCOUNT}' and event_id = (${events});
      update tollgate.movements
         set amount_micros = amount_micros - case when sequence = 2 then ${by} else 0 end,
             balance_before_micros = balance_before_micros - case when sequence > 2 then ${by} else 0 end,
             balance_after_micros = balance_after_micros - ${by}
       where account_id = '${ACCOUNT}' and sequence >= 2;
      update tollgate.accounts set balance_micros = balance_micros - ${by} where account_id = '${ACCOUNT}'`
    await planted(change(100), async (books) => {
      const { faults } = await findFaults(books)
      // The sums still have what it was.
      expect(checksOf(faults)).toEqual(['charge', 'usage_by_day'])
      expect(faults.find(({ check }) => check === 'charge')!.detail).toMatch(
        /^event \S+: amountMicros [\d.]+, by its versions [\d.]+; movedMicros -/,
      )
    })
  })

  it('B: rated usage that differs from its movement', async () => {
    const change = (by: number) => `
      update tollgate.rated_usage set amount_micros = amount_micros + ${by}
       where account_id = '${ACCOUNT}' and movement_sequence = 2`
    await planted(change(100), async (books) => {
      const checks = (await findFaults(books)).faults.map(({ check }) => check).toSorted()
      expect(checks).toEqual(['charge', 'movement'])
    })
  })

  it('A: a missing identity', async () => {
    const event = `account_id = '${ACCOUNT}' and event_id = 'leg-1'`
    await planted(`delete from tollgate.usage_identity where ${event}`, async (books) => {
      const { faults } = await findFaults(books)
      expect(faults).toMatchObject([
        {
          check: 'identity',
          invariant: 'A',
          detail: expect.stringContaining('event leg-1 is recorded without its identity'),
        },
        {
          check: 'unaccounted',
          invariant: 'A',
          accountId: ACCOUNT,
          detail: expect.stringMatching(
            /^usage\.toll-free\.v1\/\d+\/\d+: event leg-1 is recorded, but without its identity$/,
          ),
        },
      ])
    })
  })

  it('A: a missing dead letter', async () => {
    const letter = `ctid = (select min(ctid) from tollgate.dead_letters where topic = 'usage.calls.v1')`
    await planted(`delete from tollgate.dead_letters where ${letter}`, async (books) => {
      expect((await findFaults(books)).faults).toMatchObject([
        { check: 'unaccounted', invariant: 'A', severity: 'fault' },
      ])
    })
  })

  it('C: an offset in Kafka ahead of the one stored', async () => {
    const change = (by: number) =>
      `update tollgate.consumer_offsets set next_offset = next_offset + ${by} where topic = 'usage.toll-free.v1' and next_offset > 0`
    await planted(change(-1), async (books) => {
      const { faults } = await findFaults(books)
      expect(faults.length).toBeGreaterThan(0)
      for (const fault of faults) expect(fault).toMatchObject({ check: 'offset_ahead', invariant: 'C' })
    })
  })

  it('F: a missing status event, and a stale one', async () => {
    const change = (by: number) =>
      `update tollgate.accounts set status_version = status_version + ${by} where account_id = '${ACCOUNT}'`
    await planted(change(1), async (books) => {
      const { faults } = await findFaults(books)
      expect(faults).toMatchObject([{ check: 'status_event', invariant: 'F', accountId: ACCOUNT }])
      expect(faults[0]!.detail).toMatch(/^credit\.service-status\.v1: the last is \d+, the database is at \d+$/)
    })
    const silent = `insert into tollgate.accounts (account_id, currency, settings_version, status, status_version) values ('silent', 'EUR', 1, 'blocked', 1)`
    await planted(silent, async (books) => {
      const { faults } = await findFaults(books)
      expect(faults).toMatchObject([
        { check: 'status_event', accountId: 'silent', detail: expect.stringContaining('nothing was published') },
      ])
    })
  })

  it('F: a status that contradicts the balance', async () => {
    const flip = `update tollgate.accounts set status = case status when 'active' then 'blocked' else 'active' end where account_id = '${ACCOUNT}'`
    await planted(`alter table tollgate.accounts drop constraint accounts_check; ${flip}`, async (books) => {
      const { faults } = await findFaults(books)
      expect(faults).toMatchObject([
        { check: 'status', invariant: 'F', accountId: ACCOUNT },
        { check: 'status_event', detail: expect.stringMatching(/says active, the database blocked$/) },
      ])
    })
  })
})

it('two toll-free charges for one interaction are a warning, and the exit code stays 0', async () => {
  serve = await startServe(installation.environment)
  await produceTollFree('leg-2')
  await installation.untilDrained()
  await serve.stop()
  const { exitCode, stdout } = await runVerify(installation.environment, '--json')
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    severity: 'warning',
    invariant: 'A',
    check: 'charged_twice',
    account_id: ACCOUNT,
    detail: 'interaction one interaction is charged as toll-free 2 times: leg-1, leg-2',
  })
})

it('a fault makes the command fail, and an invalid rate is wrong usage', async () => {
  const change = (by: number) =>
    installation.pool.query(
      `update tollgate.accounts set balance_micros = balance_micros + ${by} where account_id = '${ACCOUNT}'`,
    )
  await change(1)
  const { exitCode, stdout, stderr } = await runVerify(installation.environment)
  await change(-1)
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(new RegExp(`^fault B balance account ${ACCOUNT}: the balance is `, 'm'))
  expect(stderr).toContain('1 fault, 1 warning')
  const ended = await runTollgate(installation.environment, 'verify', '--rate', 'fast')
  expect(ended).toMatchObject({ exitCode: 2, stdout: '' })
})

it('D: events that were published out of sequence are found on the topic', async () => {
  const version = async () =>
    (
      await installation.pool.query<{ version: bigint }>(
        `select balance_version as version from tollgate.accounts where account_id = '${ACCOUNT}'`,
      )
    ).rows[0]!.version
  const skipped = (await version()) + 2n
  serve = await startServe(installation.environment)
  const headers = { ce_epoch: Buffer.from('1'), ce_sequence: Buffer.from(String(skipped)) }
  const message = {
    topic: 'credit.balance-changed.v1',
    key: outboxKey(Buffer.from(ACCOUNT)),
    value: Buffer.from('planted'),
    sharedHeaders: {},
    headers,
  }
  await installation.pool.query(
    `insert into tollgate.outbox_packs (pack_id, shard, lane, message_count, messages, recorded_at)
     values (nextval('tollgate.outbox_pack_id'), 0, 'now', 1, $1, clock_timestamp())`,
    [encodePack([message])],
  )
  await installation.untilDrained()
  await serve.stop()
  const { faults } = await findFaults(installation)
  expect(faults.filter(({ severity }) => severity === 'fault').map(({ detail }) => detail)).toEqual([
    `credit.balance-changed.v1: ${skipped} follows ${skipped - 2n}`,
    `credit.balance-changed.v1: the last is ${skipped}, ahead of the database, which is at ${skipped - 2n}`,
  ])
})
