/** A share of mails ends only when each of its mails has ended, whatever one of them throws. */
import { expect, it } from 'vitest'
import { mailCounter, sendMails } from '../../src/mail/send-mails.ts'
import type { MailTransport, SendOutcome } from '../../src/mail/transport.ts'
import { createLog } from '../../src/platform/log.ts'
import { Registry } from '../../src/platform/metrics.ts'
import type { Pool } from '../../src/platform/postgres.ts'

const AT = '2026-11-01T00:00:00.000000Z'

const claimed = (mailId: bigint, figures: unknown) => ({
  mail_id: mailId,
  account_id: 'acme',
  contact_id: 'ana',
  kind: 'low',
  figures,
  message_id: `00000000-0000-4000-8000-00000000000${mailId}`,
  tries: 1,
  is_too_old: false,
  is_superseded: false,
  is_over: false,
  currency: 'EUR',
  contact: { email: 'ana@acme.example', locale: 'en', role: 'admin' },
  brand: null,
  last4: null,
  admins: [],
})

it('notes a mail that is delivered after another one of its share has thrown', async () => {
  const noted: unknown[] = []
  const mails = [claimed(1n, null), claimed(2n, { balance: '9.000000', level: '10.000000', at: AT, by: 'balance' })]
  const query = async (statement: string | { name: string }, values: readonly unknown[] = []) => {
    if (typeof statement !== 'string') return { rows: mails }
    if (statement.includes('update tollgate.mails')) noted.push([values[0], values[2]])
    return { rows: [{ seconds: null }] }
  }
  const answer = Promise.withResolvers<SendOutcome>()
  const transport: MailTransport = { send: () => answer.promise, close: () => {} }
  const sender = {
    address: 'billing@phone.example',
    product: 'Phone',
    seller: null,
    dashboardUrl: null,
    brandColor: '#1f5fd6',
    isSandbox: false,
  }
  const server = { host: 'localhost', port: 25, isSecure: false, tls: 'never', login: null } as const
  const sending = sendMails(
    {
      pool: { query } as unknown as Pool,
      transport,
      settings: { server, sender, locale: 'en', timeZone: 'UTC' },
      sent: mailCounter(new Registry()),
      log: createLog('silent'),
    },
    new AbortController().signal,
  )
  let hasEnded = false
  const ended = sending.finally(() => {
    hasEnded = true
  })
  ended.catch(() => {})
  // Figures that no version of the program writes: wording the first mail throws at once.
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(hasEnded).toBe(false)
  answer.resolve({ kind: 'delivered' })
  await expect(ended).rejects.toThrow(TypeError)
  expect(noted).toEqual([[2n, 'sent']])
})
