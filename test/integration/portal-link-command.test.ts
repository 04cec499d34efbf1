/** `tollgate portal-link`, run as by a person: its link opens the page, and its maker is recorded. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPortalSession } from '../../src/ledger/access/portal-sessions.ts'
import { testAccount } from '../support/catalog.ts'
import { apply, openTestLedger, type TestLedger } from '../support/ledger.ts'
import { type Ended, runTollgate } from '../support/tollgate.ts'

let ledger: TestLedger

beforeAll(async () => {
  ledger = await openTestLedger()
  const contacts = [{ id: 'ann', email: 'ann@acme.example', locale: 'de-AT', role: 'admin' as const }]
  await apply(ledger, [testAccount({ accountId: 'acme', contacts })])
})

afterAll(async () => {
  await ledger?.close()
})

const PAGE = {
  TOLLGATE_PRODUCT: 'Harbor Cloud',
  TOLLGATE_SELLER: 'Harbor Telecom GmbH',
  TOLLGATE_DASHBOARD_URL: 'https://dashboard.example',
}

function portalLink(args: readonly string[], environment: Record<string, string> = PAGE): Promise<Ended> {
  return runTollgate({ TOLLGATE_DATABASE_URL: ledger.database.url, ...environment }, 'portal-link', ...args)
}

const ANN = ['--account', 'acme', '--person', 'ann', '--role', 'member', '--actor', 'olga']

async function lastRow() {
  const { rows } = await ledger.pool.query(
    `select account_id, person_id, person_name, role, locale, created_by, opened_at is not null as is_open
       from tollgate.portal_sessions order by created_at desc limit 1`,
  )
  return rows[0]
}

it('prints a link, alone on standard output, that opens the page as that person', async () => {
  const made = await portalLink(ANN, { ...PAGE, TOLLGATE_API_URL: 'https://billing.example' })
  expect(made).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('the link opens the page once, before') })
  const [, token] = /^https:\/\/billing\.example\/portal\/open\?token=([\w-]{22})\n$/.exec(made.stdout)!
  expect(await openPortalSession(ledger.pool, token!, [])).toMatchObject({ accountId: 'acme' })
  const row = { account_id: 'acme', person_id: 'ann', person_name: 'ann', role: 'member', locale: 'de-AT' }
  expect(await lastRow()).toEqual({ ...row, created_by: 'olga', is_open: true })
})

it('prints it as JSON, for this machine if no address is configured', async () => {
  const { stdout } = await portalLink([...ANN, '--name', 'Ann A.', '--locale', 'fr', '--json'])
  expect(JSON.parse(stdout)).toEqual({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:8090\/portal\/open\?token=/),
    expires_at: expect.any(String),
    account_id: 'acme',
    person_id: 'ann',
    role: 'member',
    locale: 'fr',
  })
  expect(await lastRow()).toMatchObject({ person_name: 'Ann A.', is_open: false })
})

it.each<[string, string[], Record<string, string>, number, string]>([
  ['an unknown account', ['--account', 'nobody'], PAGE, 1, 'there is no account nobody'],
  ['another role', ['--role', 'operator'], PAGE, 2, '--role must be admin or member'],
  ['a blank person', ['--person', ' '], PAGE, 2, '--person and --name must be'],
  ['an invalid locale', ['--locale', 'de-a'], PAGE, 2, '--locale must be'],
  ['no billing page', [], {}, 2, 'the billing page is not configured'],
  ['half of its configuration', [], { TOLLGATE_PRODUCT: 'Harbor' }, 2, 'TOLLGATE_SELLER: is required'],
  ['no TLS', [], { ...PAGE, TOLLGATE_API_URL: 'http://billing.example' }, 2, 'without TLS'],
])('is refused with %s', async (_what, args, environment, exitCode, why) => {
  const before = await lastRow()
  expect(await portalLink([...ANN, ...args], environment)).toMatchObject({
    exitCode,
    stdout: '',
    stderr: expect.stringContaining(why),
  })
  expect(await lastRow()).toEqual(before)
})
