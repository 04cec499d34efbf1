/**
 * Automatic top-up as a platform meets it: usage sent and credit followed in Python, by the code of docs/PRODUCERS.md and
 * docs/CONSUMERS.md, from a service with all its roles.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Serve, startServe } from '../../stack/serve.ts'
import { turnAutoTopUpOn } from '../../testkit/auto-top-up.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { adjust, apply } from '../support/ledger.ts'
import { CARDS } from '../support/payments.ts'
import { runPython, testPython } from '../support/python.ts'
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts'
import { findFaults } from '../support/verified.ts'

const DOCS = join(import.meta.dirname, '../../docs')
const ACCOUNT = 'runs-low'
/** 300 at 0.004 each cost 1.20, of the 1.00 that there is. */
const QUANTITY = 300
/** Far longer than anything here takes: a busy machine may stand still for seconds. */
const SOON_SECONDS = 20

interface Seen {
  readonly 'credit.top-ups.v1': readonly { kind: string; amount: string; after_seconds: number }[]
  readonly 'credit.balance-changed.v1': readonly { cause: string; balance_before: string; balance_after: string }[]
  readonly 'credit.service-status.v1': readonly { status: string; since: string }[]
}

let installation: TestInstallation
let sandbox: TestSandbox
let serve: Serve
let seen: Seen

beforeAll(async () => {
  const python = await testPython()
  installation = await createInstallation()
  sandbox = openTestSandbox(installation)
  await apply(installation, [{ ...installation.accounts[0]!, accountId: ACCOUNT, contacts: [] }])
  await adjust(installation, ACCOUNT, 1_000_000n)
  const figures = { thresholdMicros: 500_000n, amountMicros: 20_000_000n }
  await turnAutoTopUpOn(installation, sandbox.desk, { accountId: ACCOUNT, number: CARDS.good, ...figures })
  serve = await startServe(installation.environment)
  const pages = ['PRODUCERS.md', 'CONSUMERS.md'].map((name) => join(DOCS, name))
  seen = await runPython<Seen>(python, installation, ['top_ups.py', ...pages, ACCOUNT, String(QUANTITY)])
})

afterAll(async () => {
  await serve?.stop()
  await sandbox?.drop()
  await installation?.close()
})

describe('usage that takes an account below its threshold, and below zero', () => {
  it('is followed by a top-up, requested and succeeded soon', () => {
    const steps = seen['credit.top-ups.v1']
    expect(steps.map(({ kind }) => kind)).toEqual(['requested', 'charging', 'succeeded'])
    for (const step of steps) {
      expect(step).toMatchObject({ account_id: ACCOUNT, trigger: 'automatic', amount: '20.000000' })
      expect(step.after_seconds).toBeLessThan(SOON_SECONDS)
    }
  })

  it('is followed by a balance of exactly the previous one plus the amount', () => {
    expect(seen['credit.balance-changed.v1']).toMatchObject([
      { cause: 'usage', balance_after: '-0.200000' },
      { cause: 'top_up', balance_before: '-0.200000', balance_after: '19.800000' },
    ])
  })

  it('blocks the account until the payment was confirmed, and not much longer', async () => {
    const statuses = seen['credit.service-status.v1']
    expect(statuses.map(({ status }) => status)).toEqual(['blocked', 'active'])
    const [payment] = await sandbox.desk.listPayments(ACCOUNT, { after: null, limit: 2 })
    const confirmedAtMicros = payment!.transfers[0]!.doneAtMicros!
    const activeForMs = Date.parse(statuses[1]!.since) - confirmedAtMicros / 1000
    expect(activeForMs).toBeGreaterThan(-1)
    expect(activeForMs).toBeLessThan(SOON_SECONDS * 1_000)
  })

  it('is paid once, and verification finds no fault', async () => {
    const payments = await sandbox.desk.listPayments(ACCOUNT, { after: null, limit: 2 })
    expect(payments).toMatchObject([{ state: 'succeeded', amountMicros: 20_000_000n }])
    expect((await findFaults(installation)).faults).toEqual([])
  })
})
