/** What people see before they pay: the current figures; asking charges nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApi, type TestApi } from '../support/api.ts'
import { testAccount } from '../support/catalog.ts'
import { adjust, apply } from '../support/ledger.ts'

let api: TestApi
let token: string

beforeAll(async () => {
  api = await openTestApi()
  token = await api.key(['read'])
})

afterAll(async () => {
  await api?.close()
})

async function open(accountId: string, balanceMicros: bigint): Promise<void> {
  await apply(api, [testAccount({ accountId })])
  if (balanceMicros !== 0n) await adjust(api, accountId, balanceMicros)
}

const ask = (path: string) => api.ask('GET', `/v1/accounts/${path}`, { token })

describe('adding credit', () => {
  it('shows what is owed, the choices, and what an amount brings', async () => {
    await open('owing', -3_416_200n)
    const { status, body } = await ask('owing/top-up-quotes?amount=5')
    expect(status).toBe(200)
    expect(body).toMatchObject({ currency: 'EUR', owed: '3.420000', min: '5.000000', max: '5000.000000' })
    expect(body.quote).toEqual({
      amount: '5.000000',
      balance_after: '1.583800',
      is_blocked_after: false,
      days: null,
      is_automatic_amount: false,
    })
    expect(body.suggested.map(({ amount }: { amount: string }) => amount)).toEqual([
      '25.000000',
      '50.000000',
      '100.000000',
    ])
  })

  it('includes the amount of automatic top-up', async () => {
    await open('auto', 20_000_000n)
    const methodId = await api.addCard('auto', 'good')
    await api.save('auto', { amountMicros: 30_000_000n }, methodId)
    const { body } = await ask('auto/top-up-quotes')
    expect(body.quote).toBeNull()
    expect(body.suggested).toContainEqual(
      expect.objectContaining({ amount: '30.000000', balance_after: '50.000000', is_automatic_amount: true }),
    )
  })

  it.each([
    ['4.99', 'too_low'],
    ['5000.01', 'too_high'],
    ['5.001', 'more_than_2_decimals'],
  ])('refuses %s', async (amount, code) => {
    await open('bounds', 0n)
    const { status, body } = await ask(`bounds/top-up-quotes?amount=${amount}`)
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ path: '/query/amount', code }])
  })
})

describe('automatic top-up', () => {
  it('shows what would be charged at once, and then charges that', async () => {
    await open('below', -60_000_000n)
    const methodId = await api.addCard('below', 'good')
    const { body } = await ask('below/auto-top-up-quote?threshold=10&amount=25')
    expect(body).toMatchObject({ charges: 3, total: '75.000000', balance_after: '15.000000', limit: null, until: null })
    expect(await api.charges('below')).toEqual([])
    await api.save('below', { thresholdMicros: 10_000_000n, amountMicros: 25_000_000n }, methodId)
    await api.settle()
    expect(await api.charges('below')).toHaveLength(3)
    expect((await ask('below/auto-top-up-quote?threshold=16&amount=25')).body).toMatchObject({ charges: 1 })
    expect((await ask('below/auto-top-up-quote?threshold=99&amount=25')).body).toMatchObject({
      charges: 2,
      limit: 'day_limit',
    })
    expect((await ask('below/auto-top-up-quote?threshold=99&amount=25&monthly_cap=80')).body).toMatchObject({
      charges: 0,
      limit: 'monthly_cap',
      is_cap_used_up: true,
    })
  })

  it('suggests initial values', async () => {
    await open('new', 0n)
    expect((await ask('new/auto-top-up-quote')).body).toMatchObject({
      charges: 0,
      suggested_threshold: '10.000000',
      suggested_amount: '25.000000',
      average: null,
    })
  })

  it('refuses a cap below one top-up', async () => {
    await open('capped', 0n)
    const { status, body } = await ask('capped/auto-top-up-quote?threshold=10&amount=25&monthly_cap=20')
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ path: '/query/monthly_cap', code: 'cap_below_amount', limit: '25.000000' }])
  })
})
