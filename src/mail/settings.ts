/** The mail settings from the configuration: the SMTP server and the sender. */
import { type Config, ConfigError } from '../platform/config.ts'

export interface MailSettings {
  readonly server: SmtpServer
  readonly sender: MailSender
  /** For contacts whose own locale is not supported. */
  readonly locale: string
  readonly timeZone: string
}

export interface SmtpServer {
  readonly host: string
  readonly port: number
  /** TLS from the first byte; otherwise `tls` decides. */
  readonly isSecure: boolean
  readonly tls: 'required' | 'if_offered' | 'never'
  readonly login: { readonly user: string; readonly password: string } | null
}

/** Who a mail comes from, and what it looks like. */
export interface MailSender {
  readonly address: string
  /** The dashboard that the billing page is part of. */
  readonly product: string
  /** The seller named in the footer; null: none. */
  readonly seller: string | null
  /** Where links lead; null: mails have no link. */
  readonly dashboardUrl: string | null
  /** `#rrggbb`. */
  readonly brandColor: string
  /** No real money moves. */
  readonly isSandbox: boolean
}

const PORTS: Readonly<Record<string, number>> = { 'smtp:': 587, 'smtps:': 465 }

/** Reads the mail settings; null: no mail is sent. Throws `ConfigError` if a server is set without what every mail needs. */
export function mailSettings({ mail, brand }: Pick<Config, 'mail' | 'brand'>, isSandbox: boolean): MailSettings | null {
  if (mail.smtpUrl === null) return null
  const { protocol, hostname, port } = new URL(mail.smtpUrl)
  const { from, user, password, tls, timeZone } = mail
  const { product, seller, dashboardUrl, color: brandColor, locale } = brand
  const missing = [
    ...(from === null ? ['TOLLGATE_MAIL_FROM'] : []),
    ...(product === null ? ['TOLLGATE_PRODUCT'] : []),
    ...(user !== null && password === null ? ['TOLLGATE_SMTP_PASSWORD'] : []),
    ...(user === null && password !== null ? ['TOLLGATE_SMTP_USER'] : []),
  ]
  if (from === null || product === null || missing.length > 0) {
    throw new ConfigError(missing.map((name) => ({ name, problem: 'is required when TOLLGATE_SMTP_URL is set' })))
  }
  return {
    server: {
      // An IPv6 address stands in brackets in a URL.
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? PORTS[protocol]! : Number(port),
      isSecure: protocol === 'smtps:',
      tls,
      login: user === null || password === null ? null : { user, password },
    },
    sender: { address: from, product, seller, dashboardUrl, brandColor, isSandbox },
    locale,
    timeZone,
  }
}
