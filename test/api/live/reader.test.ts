/** Reads of followed accounts: one statement at a time, and never an outdated answer. */
import { describe, expect, it } from 'vitest'
import { type AccountReader, createReader } from '../../../src/api/live/reader.ts'
import { createLog } from '../../../src/platform/log.ts'
import type { Pool } from '../../../src/platform/postgres.ts'
import { until } from '../../../testkit/until.ts'

interface Asked {
  readonly name: string
  readonly accountIds: readonly string[]
  answer(rows: readonly object[]): void
  fail(): void
}

function open(isFollowed: (accountId: string) => boolean = () => true) {
  const asked: Asked[] = []
  const reported: string[] = []
  const pool = {
    query: ({ name, values }: { name: string; values: [string[]] }) =>
      new Promise((resolve, reject) => {
        const answer = (rows: readonly object[]) => resolve({ rows })
        asked.push({ name, accountIds: values[0], answer, fail: () => reject(new Error('away')) })
      }),
  } as unknown as Pool
  const reader: AccountReader = createReader({
    pool,
    log: createLog('silent'),
    isFollowed,
    onParts: (accountId, parts) => reported.push(`${accountId} ${parts === null ? 'none' : parts.balance.version}`),
    onTopUps: (accountId, latest) => reported.push(`${accountId} ${latest.map(({ topUp }) => topUp.state).join()}`),
  })
  return { reader, asked, reported, untilAsked: (count: number) => until('it is asked', () => asked.length === count) }
}

const stands = (accountId: string, version: bigint) => ({
  account_id: accountId,
  epoch: 1,
  balance_version: version,
  settings_version: 1,
})
const topUp = (state: string) => ({ account_id: 'a', state, is_open: true })

describe('the database is read', () => {
  it('once for all requests, and once more for those made meanwhile', async () => {
    const { reader, asked, reported, untilAsked } = open((accountId) => accountId !== 'gone')
    for (const accountId of ['a', 'b', 'a', 'gone']) reader.read(accountId)
    await untilAsked(1)
    expect(asked[0]!.accountIds).toEqual(['a', 'b'])
    for (const accountId of ['b', 'c', 'c']) reader.read(accountId)
    expect(asked).toHaveLength(1)
    asked[0]!.answer([stands('a', 3n)])
    await untilAsked(2)
    expect(asked[1]!.accountIds).toEqual(['b', 'c'])
    asked[1]!.answer([stands('b', 1n), stands('c', 2n)])
    await until('all is reported', () => reported.length === 4)
    expect(reported).toEqual(['a 3', 'b none', 'b 1', 'c 2'])
  })

  it('also for a request made at the very moment when a read ends', async () => {
    for (let turns = 0; turns < 20; turns++) {
      const { reader, asked, untilAsked } = open()
      reader.read('a')
      await untilAsked(1)
      asked[0]!.answer([stands('a', 1n)])
      for (let turn = 0; turn < turns; turn++) await null
      reader.read('b')
      await untilAsked(2)
      expect(asked[1]!.accountIds).toEqual(['b'])
      asked[1]!.answer([])
      await reader.stop()
    }
  })

  it('again after a failure', async () => {
    const { reader, asked, reported, untilAsked } = open()
    reader.read('a')
    await untilAsked(1)
    reader.read('b')
    asked[0]!.fail()
    await untilAsked(2)
    expect([...asked[1]!.accountIds].toSorted()).toEqual(['a', 'b'])
    expect(reported).toEqual([])
    asked[1]!.answer([])
    await reader.stop()
  })
})

it('top-ups that changed while they were read are read again, and reported once', async () => {
  const { reader, asked, reported, untilAsked } = open()
  reader.readTopUps('a')
  await untilAsked(1)
  reader.readTopUps('a')
  asked[0]!.answer([topUp('requested')])
  await untilAsked(2)
  expect(reported).toEqual([])
  asked[1]!.answer([topUp('succeeded')])
  await until('it is reported', () => reported.length === 1)
  expect(reported).toEqual(['a succeeded'])
})
