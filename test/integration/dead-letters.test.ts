/** Dead letters, from the refusal to the charge: inspected, their cause fixed, and replayed unchanged. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Admin, IHeaders, Message } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Serve, startServe } from '../../stack/serve.ts'
import { until } from '../../testkit/until.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { type ResidentTollgate, startResidentTollgate } from '../support/resident-tollgate.ts'
import { type Ended, runTollgate } from '../support/tollgate.ts'
import { testKafka } from '../support/topics.ts'

const CALLS = 'usage.calls.v1'
const OTHER = 'usage.other.v1'
const TWO_DAYS_MICROS = 2 * 86_400_000_000
const CONFIG_OF_TOPIC = 2

let installation: TestInstallation
let resident: ResidentTollgate
let serve: Serve
let directory: string
let admin: Admin

beforeAll(async () => {
  resident = startResidentTollgate()
  installation = await createInstallation()
  serve = await startServe(installation.environment)
  directory = await mkdtemp(join(tmpdir(), 'tollgate-'))
  admin = testKafka().admin()
  await admin.connect()
})

afterAll(async () => {
  await resident?.close()
  await serve?.stop()
  await admin?.disconnect()
  await installation?.close()
  if (directory !== undefined) await rm(directory, { recursive: true })
})

function tollgate(...args: string[]): Promise<Ended> {
  return resident.run(installation.environment, ...args)
}

const replay = (...args: string[]): Promise<Ended> => tollgate('dead-letters', 'replay', ...args)

/** Outside of every package: charged for every account. */
function call(accountId: string, eventId: string, fields: Record<string, unknown> = {}): Message {
  const record = {
    event_id: eventId,
    account_id: accountId,
    occurred_at: installation.startMicros,
    user_id: 'u-1',
    interaction_id: null,
    direction: 'outbound',
    leg: null,
    from: '+31201234567',
    to: '+881612345678',
    duration_seconds: 60,
    ...fields,
  }
  return { key: accountId, value: Buffer.from(installation.encode(CALLS, record)) }
}

function other(accountId: string, eventId: string, sku: string): Message {
  const record = {
    event_id: eventId,
    account_id: accountId,
    occurred_at: installation.startMicros,
    user_id: null,
    interaction_id: null,
    sku,
    quantity: 1,
  }
  return { key: accountId, value: Buffer.from(installation.encode(OTHER, record)) }
}

async function send(topic: string, ...messages: Message[]): Promise<void> {
  await installation.produce(topic, messages)
  await installation.untilDrained()
}

async function openAccount(accountId: string): Promise<void> {
  const file = join(directory, `${accountId}.yaml`)
  const account = `{ id: ${accountId}, currency: EUR, tariff: standard-eur, billing_cycle_anchor: 2026-01-01 }`
  await writeFile(file, `accounts:\n  - ${account}\n`)
  const { exitCode, stdout } = await tollgate('accounts', 'apply', file, '--json')
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toEqual({ account_id: accountId, done: 'created', fields: [] })
}

interface Letter {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly reason: string
  readonly replays: number
}

async function lettersOf(accountId: string): Promise<Letter[]> {
  const { rows } = await installation.pool.query<Letter>(
    `select topic, partition, "offset", reason, replays from tollgate.dead_letters
      where account_id = $1 order by recorded_at, "offset"`,
    [accountId],
  )
  return rows
}

const positionOf = ({ topic, partition, offset }: Letter): string => `${topic}/${partition}/${offset}`

/** Charged usage with its movement, one line each: an event charged twice would appear twice. */
async function charged(accountId: string): Promise<string[]> {
  const { rows } = await installation.pool.query<{ event_id: string }>(
    `select m.event_id from tollgate.movements m join tollgate.rated_usage r using (account_id, event_id)
      where account_id = $1 and r.outcome = 'charged' order by m.event_id`,
    [accountId],
  )
  return rows.map(({ event_id }) => event_id)
}

async function endOf(topic: string): Promise<number> {
  return (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0)
}

interface RawMessage {
  readonly key: string | null
  readonly value: Buffer | null
  readonly headers: IHeaders
}

/** All messages of a topic as bytes, in the order of each partition. */
async function readRaw(topic: string): Promise<RawMessage[]> {
  const end = await endOf(topic)
  const messages: RawMessage[] = []
  const consumer = testKafka().consumer({ groupId: `read-${randomBytes(6).toString('hex')}`, maxWaitTimeInMs: 100 })
  await consumer.connect()
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ message: { key, value, headers } }) => {
        messages.push({ key: key === null ? null : String(key), value, headers: headers ?? {} })
      },
    })
    await until(`${topic} is read to its end`, () => messages.length >= end)
  } finally {
    await consumer.disconnect()
  }
  return messages
}

describe('dead letters replayed', () => {
  it('for a missing account are each charged once when it exists, and another replay changes nothing', async () => {
    const eventIds = ['new-1', 'new-2', 'new-3']
    await send(CALLS, ...eventIds.map((eventId) => call('newcomer', eventId)))
    await send(CALLS, call('stranger', 'not-asked-for'))
    expect((await lettersOf('newcomer')).map(({ reason }) => reason)).toEqual(Array(3).fill('unknown_account'))
    await openAccount('newcomer')

    expect(await replay('--account', 'newcomer', '--yes')).toMatchObject({
      exitCode: 0,
      stdout: '3 dead letters replayed\n',
    })
    await installation.untilDrained()
    expect(await charged('newcomer')).toEqual(eventIds)
    const balance = (await installation.balances()).get('newcomer')
    expect(await lettersOf('newcomer')).toMatchObject(Array(3).fill({ replays: 1 }))
    expect(await lettersOf('stranger')).toMatchObject([{ replays: 0 }])

    // Letters already replayed are excluded unless requested: then they are duplicates.
    expect(await replay('--account', 'newcomer', '--yes')).toMatchObject({ stdout: '0 dead letters replayed\n' })
    expect(await replay('--account', 'newcomer', '--yes', '--again')).toMatchObject({
      stdout: '3 dead letters replayed\n',
    })
    await installation.untilDrained()
    expect(await charged('newcomer')).toEqual(eventIds)
    expect((await installation.balances()).get('newcomer')).toBe(balance)
    expect(await lettersOf('newcomer')).toMatchObject(Array(3).fill({ replays: 2 }))
    // Counted a moment after they are recorded.
    const duplicates = async () => (await serve.figures()).get('tollgate_events_total{outcome="duplicate"}') ?? 0
    await until('the duplicates are counted', async () => (await duplicates()) >= 3)
    expect(await duplicates()).toBe(3)
  })

  it('for a missing price are charged when a catalog has it', async () => {
    await openAccount('early-bird')
    const occurredAt = installation.startMicros - TWO_DAYS_MICROS
    await send(CALLS, call('early-bird', 'unpriced', { occurred_at: occurredAt }))
    expect(await lettersOf('early-bird')).toMatchObject([{ reason: 'no_rate' }])
    const published = await tollgate('catalog', 'publish', 'demo/catalog', '--in-force-from', '2020-01-01')
    expect(published).toMatchObject({ exitCode: 0 })
    expect(await replay('--reason', 'no_rate', '--since', '1h', '--topic', CALLS, '--yes')).toMatchObject({
      stdout: '1 dead letter replayed\n',
    })
    await installation.untilDrained()
    expect(await charged('early-bird')).toEqual(['unpriced'])
  })

  it('have the original key, value and headers, and their origin, however often they are replayed', async () => {
    const headers = { binary: Buffer.from([0, 255, 128]), twice: ['a', 'b'], empty: '' }
    // A different key from the account's id.
    const message = { ...call('wanted', 'with-headers'), key: 'another key', headers }
    await send(CALLS, message)
    await replay('--account', 'wanted', '--yes')
    await installation.untilDrained()
    // The cause is not fixed: it is a new letter at its new position.
    const [first, second] = await lettersOf('wanted')
    expect([first!.replays, second!.replays]).toEqual([1, 0])
    await openAccount('wanted')
    await replay('--account', 'wanted', '--yes')
    await installation.untilDrained()
    expect(await charged('wanted')).toEqual(['with-headers'])

    const sent = (await readRaw(CALLS)).filter(({ key }) => key === 'another key')
    const bytes = (texts: (string | Buffer)[]) => texts.map((text) => Buffer.from(text))
    const original = {
      key: 'another key',
      value: message.value,
      headers: { binary: headers.binary, twice: bytes(['a', 'b']), empty: Buffer.alloc(0) },
    }
    expect(sent).toEqual([
      original,
      {
        ...original,
        headers: { ...original.headers, 'tollgate-replayed-from': Buffer.from(positionOf(first!)) },
      },
      {
        ...original,
        headers: {
          ...original.headers,
          'tollgate-replayed-from': bytes([positionOf(first!), positionOf(second!)]),
        },
      },
    ])
  })

  it('may be as large as the topic accepts, and without a value', async () => {
    const tombstone = { key: 'large', value: null }
    await send(CALLS, { ...call('large', 'huge'), headers: { padding: 'x'.repeat(950_000) } }, tombstone)
    await openAccount('large')
    const [large] = await lettersOf('large')
    expect(await replay('--since', '1h', '--reason', 'unknown_account', '--account', 'large', '--yes')).toMatchObject({
      exitCode: 0,
    })
    // As a process of its own, which has to end by itself.
    const replayed = await runTollgate(
      installation.environment,
      'dead-letters',
      'replay',
      '--reason',
      'invalid_event',
      '--yes',
    )
    expect(replayed).toMatchObject({ exitCode: 0, stdout: '1 dead letter replayed\n' })
    await installation.untilDrained()
    expect(await charged('large')).toEqual(['huge'])
    expect(large).toMatchObject({ reason: 'unknown_account' })
    const tombstones = (await readRaw(CALLS)).filter(({ value }) => value === null)
    expect(tombstones.map(({ key, headers }) => [key, Object.keys(headers)])).toEqual([
      ['large', []],
      ['large', ['tollgate-replayed-from']],
    ])
  })

  it('exclude those that the topic no longer accepts, or whose value is not stored: these are listed', async () => {
    const accountId = 'small-topic'
    const skus = ['sku-1', 'x'.repeat(20_000), 'sku-2', 'sku-3', 'y'.repeat(20_000), 'sku-4', 'sku-5']
    await send(OTHER, ...skus.map((sku, i) => other(accountId, `o-${i + 1}`, sku)))
    const letters = await lettersOf(accountId)
    // Like one recorded before values were kept.
    await installation.pool.query(
      'update tollgate.dead_letters set original = null where topic = $1 and event_id = $2',
      [OTHER, 'o-7'],
    )
    const [name, value] = ['max.message.bytes', '5000']
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: CONFIG_OF_TOPIC, name: OTHER, configEntries: [{ name, value }] }],
    })
    // The controller accepts it a moment before the broker applies it.
    await until('the limit applies', async () => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: CONFIG_OF_TOPIC, name: OTHER, configNames: [name] }],
      })
      return resources[0]!.configEntries.some((entry) => entry.configValue === value)
    })
    const { exitCode, stdout, stderr } = await replay('--account', accountId, '--yes')
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '4 dead letters replayed\n' })
    expect(stderr).toContain(`${positionOf(letters[1]!)}: the topic takes no messages of this size`)
    expect(stderr).toContain(`${positionOf(letters[4]!)}: the topic takes no messages of this size`)
    expect(stderr).toContain(`${positionOf(letters[6]!)}: its value was not kept`)
    expect(stderr).toContain('3 dead letters not replayed\n')
    await installation.untilDrained()
    expect((await lettersOf(accountId)).slice(0, 7).map(({ replays }) => replays)).toEqual([1, 0, 1, 1, 0, 1, 0])
    const back = (await readRaw(OTHER)).filter(({ headers }) => 'tollgate-replayed-from' in headers)
    expect(back).toHaveLength(4)
    // Replayed and refused again, they come after the letters being replayed: these are not taken twice.
    expect(await lettersOf(accountId)).toHaveLength(7 + 4)
  })

  it('exclude conflicts, which would only conflict again, unless requested', async () => {
    await openAccount('torn')
    await send(
      CALLS,
      call('torn', 'once'),
      call('torn', 'once', { duration_seconds: 61 }),
      call('torn', 'gone', { to: 'x' }),
    )
    expect((await lettersOf('torn')).map(({ reason }) => reason).toSorted()).toEqual([
      'content_differs',
      'invalid_number',
    ])
    const { stdout, stderr } = await replay('--account', 'torn', '--yes')
    expect(stdout).toBe('1 dead letter replayed\n')
    expect(stderr).toContain('content_differs: 1 left out')
    expect(await replay('--account', 'torn', '--reason', 'content_differs', '--yes')).toMatchObject({
      stdout: '1 dead letter replayed\n',
    })
  })
})

describe('tollgate dead-letters replay', () => {
  it.each([
    [[], 'choose which'],
    [['--yes'], 'choose which'],
    [['--again', '--yes'], 'choose which'],
    [['--since', 'yesterday', '--yes'], '--since yesterday is neither'],
  ])('%j is refused', async (args, problem) => {
    const ended = await replay(...args)
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' })
    expect(ended.stderr).toContain(problem)
  })

  it('without --yes only says what it would do', async () => {
    await send(CALLS, call('unasked', 'u-1'), call('unasked', 'u-2'))
    const end = await endOf(CALLS)
    const { exitCode, stdout, stderr } = await replay('--account', 'unasked')
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
    expect(stderr).toBe('unknown_account: 2\n2 dead letters would be replayed; run again with --yes to replay them\n')
    expect(await endOf(CALLS)).toBe(end)
    expect(await lettersOf('unasked')).toMatchObject([{ replays: 0 }, { replays: 0 }])
  })

  it('takes everything with --all, and does not repeat those that fail again meanwhile', async () => {
    await send(CALLS, ...Array.from({ length: 2100 }, (_, i) => call('crowd', `c-${i}`, { duration_seconds: -1 })))
    const planned = Number(/(\d+) dead letters would/.exec((await replay('--all')).stderr)?.[1])
    expect(planned).toBeGreaterThan(2100)
    const before = await endOf(CALLS)
    const { stdout, stderr } = await replay('--all', '--yes')
    const failed = Number(/(\d+) dead letters not replayed/.exec(stderr)?.[1])
    expect(failed).toBe(3)
    expect(stdout).toBe(`${planned - failed} dead letters replayed\n`)
    // The seven letters of the other topic neither delayed these nor caused another replay.
    expect((await endOf(CALLS)) - before).toBe(planned - 7)
    await installation.untilDrained()
    const ofCrowd = await lettersOf('crowd')
    expect(ofCrowd).toHaveLength(2 * 2100)
    expect(ofCrowd.filter(({ replays }) => replays === 1)).toHaveLength(2100)
  })
})

describe('tollgate dead-letters list', () => {
  it('shows the newest first, with filters, and the count of each reason', async () => {
    await openAccount('listed')
    await send(CALLS, call('listed', 'l-1', { to: 'nobody' }))
    await send(CALLS, call('listed', 'l-2', { duration_seconds: -1 }))
    const [older, newer] = (await lettersOf('listed')).map(positionOf)

    const { exitCode, stdout, stderr } = await tollgate('dead-letters', 'list', '--account', 'listed')
    expect(exitCode).toBe(0)
    const [headings, ...rows] = stdout.trimEnd().split('\n')
    expect(headings).toBe('position\trecorded at\treason\taccount\tevent\tdetail\treplays')
    expect(rows.map((row) => row.split('\t').toSpliced(1, 1))).toEqual([
      [newer, 'invalid_event', 'listed', 'l-2', expect.stringContaining('duration_seconds'), '0'],
      [older, 'invalid_number', 'listed', 'l-1', expect.stringContaining('to is neither'), '0'],
    ])
    expect(stderr).toBe('invalid_event: 1\ninvalid_number: 1\n2 dead letters not replayed\n')

    const listed = async (...args: string[]): Promise<Record<string, unknown>[]> => {
      const ended = await tollgate('dead-letters', 'list', '--json', '--account', 'listed', ...args)
      return ended.stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
    }
    const ids = async (...args: string[]) => (await listed(...args)).map(({ event_id }) => event_id)
    expect(await ids()).toEqual(['l-2', 'l-1'])
    expect(await ids('--limit', '1')).toEqual(['l-2'])
    expect(await ids('--reason', 'invalid_number')).toEqual(['l-1'])
    expect(await ids('--topic', OTHER)).toEqual([])
    expect(await ids('--since', '2999-01-01')).toEqual([])
    expect(await ids('--since', String((await listed())[0]!.recorded_at))).toEqual(['l-2'])
    await replay('--account', 'listed', '--reason', 'invalid_number', '--yes')
    await installation.untilDrained()
    expect((await ids()).toSorted()).toEqual(['l-1', 'l-2'])
    expect((await listed('--all')).map(({ replays }) => replays).toSorted()).toEqual([0, 0, 1])
  })

  it('repeats none between pages', async () => {
    const { stdout } = await tollgate(
      'dead-letters',
      'list',
      '--all',
      '--json',
      '--account',
      'crowd',
      '--limit',
      '2050',
    )
    const positions = stdout
      .trimEnd()
      .split('\n')
      .map((line) => positionOf(JSON.parse(line)))
    expect(positions).toHaveLength(2050)
    expect(new Set(positions).size).toBe(2050)
  })

  it.each([
    ['--limit', '0'],
    ['--since', '2026-02-30'],
  ])('refuses %s %s', async (option, value) => {
    expect(await tollgate('dead-letters', 'list', option, value)).toMatchObject({ exitCode: 2, stdout: '' })
  })
})

describe('tollgate dead-letters show', () => {
  it('decodes the value and masks its numbers unless they are requested', async () => {
    await send(CALLS, { ...call('shown', 's-1'), headers: { trace: 'abc', binary: Buffer.from([255, 7]) } })
    const position = positionOf((await lettersOf('shown'))[0]!)
    const shown = await tollgate('dead-letters', 'show', position)
    expect(shown).toMatchObject({ exitCode: 0, stderr: '' })
    expect(shown.stdout).toContain(`position: ${position}\n`)
    expect(shown.stdout).toContain('reason:   unknown_account\n')
    expect(shown.stdout).toContain('key:      "shown"\n')
    expect(shown.stdout).toContain('header:   trace: "abc"\n')
    expect(shown.stdout).toContain('header:   binary: 0xff07\n')
    expect(recordIn(shown.stdout)).toMatchObject({
      event_id: 's-1',
      from: '+31*******67',
      to: '+881*******78',
      duration_seconds: 60,
    })
    const revealed = await tollgate('dead-letters', 'show', position, '--reveal')
    expect(recordIn(revealed.stdout)).toMatchObject({ from: '+31201234567', to: '+881612345678' })
  })

  it('shows the beginning of an undecodable value in hex, and all of it on request', async () => {
    const value = Buffer.from('{"from":"+31201234567","to":"+31201234568"}')
    await installation.produce(CALLS, [{ key: 'json', value }])
    await installation.untilDrained()
    const { rows } = await installation.pool.query<Letter>('select * from tollgate.dead_letters where original = $1', [
      value,
    ])
    const position = positionOf(rows[0]!)
    const shown = await tollgate('dead-letters', 'show', position)
    expect(shown.stdout).toContain('wrong magic byte')
    expect(shown.stdout).toContain(`${value.subarray(0, 16).toString('hex')} and 27 bytes more`)
    expect(shown.stdout).not.toContain(value.toString('hex'))
    expect((await tollgate('dead-letters', 'show', position, '--reveal')).stdout).toContain(value.toString('hex'))
  })

  it.each([
    ['usage.calls.v1/0/999999', 1],
    ['usage.calls.v1/0', 2],
    ['usage.calls.v1/0/-1', 2],
  ])('%s ends with exit code %i', async (position, exitCode) => {
    expect(await tollgate('dead-letters', 'show', position)).toMatchObject({ exitCode, stdout: '' })
  })
})

/** The decoded value at the end of the text. */
function recordIn(text: string): unknown {
  return JSON.parse(text.slice(text.indexOf('\n{') + 1))
}
