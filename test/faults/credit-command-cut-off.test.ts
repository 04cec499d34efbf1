/** Invariant B when `accounts credit` is cut off after its COMMIT, or run twice: under the same request id it posts once. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { formatMoney } from '../../src/core/money.ts'
import { verifyAccounts } from '../../src/verify/accounts.ts'
import { createPace } from '../../src/verify/pace.ts'
import { until } from '../../testkit/until.ts'
import { type CommitProxy, startCommitProxy } from '../support/commit-proxy.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { type Ended, runTollgate } from '../support/tollgate.ts'

const PROGRAM = join(import.meta.dirname, '../../bin/tollgate.mjs')
const ACCOUNT = 'wicklow-stud'
const CREDIT = ['accounts', 'credit', ACCOUNT, '5.00', '--reason', 'goodwill', '--actor', 'ann']
const REPEATED = 'it had already been posted under this request id; this is the original result\n'

let installation: TestInstallation

beforeAll(async () => {
  installation = await createInstallation()
})

afterAll(async () => {
  const faults: unknown[] = []
  await verifyAccounts(installation.pool, createPace(1_000_000), (fault) => faults.push(fault))
  await installation.close()
  expect(faults).toEqual([])
})

const tollgate = (...args: string[]): Promise<Ended> => runTollgate(installation.environment, ...args)

/** What the command prints about the account as it is now. */
async function balanceLine(): Promise<string> {
  const { rows } = await installation.pool.query(
    'select balance_micros, last_sequence, currency from tollgate.accounts where account_id = $1',
    [ACCOUNT],
  )
  const { balance_micros, last_sequence, currency } = rows[0]
  return `${ACCOUNT}: movement ${last_sequence}, balance ${formatMoney(balance_micros)} ${currency}\n`
}

async function movements(): Promise<number> {
  const { rows } = await installation.pool.query(
    'select count(*)::int as count from tollgate.movements where account_id = $1',
    [ACCOUNT],
  )
  return rows[0].count
}

describe('a credit command that is cut off between COMMIT and its answer', () => {
  let proxy: CommitProxy
  let command: ChildProcess
  let stderr: string
  let before: number

  /** Started without a request id, and now waiting for the answer to its COMMIT. */
  beforeEach(async () => {
    before = await movements()
    proxy = await startCommitProxy(installation.environment.TOLLGATE_DATABASE_URL!)
    const env = { ...process.env, ...installation.environment, TOLLGATE_DATABASE_URL: proxy.url }
    command = spawn(process.execPath, [PROGRAM, ...CREDIT], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    stderr = ''
    command.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    let isCommitted = false
    void proxy.committed.then(() => {
      isCommitted = true
    })
    await until('the credit is committed', () => isCommitted)
    expect(await movements()).toBe(before + 1)
  })

  afterEach(async () => {
    command.kill('SIGKILL')
    await proxy.close()
  })

  const printedId = () => /^request id ([0-9a-f-]{36});/.exec(stderr)![1]!

  it('by a kill: it has said how to repeat it, and the repetition posts nothing more', async () => {
    const ended = once(command, 'close')
    command.kill('SIGKILL')
    await ended
    const again = await tollgate(...CREDIT, '--request-id', printedId())
    expect(again).toEqual({ exitCode: 0, stdout: await balanceLine(), stderr: REPEATED })
    expect(await movements()).toBe(before + 1)
  })

  it('by a lost connection: it says that the credit may have been posted, and a repetition posts nothing more', async () => {
    const ended = once(command, 'close')
    proxy.cut()
    expect((await ended)[0]).toBe(1)
    expect(stderr).toMatch(
      /the credit may have been posted: run the same command again with --request-id ([0-9a-f-]{36})/,
    )
    const again = await tollgate(...CREDIT, '--request-id', printedId())
    expect(again).toEqual({ exitCode: 0, stdout: await balanceLine(), stderr: REPEATED })
    expect(await movements()).toBe(before + 1)
  })
})

describe('the same credit command', () => {
  it('run twice under one request id posts once, and prints the same', async () => {
    const before = await movements()
    const first = await tollgate(...CREDIT, '--request-id', 'twice')
    const stdout = await balanceLine()
    expect(first).toEqual({ exitCode: 0, stdout, stderr: '' })
    // It is the first answer, whatever happens to the account in between.
    await tollgate('accounts', 'credit', ACCOUNT, '-0.25', '--reason', 'fee', '--actor', 'ann')
    expect(await tollgate(...CREDIT, '--request-id', 'twice')).toEqual({ exitCode: 0, stdout, stderr: REPEATED })
    expect(await movements()).toBe(before + 2)
  })

  it('run by two processes at once under one request id posts once', async () => {
    const before = await movements()
    const both = await Promise.all([1, 2].map(() => tollgate(...CREDIT, '--request-id', 'at once')))
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0])
    const stdout = await balanceLine()
    expect(both.map((ended) => ended.stdout)).toEqual([stdout, stdout])
    expect(both.map((ended) => ended.stderr).toSorted()).toEqual(['', REPEATED])
    expect(await movements()).toBe(before + 1)
  })

  it('without a request id posts each time', async () => {
    const before = await movements()
    for (const ended of [await tollgate(...CREDIT), await tollgate(...CREDIT)]) {
      expect(ended.stderr).toMatch(
        /^request id [0-9a-f-]{36}; if this command is interrupted, run the same command again with /,
      )
      expect(ended.exitCode).toBe(0)
    }
    expect(await movements()).toBe(before + 2)
  })

  it.each([
    ['with another amount', ['accounts', 'credit', ACCOUNT, '5.01', '--reason', 'goodwill', '--actor', 'ann']],
    ['with another reason', ['accounts', 'credit', ACCOUNT, '5.00', '--reason', 'other', '--actor', 'ann']],
  ])('%s under a used request id is refused', async (_, other) => {
    await tollgate(...CREDIT, '--request-id', 'used')
    const before = await movements()
    expect(await tollgate(...other, '--request-id', 'used')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'tollgate: request id used was already used with another amount, reason or actor; nothing was posted\n',
    })
    expect(await movements()).toBe(before)
  })

  it('with an invalid request id is wrong usage', async () => {
    expect(await tollgate(...CREDIT, '--request-id', 'é')).toMatchObject({ exitCode: 2, stdout: '' })
  })
})
