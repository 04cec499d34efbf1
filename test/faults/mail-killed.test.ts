/**
 * Mail senders under SIGKILL, as separate processes, with a server that first refuses mail and then accepts it: each contact
 * gets each mail once. If one is sent twice, because the killed process had no time to record the answer, it is the same mail.
 * Claims of dead processes are released at once; normally that takes two minutes.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Serve, startServe } from '../../stack/serve.ts'
import { turnAutoTopUpOn } from '../../testkit/auto-top-up.ts'
import { createRandom } from '../../testkit/random.ts'
import { until } from '../../testkit/until.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { adjust, apply } from '../support/ledger.ts'
import { startMailServer, type TestMailServer } from '../support/mail-server.ts'
import { CARDS } from '../support/payments.ts'
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts'

const SEED = Number(process.env.TOLLGATE_TEST_SEED ?? 7)
const KILLS = Number(process.env.TOLLGATE_TEST_KILLS ?? 4)
const ACCOUNTS = 20
const PASSWORD = 'planted-secret-of-smtp'

/** Sessions that wait for a lock on mails. */
const WAITING = `wait_event_type = 'Lock' and query like '%tollgate.mails%' and datname = current_database()`

let installation: TestInstallation
let sandbox: TestSandbox
let server: TestMailServer
const logs: string[] = []
const started: Serve[] = []

beforeAll(async () => {
  installation = await createInstallation()
  sandbox = openTestSandbox(installation)
  server = await startMailServer({ login: { user: 'tollgate', password: PASSWORD } })
})

beforeEach(async () => {
  await installation.pool.query('delete from tollgate.mails')
  server.behave(() => null)
})

afterAll(async () => {
  // Processes left over after a failure; otherwise there are none.
  await Promise.all(started.map((serve) => serve.stop('SIGKILL')))
  await sandbox?.drop()
  await server?.close()
  await installation?.close()
})

async function start(roles = 'jobs'): Promise<Serve> {
  const serve = await startServe({
    ...installation.environment,
    TOLLGATE_ROLES: roles,
    TOLLGATE_SMTP_URL: `smtp://127.0.0.1:${server.port}`,
    TOLLGATE_SMTP_TLS: 'never',
    TOLLGATE_SMTP_USER: 'tollgate',
    TOLLGATE_SMTP_PASSWORD: PASSWORD,
    TOLLGATE_MAIL_FROM: 'billing@phone.example',
    TOLLGATE_PRODUCT: 'Phone',
  })
  started.push(serve)
  return serve
}

async function kill(serve: Serve): Promise<void> {
  logs.push(readFileSync(serve.logFile, 'utf8'))
  await serve.stop('SIGKILL')
  await installation.pool.query(
    `update tollgate.mails set claimed_until = null, next_try_at = now() where state = 'waiting'`,
  )
}

/** Accounts with two contacts each, and 50.00. */
async function open(prefix: string, count: number): Promise<string[]> {
  const accountIds = Array.from({ length: count }, (_, i) => `${prefix}-${i}`)
  const contactsOf = (accountId: string) =>
    (['admin', 'billing'] as const).map((role) => {
      return { id: role, email: `${role}@${accountId}.example`, locale: 'en-US', role }
    })
  const [sample] = installation.accounts
  await apply(
    installation,
    accountIds.map((accountId) => ({ ...sample!, accountId, contacts: contactsOf(accountId) })),
  )
  for (const accountId of accountIds) await adjust(installation, accountId, 50_000_000n)
  return accountIds
}

const notSent = async () =>
  (
    await installation.pool.query<{ count: number }>(
      `select count(*)::integer as count from tollgate.mails where state <> 'sent'`,
    )
  ).rows[0]!.count

const deliveries = () => Map.groupBy(server.received, ({ messageId }) => messageId)

it('mail senders are killed in the middle of mails, and each mail arrives once', async () => {
  const random = createRandom(SEED)
  const accounts = await open('killed', ACCOUNTS)
  for (const accountId of accounts) await adjust(installation, accountId, -60_000_000n, 'spent')
  const before = server.received.length
  let refused = 0
  server.behave(({ stage }) => {
    refused++
    return stage === 'data' ? { code: 451, text: '4.3.0 try again later' } : null
  })
  let fleet = await Promise.all([start(), start()])
  await until('the server has refused them', async () => refused > 10)
  expect(server.received).toHaveLength(before)
  // Some mails are accepted; then the server hangs, and the senders die with those and all others that they hold.
  const takeSome = () => {
    let left = random.whole(6)
    server.behave(({ stage }) => (stage === 'data' && left-- <= 0 ? 'hang' : null))
  }
  takeSome()
  await installation.pool.query(`update tollgate.mails set next_try_at = now() where state = 'waiting'`)
  for (let killed = 0; killed < KILLS; killed++) {
    await until('a sender hangs', async () => server.hanging() > 0)
    await Promise.all(fleet.map(kill))
    if (killed + 1 < KILLS) takeSome()
    else server.behave(() => null)
    fleet = await Promise.all([start(), start()])
  }
  await installation.pool.query(`update tollgate.mails set next_try_at = now() where state = 'waiting'`)
  await until('all are sent', async () => (await notSent()) === 0)
  for (const serve of fleet) {
    logs.push(readFileSync(serve.logFile, 'utf8'))
    await serve.stop()
  }

  const { rows } = await installation.pool.query<{ id: string }>('select message_id::text as id from tollgate.mails')
  expect(rows).toHaveLength(2 * ACCOUNTS)
  const byId = deliveries()
  expect([...byId.keys()].toSorted()).toEqual(rows.map(({ id }) => `<${id}@phone.example>`).toSorted())
  // Only what a process held when it was killed, up to five mails, may be sent twice: the same mail.
  const twice = [...byId.values()].filter((same) => same.length > 1)
  expect(twice.length).toBeLessThanOrEqual(KILLS * 2 * 5)
  for (const same of byId.values()) {
    expect(new Set(same.map(({ to, subject, text }) => `${to} ${subject} ${text}`)).size).toBe(1)
    expect(same.length).toBeLessThanOrEqual(1 + KILLS)
  }
  const recipients = [...byId.values()].map(([first]) => first!.to)
  expect(new Set(recipients).size).toBe(2 * ACCOUNTS)
}, 300_000)

it('a sender killed between the answer and its record sends twice under one Message-ID', async () => {
  const [accountId] = await open('unnoted', 1)
  await adjust(installation, accountId!, -60_000_000n, 'spent')
  await installation.pool.query(`delete from tollgate.mails where contact_id = 'billing'`)
  server.behave(({ stage }) => (stage === 'data' ? 'hang' : null))
  const serve = await start()
  const to = `admin@${accountId}.example`
  await until('the mail waits for its answer', async () => server.hanging() === 1)
  const holding = await installation.pool.connect()
  try {
    await holding.query('begin; select 1 from tollgate.mails for update')
    server.release()
    await until('the note waits', async () => {
      const { rows } = await installation.pool.query(`select from pg_stat_activity where ${WAITING}`)
      return rows.length > 0
    })
    logs.push(readFileSync(serve.logFile, 'utf8'))
    await serve.stop('SIGKILL')
    // Otherwise the server would execute the dead process's statement once the lock is released.
    await installation.pool.query(`select pg_terminate_backend(pid, 5000) from pg_stat_activity where ${WAITING}`)
  } finally {
    await holding.query('rollback')
    holding.release()
  }
  const received = () => server.received.filter((one) => one.to === to)
  expect(received()).toHaveLength(1)
  expect(await notSent()).toBe(1)
  await installation.pool.query('update tollgate.mails set claimed_until = null')
  server.behave(() => null)
  const next = await start()
  await until('it is sent again', async () => (await notSent()) === 0)
  await next.stop()
  expect(received()).toHaveLength(2)
  expect(new Set(received().map(({ messageId }) => messageId)).size).toBe(1)
}, 120_000)

it('a first decline is in the mailbox within a minute of the debit that triggered the top-up', async () => {
  const [accountId] = await open('declined', 1)
  const figures = { thresholdMicros: 10_000_000n, amountMicros: 20_000_000n }
  await turnAutoTopUpOn(installation, sandbox.desk, { accountId: accountId!, number: CARDS.noFunds, ...figures })
  const serve = await start('payments,jobs')
  try {
    const spentAtMs = Date.now()
    await adjust(installation, accountId!, -45_000_000n, 'spent')
    const declined = () =>
      server.received.find((one) => one.to === `admin@${accountId}.example` && one.subject === '€20.00 was declined')
    await until('the decline is mailed', async () => declined() !== undefined, 60_000)
    expect(declined()!.atMs - spentAtMs).toBeLessThan(60_000)
    expect(declined()!.text).toContain("The card's funds or limit do not cover it.")
  } finally {
    logs.push(readFileSync(serve.logFile, 'utf8'))
    await serve.stop()
  }
}, 120_000)

it('no log contains the password or an address', () => {
  const text = logs.join('\n')
  expect(text).toContain('"msg"')
  expect(text).not.toContain(PASSWORD)
  expect(text).not.toMatch(/@(?:killed|unnoted|declined)-/)
  expect(text).not.toMatch(new RegExp(CARDS.noFunds))
})
