/** What is published: every outgoing topic, the headers of its messages, and one alert per crossing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatInstant } from '../../src/core/instant.ts'
import { formatMoney, parseMoney } from '../../src/core/money.ts'
import { setAlertLevels } from '../../src/ledger/accounts/set-alert-levels.ts'
import { type Serve, startServe } from '../../stack/serve.ts'
import { createInstallation, type ReadMessage, type TestInstallation } from '../support/installation.ts'
import { adjust } from '../support/ledger.ts'

const TOPIC = 'usage.calls.v1'
const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const LATER_TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-b7ad6b7169203331-01'

let installation: TestInstallation
let serve: Serve

beforeAll(async () => {
  installation = await createInstallation()
  serve = await startServe(installation.environment)
})

afterAll(async () => {
  await serve?.stop()
  await installation?.close()
})

/** Satellite calls cost some euros and are in no package. */
function satelliteCall(accountId: string, eventId: string, durationSeconds: number, headers = {}) {
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
    duration_seconds: durationSeconds,
  }
  return { key: accountId, value: Buffer.from(installation.encode(TOPIC, record)), headers }
}

/** The messages of a topic that are about an account. */
async function messagesOf(topic: string, accountId: string): Promise<ReadMessage[]> {
  return (await installation.readMessages(topic)).filter(({ key }) => key === accountId)
}

async function setBalance(accountId: string, amount: string): Promise<void> {
  const balanceMicros = (await installation.balances()).get(accountId)!
  const amountMicros = parseMoney(amount)! - balanceMicros
  await adjust(installation, accountId, amountMicros, 'set the scene')
}

describe('one batch of usage', () => {
  const ACCOUNT = 'canal-bikes'
  let messages: Record<string, ReadMessage>
  let movement: Record<string, bigint | string>

  beforeAll(async () => {
    await installation.produce(TOPIC, [
      satelliteCall(ACCOUNT, 'traced call/1', 60, { traceparent: TRACE }),
      satelliteCall(ACCOUNT, 'traced call/2', 600, { traceparent: LATER_TRACE, other: 'x' }),
    ])
    await installation.untilDrained()
    const last = async (topic: string) => (await messagesOf(topic, ACCOUNT)).at(-1)!
    messages = {
      balance: await last('credit.balance-changed.v1'),
      status: await last('credit.service-status.v1'),
      alert: await last('credit.alerts.v1'),
      movement: await last('credit.movements.v1'),
      rated: await last('usage.rated.v1'),
    }
    movement = (
      await installation.pool.query(
        'select * from tollgate.movements where account_id = $1 order by sequence desc limit 1',
        [ACCOUNT],
      )
    ).rows[0]
  })

  it.each([
    ['balance', 'credit.balance-changed.v1', '2', 'usage', '2'],
    ['status', 'credit.service-status.v1', '3', 'usage', '3'],
    ['alert', 'credit.alerts.v1', '1', 'usage', '1'],
    ['movement', 'credit.movements.v1', '3', 'usage', '3'],
    ['rated', 'usage.rated.v1', 'traced call/2', 'usage', 'traced%20call%2F2/[0-9]+'],
  ])(
    '%s has its type, its sequence and the trace of its cause in its headers',
    (name, topic, sequence, cause, idSuffix) => {
      const { headers } = messages[name]!
      expect(headers).toEqual({
        ce_specversion: '1.0',
        ce_type: `tollgate.${topic}`,
        ce_source: '/tollgate',
        ce_id: expect.stringMatching(new RegExp(`^${topic}/1/${ACCOUNT}/${idSuffix}$`)),
        ce_subject: ACCOUNT,
        ce_time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
        ce_epoch: '1',
        ce_sequence: sequence,
        ce_cause: cause,
        'content-type': 'application/avro',
        traceparent: LATER_TRACE,
      })
    },
  )

  it('is published as movements, each with its sequence and the balance before and after it', () => {
    expect(messages.movement!.value).toEqual({
      account_id: ACCOUNT,
      epoch: 1,
      sequence: 3,
      kind: 'usage',
      amount: formatMoney(movement.amount_micros as bigint),
      balance_before: formatMoney(movement.balance_before_micros as bigint),
      balance_after: formatMoney(movement.balance_after_micros as bigint),
      currency: 'EUR',
      event_id: 'traced call/2',
      top_up_id: null,
      reverses_sequence: null,
      actor: null,
      reason: null,
      occurred_at: expect.anything(),
      recorded_at: expect.anything(),
    })
    expect(formatInstant(Number(messages.movement!.value.recorded_at))).toBe(messages.movement!.headers.ce_time)
  })

  it('is published as rated usage, with the reason, the price row and the movement, but no phone number', () => {
    const { value } = messages.rated!
    expect(value).toMatchObject({
      event_id: 'traced call/2',
      type: 'call',
      outcome: 'charged',
      reason: 'special_number',
      quantity: 600,
      amount: formatMoney(-(movement.amount_micros as bigint)),
      movement_sequence: 3,
      catalog_version: 1,
      settings_version: 1,
      prefix: expect.stringMatching(/^\+881/),
    })
    expect(JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? String(part) : part))).not.toContain(
      '612345678',
    )
  })

  it('raises the alert of a level that it crosses, and none of a level that the balance was already below', async () => {
    const alerts = await messagesOf('credit.alerts.v1', ACCOUNT)
    expect(alerts.map(({ value }) => [value.version, value.kind, value.level])).toEqual([[1, 'exhausted', '0.000000']])
  })
})

it('a correction is published as a reversal that names the movement it reverses', async () => {
  const ACCOUNT = 'tatra-tours'
  await installation.produce(TOPIC, [satelliteCall(ACCOUNT, 'wrong', 60)])
  await installation.untilDrained()
  const correction = {
    event_id: 'right',
    account_id: ACCOUNT,
    occurred_at: installation.startMicros,
    user_id: null,
    interaction_id: null,
    corrects: 'wrong',
  }
  const value = Buffer.from(installation.encode('usage.corrections.v1', correction))
  await installation.produce('usage.corrections.v1', [{ key: ACCOUNT, value }])
  await installation.untilDrained()
  const movements = (await messagesOf('credit.movements.v1', ACCOUNT)).map(({ value: one }) => one)
  expect(
    movements.map(({ sequence, kind, event_id, reverses_sequence }) => [sequence, kind, event_id, reverses_sequence]),
  ).toEqual([
    [1, 'adjustment', null, null],
    [2, 'usage', 'wrong', null],
    [3, 'reversal', 'right', 2],
  ])
})

describe('alerts', () => {
  const kinds = async (accountId: string) =>
    (await messagesOf('credit.alerts.v1', accountId)).map(
      ({ value }) => `${value.version} ${value.kind} ${value.level}`,
    )

  it('are raised once per crossing, and again only after the balance has recovered', async () => {
    const ACCOUNT = 'wicklow-stud'
    for (const balance of [
      '20.00',
      '9.50',
      '8.00',
      '10.99',
      '9.00',
      '11.00',
      '9.99',
      '0.00',
      '-3.00',
      '5.00',
      '0.00',
    ]) {
      await setBalance(ACCOUNT, balance)
    }
    await installation.untilDrained()
    expect(await kinds(ACCOUNT)).toEqual([
      '1 low 10.000000',
      '2 low 10.000000',
      '3 exhausted 0.000000',
      '4 exhausted 0.000000',
    ])
  })

  it('are raised at the level that the customer chose, at once if the balance is already below it', async () => {
    const ACCOUNT = 'lisboa-ceramics'
    await setBalance(ACCOUNT, '40.00')
    const set = await setAlertLevels(installation, ACCOUNT, { actor: 'test', customMicros: parseMoney('50')! })
    expect(set).toMatchObject({ answer: { raised: ['custom_level'] } })
    await setBalance(ACCOUNT, '39.00')
    await setBalance(ACCOUNT, '55.00')
    await setBalance(ACCOUNT, '49.99')
    await setAlertLevels(installation, ACCOUNT, { actor: 'test', lowMicros: parseMoney('30')!, customMicros: null })
    await setBalance(ACCOUNT, '29.00')
    await installation.untilDrained()
    expect(await kinds(ACCOUNT)).toEqual(['1 custom_level 50.000000', '2 custom_level 50.000000', '3 low 30.000000'])
    const last = (await messagesOf('credit.alerts.v1', ACCOUNT)).at(-1)!
    expect(last.value).toMatchObject({ epoch: 1, balance: '29.000000', currency: 'EUR' })
  })

  it('are not repeated after a restart, because the crossing is stored', async () => {
    const ACCOUNT = 'saimaa-timber'
    await setBalance(ACCOUNT, '9.00')
    await serve.stop()
    serve = await startServe(installation.environment)
    await setBalance(ACCOUNT, '8.00')
    await installation.untilDrained()
    expect(await kinds(ACCOUNT)).toEqual(['1 low 10.000000'])
  })
})

it('the record topics can be disabled, and the others are still published', async () => {
  const ACCOUNT = 'fjord-energi'
  await serve.stop()
  serve = await startServe({ ...installation.environment, TOLLGATE_RECORD_TOPICS: 'none' })
  const before = await Promise.all(['usage.rated.v1', 'credit.movements.v1'].map((topic) => messagesOf(topic, ACCOUNT)))
  await installation.produce(TOPIC, [satelliteCall(ACCOUNT, 'unrecorded', 60)])
  await installation.untilDrained()
  expect((await messagesOf('credit.balance-changed.v1', ACCOUNT)).at(-1)!.value).toMatchObject({ cause: 'usage' })
  const after = await Promise.all(['usage.rated.v1', 'credit.movements.v1'].map((topic) => messagesOf(topic, ACCOUNT)))
  expect(after).toEqual(before)
})
