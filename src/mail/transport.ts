/**
 * The way to the SMTP server, and what its answers mean: delivered, refused for good, or worth another try. What a server says
 * may hold the address it was about, so that is taken out before anybody keeps it.
 */
import { createTransport } from 'nodemailer'
import type { Letter } from './letter.ts'
import type { MailSender, SmtpServer } from './settings.ts'

export interface OutgoingMail extends Letter {
  /** Of the address alone, which holds no white space. */
  readonly to: string
  /** What precedes the @ of its Message-ID. */
  readonly messageId: string
  /** As HTML's `lang`. */
  readonly language: string
}

export type SendOutcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused' | 'failed'; readonly reason: string }

export interface MailTransport {
  /** Never rejects. */
  send(mail: OutgoingMail): Promise<SendOutcome>
  close(): void
}

/** All that one mail may take; the silences below end it long before, unless a server answers by the drop. */
export const SEND_WITHIN_MS = 120_000
const CONNECT_WITHIN_MS = 10_000
const SILENT_MS = 20_000

export function openTransport(server: SmtpServer, sender: MailSender, connections: number): MailTransport {
  const { host, port, isSecure, tls, login } = server
  const transport = createTransport({
    host,
    port,
    secure: isSecure,
    requireTLS: tls === 'required',
    ignoreTLS: tls === 'never',
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password } }),
    pool: true,
    maxConnections: connections,
    connectionTimeout: CONNECT_WITHIN_MS,
    greetingTimeout: CONNECT_WITHIN_MS,
    dnsTimeout: CONNECT_WITHIN_MS,
    socketTimeout: SILENT_MS,
    // Nothing of a mail is ever read from a file or fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const domain = sender.address.slice(sender.address.lastIndexOf('@') + 1)
  return {
    async send({ to, subject, text, html, messageId, language }) {
      try {
        await transport.sendMail({
          from: { name: sender.product, address: sender.address },
          to: { name: '', address: to },
          subject,
          text,
          html,
          messageId: `<${messageId}@${domain}>`,
          headers: {
            'Content-Language': language,
            // Nobody's absence is told to a machine (RFC 3834).
            'Auto-Submitted': 'auto-generated',
            'X-Auto-Response-Suppress': 'All',
          },
        })
        return { kind: 'delivered' }
      } catch (error) {
        return outcomeOf(error as SmtpError)
      }
    },
    close: () => transport.close(),
  }
}

export interface SmtpError {
  readonly message?: string
  /** Of nodemailer: `EAUTH`, `ECONNECTION`, ... */
  readonly code?: string
  readonly command?: string
  /** Of the server: 550, ... */
  readonly responseCode?: number
  readonly response?: string
}

/**
 * A refusal is for good where it is of this recipient or this mail. What a server has against whoever sends (a login, a
 * sender, a connection without TLS) would be so for every mail: an operator mends it, and they are sent then.
 */
export function outcomeOf({ code, command, responseCode, response, message }: SmtpError): SendOutcome {
  const isOfThisMail = command === 'RCPT TO' || command === 'DATA' || command === 'RCPT' || code === 'EMESSAGE'
  const reason = withoutAddresses(response ?? `${code ?? 'failed'}: ${message ?? ''}`)
  return { kind: (responseCode ?? 0) >= 500 && isOfThisMail ? 'refused' : 'failed', reason }
}

const MAX_REASON = 300

/** In one line, as much of it as is kept. */
export function withoutAddresses(text: string): string {
  return text
    .replace(/\S+@\S+/g, '(address)')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_REASON)
}
