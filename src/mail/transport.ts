/**
 * Sends mails to the SMTP server and interprets its answers: delivered, refused for good, or worth a retry. A server's
 * answer may contain the recipient's address, which is removed before the answer is logged or stored.
 */
import { createTransport } from 'nodemailer'
import type { Letter } from './letter.ts'
import type { MailSender, SmtpServer } from './settings.ts'

export interface OutgoingMail extends Letter {
  /** The bare address, without white space. */
  readonly to: string
  /** The part of the Message-ID before the @. */
  readonly messageId: string
  /** As HTML's `lang`. */
  readonly language: string
}

export type SendOutcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused' | 'failed'; readonly reason: string }

export interface MailTransport {
  /** Sends a mail. Never rejects. */
  send(mail: OutgoingMail): Promise<SendOutcome>
  close(): void
}

/** The limit for one mail. The timeouts below end it much earlier, unless the server trickles its answers. */
export const SEND_WITHIN_MS = 120_000
const CONNECT_WITHIN_MS = 10_000
const SILENT_MS = 20_000

/** Opens a pool of at most `connections` connections to the server. */
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
    // No part of a mail may come from a file or a URL.
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
            // Suppresses automatic replies (RFC 3834).
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
  /** nodemailer's code: `EAUTH`, `ECONNECTION`, ... */
  readonly code?: string
  readonly command?: string
  /** The server's code: 550, ... */
  readonly responseCode?: number
  readonly response?: string
}

/**
 * Enhanced codes (RFC 3463) that do not blame the recipient: 5.7.x, not allowed; 5.1.7 and 5.1.8, a bad sender. Postfix,
 * for one, reports what it has against a client, sender or missing login only at the recipient: `554 5.7.1 Relay access
 * denied`.
 */
const MAY_CONCERN_EVERY_MAIL = /^5\d\d[ -]5\.(?:7\.\d|1\.[78]\b)/

/**
 * Interprets an error. A refusal is final only if it concerns this recipient or this mail. If the server rejects the login,
 * the sender or a connection without TLS, it would reject every mail: they wait until an operator has fixed that.
 */
export function outcomeOf({ code, command, responseCode, response, message }: SmtpError): SendOutcome {
  const isOfRecipient = (command === 'RCPT TO' || command === 'RCPT') && !MAY_CONCERN_EVERY_MAIL.test(response ?? '')
  const isOfThisMail = isOfRecipient || command === 'DATA' || code === 'EMESSAGE'
  const reason = withoutAddresses(response ?? `${code ?? 'failed'}: ${message ?? ''}`)
  return { kind: (responseCode ?? 0) >= 500 && isOfThisMail ? 'refused' : 'failed', reason }
}

const MAX_REASON_LENGTH = 300

/** Removes addresses from a server's answer, and shortens it to one line that can be stored. */
export function withoutAddresses(text: string): string {
  return text
    .replace(/\S+@\S+/g, '(address)')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_REASON_LENGTH)
}
