/** Mail from its cause to the mailbox: who gets which mail, only once, its wording, and the effects of a server's answers. */
import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Contact } from '../../src/core/settings/contacts.ts'
import { readUsage } from '../../src/core/usage/read.ts'
import { setAlertLevels } from '../../src/ledger/accounts/set-alert-levels.ts'
import { setContacts } from '../../src/ledger/accounts/set-contacts.ts'
import { withContentHash } from '../../src/ledger/batch/usage-batch.ts'
import { writeExpiringMails } from '../../src/ledger/mail/expiring-methods.ts'
import { insertExportMail } from '../../src/ledger/mail/export-mail.ts'
import { deleteOldMails, dropUnsendableMails } from '../../src/ledger/mail/old-mails.ts'
import { mailCounter, sendMails } from '../../src/mail/send-mails.ts'
import { mailSettings } from '../../src/mail/settings.ts'
import { type MailTransport, openTransport } from '../../src/mail/transport.ts'
import { parseConfig } from '../../src/platform/config.ts'
import { Registry } from '../../src/platform/metrics.ts'
import { inTransaction } from '../../src/platform/postgres.ts'
import { testAccount, usageFields } from '../support/catalog.ts'
import { adjust, apply } from '../support/ledger.ts'
import { CERTIFICATE_FILE, startMailServer, type TestMailServer } from '../support/mail-server.ts'
import { type Card, openTestPayments, type TestPayments } from '../support/payments.ts'
import { runTollgate } from '../support/tollgate.ts'

const ANA: Contact = { id: 'ana', email: 'ana@acme.example', locale: 'de-DE', role: 'admin' }
const BEN: Contact = { id: 'ben', email: 'ben@acme.example', locale: 'en-GB', role: 'billing' }
const PASSWORD = 'planted-secret-of-smtp'
const UNUSED_PORT = 1

let payments: TestPayments
let server: TestMailServer
let opened = 0
const logged: string[] = []
const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) })
const transports: MailTransport[] = []

beforeAll(async () => {
  payments = await openTestPayments()
})

beforeEach(async () => {
  server = await startMailServer()
  logged.length = 0
})

afterEach(async () => {
  closeTransports()
  await server.close()
  await payments.pool.query(`delete from tollgate.mails`)
})

/** A closing server waits for its connections. */
function closeTransports(): void {
  for (const transport of transports.splice(0)) transport.close()
}

afterAll(async () => {
  await payments?.close()
})

/** It starts with 50.00; the custom level is 30.00, the low level 10.00. */
async function open(contacts: readonly Contact[] = [ANA, BEN]): Promise<string> {
  const accountId = `mailed-${++opened}`
  await apply(payments, [testAccount({ accountId, contacts })])
  await setAlertLevels(payments, accountId, { customMicros: 30_000_000n, actor: 'test' })
  await adjust(payments, accountId, 50_000_000n)
  return accountId
}

const spend = (accountId: string, micros: bigint) => adjust(payments, accountId, -micros, 'spent')

/** 20.00 is charged while the balance is below 10.00. */
async function openWithCard(card: Card, contacts?: readonly Contact[]): Promise<string> {
  const accountId = await open(contacts)
  const methodId = await payments.addCard(accountId, card)
  await payments.save(accountId, {}, methodId)
  return accountId
}

async function mailsOf(accountId: string): Promise<string[]> {
  const { rows } = await payments.pool.query<{ text: string }>(
    `select concat_ws(' ', kind, contact_id, state, reason) as text from tollgate.mails
      where account_id = $1 order by mail_id`,
    [accountId],
  )
  return rows.map(({ text }) => text)
}

interface SenderOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly port?: number
}

function sender({ environment = {}, port = server.port }: SenderOptions = {}) {
  const env = {
    TOLLGATE_SMTP_URL: `smtp://127.0.0.1:${port}`,
    TOLLGATE_SMTP_TLS: 'never',
    TOLLGATE_MAIL_FROM: 'billing@phone.example',
    TOLLGATE_PRODUCT: 'Phone',
    TOLLGATE_SELLER: 'Phone Ltd',
    TOLLGATE_DASHBOARD_URL: 'https://phone.example/billing',
    ...environment,
  }
  const settings = mailSettings(parseConfig(env, ['mail', 'brand']), true)!
  const transport = openTransport(settings.server, settings.sender, 5)
  transports.push(transport)
  const registry = new Registry()
  const parts = { pool: payments.pool, transport, settings, sent: mailCounter(registry), log }
  return {
    /** Sends until nothing is due. */
    async send() {
      while ((await sendMails(parts, new AbortController().signal)).hasMore) {}
    },
    async counts() {
      const { values } = await registry.getSingleMetric('tollgate_mails_total')!.get()
      return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]))
    },
  }
}

const due = (kind = '%') =>
  payments.pool.query(`update tollgate.mails set next_try_at = now() where state = 'waiting' and kind like $1`, [kind])

describe('a balance that falls', () => {
  it('through three levels at once is mailed once to each contact, about the gravest', async () => {
    const account = await open()
    await spend(account, 50_000_001n)
    expect(await mailsOf(account)).toEqual(['exhausted ana waiting', 'exhausted ben waiting'])
  })

  it('through them one by one is mailed for each, and not again while it fluctuates', async () => {
    const account = await open([ANA])
    for (const micros of [25_000_000n, 1n, 16_000_000n, -1_000n, 1_001n, 9_000_000n]) await spend(account, micros)
    expect(await mailsOf(account)).toEqual(['custom_level ana waiting', 'low ana waiting', 'exhausted ana waiting'])
    // In a short time, where readers need only the last one.
    await sender().send()
    expect(server.received.map(({ subject }) => subject)).toEqual(['Das Guthaben ist aufgebraucht'])
    expect(await mailsOf(account)).toEqual([
      'custom_level ana dropped a lower level was crossed in the meantime',
      'low ana dropped a lower level was crossed in the meantime',
      'exhausted ana sent',
    ])
  })

  it('in a usage batch is mailed in its transaction, once per account', async () => {
    const accounts = [await open(), await open([ANA])]
    const events = accounts.flatMap((account_id) =>
      Array.from({ length: 3 }, (_, i) => {
        const fields = { type: 'other', event_id: `lookups-${i}`, account_id, sku: 'number-lookup', quantity: 5_000 }
        const read = readUsage(usageFields(fields))
        if ('refusal' in read) throw new Error(read.refusal.detail)
        return read.event
      }),
    )
    const usage = events.map((event, i) => {
      const source = { topic: 'test', partition: 0, offset: BigInt(i), key: null, value: null, headers: [] }
      return withContentHash(event, source)
    })
    await payments.ledger.recordBatch({ usage, refusedMessages: [], offsets: [] })
    expect(await mailsOf(accounts[0]!)).toEqual(['exhausted ana waiting', 'exhausted ben waiting'])
    expect(await mailsOf(accounts[1]!)).toEqual(['exhausted ana waiting'])
    await sender().send()
    expect(server.received.find(({ to }) => to === BEN.email)!.text).toContain('more than €10.00 is added')
  })

  it('below a level that was raised is mailed too', async () => {
    const account = await open([ANA])
    await setAlertLevels(payments, account, { lowMicros: 60_000_000n, actor: 'test' })
    await sender().send()
    expect(server.received[0]!.text).toContain('Ihr Hinweis ist auf 60,00')
  })

  it('of an account without contacts, or of a closed one, is not mailed', async () => {
    const none = await open([])
    const closed = await open()
    await payments.pool.query(
      `update tollgate.accounts set closed_at = now(), closed_by = 'test' where account_id = $1`,
      [closed],
    )
    for (const account of [none, closed]) {
      await spend(account, 60_000_000n)
      expect(await mailsOf(account)).toEqual([])
    }
  })

  it('is one mail, to the admin, if contacts share an address', async () => {
    const account = await open([{ ...BEN, email: 'ANA@acme.example' }, ANA])
    await spend(account, 60_000_000n)
    expect(await mailsOf(account)).toEqual(['exhausted ana waiting'])
  })
})

describe('a top-up', () => {
  it('that succeeds is mailed, and only admins see the card', async () => {
    const account = await openWithCard('good')
    await spend(account, 45_000_000n)
    await payments.pool.query(`delete from tollgate.mails`)
    await payments.settle()
    expect(await mailsOf(account)).toEqual(['credit_added ana waiting', 'credit_added ben waiting'])
    await sender().send()
    const [ana, ben] = ['ana@acme.example', 'ben@acme.example'].map(
      (to) => server.received.find((one) => one.to === to)!,
    )
    expect(ana!.text).toContain('von Visa 4242')
    expect(ben!.text).not.toMatch(/Visa|4242/)
    expect(ben!.text).toContain('€20.00 added.')
  })

  it('that is declined is mailed the first time, and when it pauses', async () => {
    const account = await openWithCard('noFunds', [ANA])
    await spend(account, 45_000_000n)
    await payments.settle()
    const kinds = async () => (await mailsOf(account)).map((text) => text.split(' ')[0])
    expect(await kinds()).toEqual(['low', 'declined'])
    await payments.pass(2)
    await payments.settle()
    expect(await kinds()).toEqual(['low', 'declined'])
    await payments.pass(30)
    await payments.settle()
    expect(await kinds()).toEqual(['low', 'declined', 'paused'])
  })

  it('that needs approval is mailed only to admins, and not after it has ended', async () => {
    const account = await openWithCard('needsApproval')
    await spend(account, 45_000_000n)
    await payments.pool.query(`delete from tollgate.mails`)
    await payments.settle()
    expect(await mailsOf(account)).toEqual(['approval ana waiting'])
    await payments.pool.query(`update tollgate.mails set figures = figures || '{"until": "2026-01-01T00:00:00Z"}'`)
    await sender().send()
    expect(await mailsOf(account)).toEqual(['approval ana dropped it no longer applied'])
    expect(server.received).toEqual([])
  })

  it('whose payment is disputed is mailed once: that money was withdrawn, and that it is paused', async () => {
    const account = await openWithCard('disputed', [ANA])
    await spend(account, 45_000_000n)
    await payments.pool.query(`delete from tollgate.mails`)
    await payments.settle()
    await payments.tend()
    await payments.settle()
    const mails = await mailsOf(account)
    expect(mails.filter((text) => text.startsWith('taken_back'))).toEqual(['taken_back ana waiting'])
    expect(mails.filter((text) => text.startsWith('paused'))).toEqual([])
    await sender().send()
    expect(server.received.map(({ text }) => text).join()).toMatch(
      /zurückgebucht[\s\S]*automatische Aufladung ist angehalten/,
    )
  })

  it('that a limit forbids is mailed once', async () => {
    const account = await openWithCard('good', [ANA])
    await spend(account, 250_000_000n)
    await payments.settle()
    await payments.tend()
    const mails = await mailsOf(account)
    expect(mails.filter((text) => text.startsWith('limit_reached'))).toEqual(['limit_reached ana waiting'])
    expect(mails.filter((text) => text.startsWith('credit_added'))).toHaveLength(5)
  })
})

describe('a mail', () => {
  it('is in the contact’s language, from the product, with one link and its row’s Message-ID', async () => {
    const account = await open([ANA, BEN, { id: 'chi', email: 'chi@acme.example', locale: 'zh-CN', role: 'billing' }])
    await spend(account, 53_419_999n)
    await sender().send()
    const byTo = new Map(server.received.map((one) => [one.to, one]))
    expect([...byTo].map(([to, { subject }]) => [to, subject]).toSorted()).toEqual([
      ['ana@acme.example', 'Das Guthaben ist aufgebraucht'],
      ['ben@acme.example', 'Credit has run out'],
      ['chi@acme.example', 'Credit has run out'],
    ])
    const { headers, text, html } = byTo.get('ben@acme.example')!
    expect(headers).toContain('From: Phone <billing@phone.example>')
    expect(headers).toContain('Auto-Submitted: auto-generated')
    expect(headers).toContain('Content-Language: en')
    expect(text).toContain('Calls work again once more than €3.42 is added.')
    expect(text).toContain('Ask an admin: ana.')
    expect(`${text}${html}`.match(/https?:[^"\s]*/g)).toEqual(Array(2).fill('https://phone.example/billing'))
    const { rows } = await payments.pool.query<{ id: string }>('select message_id::text as id from tollgate.mails')
    expect(server.received.map(({ messageId }) => messageId).toSorted()).toEqual(
      rows.map(({ id }) => `<${id}@phone.example>`).toSorted(),
    )
    expect(await mailsOf(account)).toEqual(['exhausted ana sent', 'exhausted ben sent', 'exhausted chi sent'])
  })

  it('goes out once, however many send', async () => {
    const accounts = await Promise.all(Array.from({ length: 15 }, () => open()))
    for (const account of accounts) await spend(account, 60_000_000n)
    await Promise.all([sender(), sender(), sender()].map((one) => one.send()))
    await sender().send()
    expect(server.received).toHaveLength(30)
    expect(new Set(server.received.map(({ messageId }) => messageId)).size).toBe(30)
  })

  it('goes to the contact’s current address, and to no removed contact', async () => {
    const account = await open()
    await spend(account, 60_000_000n)
    const contacts = [{ ...ANA, email: 'ana@elsewhere.example' }]
    await setContacts(payments, account, { contacts, actor: 'test' }, null)
    await sender().send()
    expect(server.received.map(({ to }) => to)).toEqual(['ana@elsewhere.example'])
    expect(await mailsOf(account)).toEqual(['exhausted ana sent', 'exhausted ben dropped the contact was removed'])
  })

  it('of an export goes only to its requester, once, and only to a contact', async () => {
    const account = await open()
    const nowMicros = Date.now() * 1_000
    const period = { fromMicros: 1_790_000_000_000_000, toMicros: 1_792_000_000_000_000, timeZone: 'Europe/Berlin' }
    const summary = {
      ...{ openingMicros: 12_100_000n, addedMicros: 150_000_000n, usedMicros: 140_020_000n, otherMicros: 0n },
      ...{ closingMicros: 22_080_000n, movements: 1, expiresAtMicros: nowMicros + 86_400_000_000 },
    }
    const write = (requestedBy: string) =>
      inTransaction(payments.pool, (connection) =>
        insertExportMail(
          connection,
          { accountId: account, exportId: 'export-1', requestedBy, ...period },
          summary,
          nowMicros,
        ),
      )
    expect([await write('ben'), await write('ben'), await write('somebody')]).toEqual([true, false, false])
    await sender().send()
    const plain = (text: string) => text.replace(/[\u2009\u00a0\u202f]/g, ' ')
    expect(server.received.map(({ to, subject }) => `${to}: ${plain(subject)}`)).toEqual([
      'ben@acme.example: Your export is ready: 21 Sept – 14 Oct 2026 (Europe/Berlin)',
    ])
    expect(server.received[0]!.text).toContain(
      'Opening €12.10, added €150.00, used −€140.02, other €0.00, closing €22.08. 1 movement.',
    )
  })

  it('about a card that expires within 30 days is written once', async () => {
    const account = await openWithCard('good', [ANA])
    const expire = (months: number) =>
      payments.pool.query(
        `update tollgate.payment_methods
            set (expiry_year, expiry_month) = (select extract(year from d)::integer, extract(month from d)::integer
                   from (select now() at time zone 'UTC' + make_interval(months => $2)) as t (d)) where account_id = $1`,
        [account, months],
      )
    await expire(2)
    await writeExpiringMails(payments.pool)
    expect(await mailsOf(account)).toEqual([])
    // The current month ends within 31 days; on its first day that is not yet within 30.
    await expire(0)
    const isWithin = new Date(Date.now() + 30 * 86_400_000).getUTCMonth() !== new Date().getUTCMonth()
    await writeExpiringMails(payments.pool, { methodsPerPage: 1 })
    for (let i = 0; i < 3; i++) await writeExpiringMails(payments.pool)
    expect(await mailsOf(account)).toEqual(isWithin ? ['method_expiring ana waiting'] : [])
  })
})

describe('a server', () => {
  it('that refuses for good gets no retry, and operators see why, without the address', async () => {
    const account = await open()
    await spend(account, 60_000_000n)
    server.behave(({ to }) => (to === BEN.email ? { code: 550, text: `5.1.1 <${to}> is unknown` } : null))
    const one = sender()
    await one.send()
    await due()
    await one.send()
    expect(server.received.map(({ to }) => to)).toEqual([ANA.email])
    expect(await mailsOf(account)).toEqual([
      'exhausted ana sent',
      'exhausted ben refused 550 5.1.1 (address) is unknown',
    ])
    expect(await one.counts()).toEqual({ sent: 1, refused: 1 })
    const listed = await runTollgate(
      { TOLLGATE_DATABASE_URL: payments.database.url },
      'mail',
      'list',
      '--state',
      'refused',
    )
    expect(listed.stdout).toContain('550 5.1.1 (address) is unknown')
    expect(listed.stdout).toContain(account)
    expect(listed.stdout + logged.join('')).not.toMatch(/@acme/)
  })

  it('that refuses temporarily, or is unreachable, gets a retry, under the same Message-ID', async () => {
    const account = await open([ANA])
    await spend(account, 60_000_000n)
    const ids: string[] = []
    server.behave(({ stage }) => (stage === 'data' ? { code: 451, text: '4.7.1 try again' } : null))
    const one = sender()
    await one.send()
    expect(await mailsOf(account)).toEqual(['exhausted ana waiting 451 4.7.1 try again'])
    await one.send()
    expect(await one.counts()).toEqual({ failed: 1 })
    await due()
    await sender({ port: UNUSED_PORT }).send()
    expect((await mailsOf(account))[0]).toMatch(/waiting ESOCKET: .*ECONNREFUSED/)
    server.behave(() => null)
    await due()
    await one.send()
    ids.push(...server.received.map(({ messageId }) => messageId))
    const { rows } = await payments.pool.query<{ id: string; tries: number }>(
      'select message_id::text as id, tries from tollgate.mails',
    )
    expect(ids).toEqual([`<${rows[0]!.id}@phone.example>`])
    expect(rows[0]!.tries).toBe(3)
    expect(await mailsOf(account)).toEqual(['exhausted ana sent'])
  })

  it('that rejects the login loses no mail: it is sent once an operator has fixed the login', async () => {
    const account = await open([ANA])
    await spend(account, 60_000_000n)
    const locked = await startMailServer({ login: { user: 'tollgate', password: PASSWORD } })
    try {
      const login = { TOLLGATE_SMTP_USER: 'tollgate', TOLLGATE_SMTP_PASSWORD: 'a wrong one' }
      await sender({ environment: login, port: locked.port }).send()
      expect((await mailsOf(account))[0]).toMatch(/^exhausted ana waiting 535/)
    } finally {
      closeTransports()
      await locked.close()
    }
  })

  it.each<['starttls' | 'tls', string, string]>([
    ['starttls', 'smtp', 'required'],
    ['tls', 'smtps', 'required'],
  ])('is spoken to over %s, with a login, where its certificate is good', async (tls, protocol, mode) => {
    const account = await open([ANA])
    await spend(account, 60_000_000n)
    const secure = await startMailServer({ tls, login: { user: 'tollgate', password: PASSWORD } })
    const environment = {
      TOLLGATE_SMTP_URL: `${protocol}://localhost:${secure.port}`,
      TOLLGATE_SMTP_TLS: mode,
      TOLLGATE_SMTP_USER: 'tollgate',
      TOLLGATE_SMTP_PASSWORD: PASSWORD,
    }
    const trusted = getCACertificates('default')
    try {
      await sender({ environment }).send()
      expect((await mailsOf(account))[0]).toMatch(/^exhausted ana waiting .*self-signed certificate/)
      setDefaultCACertificates([...trusted, readFileSync(CERTIFICATE_FILE, 'utf8')])
      await due()
      await sender({ environment }).send()
      expect(secure.received.map(({ isOverTls, user }) => [isOverTls, user])).toEqual([[true, 'tollgate']])
    } finally {
      setDefaultCACertificates(trusted)
      closeTransports()
      await secure.close()
    }
  })

  it('without TLS gets neither mail nor password if TLS is required', async () => {
    const account = await open([ANA])
    await spend(account, 60_000_000n)
    const environment = {
      TOLLGATE_SMTP_TLS: 'required',
      TOLLGATE_SMTP_USER: 'tollgate',
      TOLLGATE_SMTP_PASSWORD: PASSWORD,
    }
    await sender({ environment }).send()
    expect(server.received).toEqual([])
    expect((await mailsOf(account))[0]).toMatch(/^exhausted ana waiting/)
    expect(logged.join('')).not.toContain(PASSWORD)
  })
})

describe('mails that pile up', () => {
  it('are dropped without a server, after a while, with a reason', async () => {
    const account = await open([ANA])
    await spend(account, 60_000_000n)
    expect(await dropUnsendableMails(payments.pool, { afterSeconds: 3_600 })).toEqual({ count: 0, hasMore: false })
    await payments.pool.query(`update tollgate.mails set next_try_at = now() - interval '2 hours'`)
    expect(await dropUnsendableMails(payments.pool, { afterSeconds: 3_600, mailsPerPage: 1 })).toEqual({
      count: 1,
      hasMore: true,
    })
    expect(await mailsOf(account)).toEqual(['exhausted ana dropped no SMTP server is configured'])
  })

  it('are not sent after 3 days, and deleted after 30', async () => {
    const account = await open([ANA])
    await spend(account, 60_000_000n)
    const age = (days: number) =>
      payments.pool.query(`update tollgate.mails set created_at = now() - make_interval(days => $1)`, [days])
    await age(4)
    await sender().send()
    expect(await mailsOf(account)).toEqual(['exhausted ana dropped it could not be sent for 3 days'])
    await age(29)
    expect((await deleteOldMails(payments.pool)).count).toBe(0)
    await age(31)
    expect((await deleteOldMails(payments.pool)).count).toBe(1)
    expect(server.received).toEqual([])
  })
})

it('no secret, card number or phone number is in a mail, a row or the log', async () => {
  const account = await openWithCard('noFunds')
  await spend(account, 45_000_000n)
  await payments.settle()
  server.behave(({ to, stage }) => (stage === 'data' && to === BEN.email ? { code: 550, text: `no ${to}` } : null))
  await sender({ environment: {} }).send()
  const { rows } = await payments.pool.query<{ text: string }>('select m::text as text from tollgate.mails m')
  const all = [
    ...server.received.map(({ raw, text, html }) => `${raw} ${text} ${html}`),
    ...rows.map(({ text }) => text),
    ...logged,
  ]
  expect(all.length).toBeGreaterThan(4)
  expect(all.join('\n')).not.toMatch(/4000000000009995|insufficient_funds|pm_|tollgate-|action_url/)
  expect([...rows.map(({ text }) => text), ...logged].join('\n')).not.toMatch(/@acme/)
  expect(account).toBeTruthy()
})
