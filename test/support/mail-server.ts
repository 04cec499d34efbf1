/** A real SMTP server on this machine, which refuses, hangs and accepts on demand, and keeps what it has accepted. */
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { until } from '../../testkit/until.ts'

const CERTIFICATE_DIRECTORY = join(import.meta.dirname, 'certificate')
/** Self-signed, for `localhost`: a client has to be configured to trust it. */
export const CERTIFICATE_FILE = join(CERTIFICATE_DIRECTORY, 'localhost.pem')

export interface ReceivedMail {
  readonly to: string
  readonly messageId: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly headers: string
  readonly raw: string
  readonly isOverTls: boolean
  readonly user: string | null
  readonly atMs: number
}

/** Its reaction to a recipient, or to a complete mail; null: it accepts it. */
export type Behaviour = (mail: { to: string; stage: 'recipient' | 'data' }) => Refusal | 'hang' | null
export interface Refusal {
  readonly code: number
  readonly text: string
}

export interface TestMailServer {
  readonly port: number
  readonly received: readonly ReceivedMail[]
  /** Mails whose senders wait for an answer, by `hang`. */
  hanging(): number
  /** Accepts hanging mails, and answers their senders if they still listen. */
  release(): void
  /** From now on; hanging mails keep hanging. */
  behave(behaviour: Behaviour): void
  untilReceived(count: number): Promise<void>
  close(): Promise<void>
}

interface ServerOptions {
  /** `starttls` and `tls` with the certificate of `localhost`. */
  readonly tls?: 'none' | 'starttls' | 'tls'
  readonly login?: { readonly user: string; readonly password: string }
}

export async function startMailServer({ tls = 'none', login }: ServerOptions = {}): Promise<TestMailServer> {
  const received: ReceivedMail[] = []
  const hanging: (() => void)[] = []
  let behaviour: Behaviour = () => null
  const server = new SMTPServer({
    secure: tls === 'tls',
    key: readFileSync(join(CERTIFICATE_DIRECTORY, 'localhost-key.pem')),
    cert: readFileSync(CERTIFICATE_FILE),
    hideSTARTTLS: tls !== 'starttls',
    authOptional: login === undefined,
    disabledCommands: login === undefined ? ['AUTH'] : [],
    onAuth({ username, password }, _session, done) {
      const isLogin = login !== undefined && username === login.user && password === login.password
      if (isLogin) done(null, { user: username })
      else done(failure({ code: 535, text: `5.7.8 no login for ${username}` }))
    },
    onRcptTo({ address }, _session, done) {
      answer({ to: address, stage: 'recipient' }, done)
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = session.envelope.rcptTo[0]!.address
        const raw = Buffer.concat(chunks).toString('utf8')
        answer({ to, stage: 'data' }, (error) => {
          if (error === undefined || error === null) {
            const user = typeof session.user === 'string' ? session.user : null
            received.push({ ...parse(raw), to, isOverTls: session.secure === true, user, atMs: Date.now() })
          }
          done(error)
        })
      })
    },
  })
  // A killed client resets its connection.
  server.on('error', () => {})

  function answer(mail: Parameters<Behaviour>[0], done: (error?: Error | null) => void): void {
    const decided = behaviour(mail)
    if (decided === 'hang') hanging.push(() => done())
    else if (decided === null) done()
    else done(failure(decided))
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    hanging: () => hanging.length,
    release() {
      for (const take of hanging.splice(0)) take()
    },
    behave(next) {
      behaviour = next
      hanging.length = 0
    },
    untilReceived: (count) => until(`${count} mails are there`, async () => received.length >= count),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function failure({ code, text }: Refusal): Error {
  return Object.assign(new Error(text), { responseCode: code })
}

function parse(raw: string): Pick<ReceivedMail, 'messageId' | 'subject' | 'text' | 'html' | 'headers' | 'raw'> {
  const [headers, body] = halves(raw)
  const boundary = /boundary="([^"]+)"/.exec(headers)![1]!
  const parts = body.split(`--${boundary}`)
  const part = (type: string) => decoded(parts.find((text) => text.includes(`Content-Type: ${type}`))!)
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(unfolded(headers))?.[1] ?? ''
  return {
    messageId: header('Message-ID'),
    subject: decodedWords(header('Subject')),
    text: part('text/plain'),
    html: part('text/html'),
    headers: unfolded(headers),
    raw,
  }
}

function halves(text: string): [string, string] {
  const at = text.indexOf('\r\n\r\n')
  return [text.slice(0, at), text.slice(at + 4)]
}

const unfolded = (headers: string) => headers.replace(/\r\n[ \t]+/g, ' ').replaceAll('\r', '')

function decoded(part: string): string {
  const [headers, body] = halves(part.trimStart())
  if (/base64/i.test(headers)) return Buffer.from(body, 'base64').toString('utf8')
  return /quoted-printable/i.test(headers) ? fromQuotedPrintable(body) : body
}

function fromQuotedPrintable(text: string): string {
  const bytes = text.replace(/=\r?\n/g, '').replace(/=([\dA-F]{2})/g, (_, hex: string) => `%${hex}`)
  return decodeURIComponent(bytes.replace(/%(?![\dA-F]{2})/g, '%25'))
}

/** RFC 2047. */
function decodedWords(header: string): string {
  return header
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_, how: string, text: string) =>
      how.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString('utf8')
        : fromQuotedPrintable(text.replaceAll('_', ' ')),
    )
}
