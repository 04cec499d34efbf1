/** Mail's part of the configuration: what a server takes, and what is refused at the start. */
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mailSettings } from '../../src/mail/settings.ts'
import { ConfigError, parseConfig } from '../../src/platform/config.ts'

const LEAST = {
  TOLLGATE_SMTP_URL: 'smtp://mail.example',
  TOLLGATE_MAIL_FROM: 'billing@phone.example',
  TOLLGATE_PRODUCT: 'Phone',
}
const read = (env: Record<string, string>) => mailSettings(parseConfig(env, ['mail', 'brand']), false)
const refusal = (env: Record<string, string>): string => {
  try {
    read(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
  }
  return 'nothing'
}

describe('the configuration of mail', () => {
  it('is null without a server', () => {
    expect(read({})).toBeNull()
    expect(read({ TOLLGATE_MAIL_FROM: 'billing@phone.example' })).toBeNull()
  })

  it('needs a server, a sender and the name of the product', () => {
    expect(read(LEAST)).toEqual({
      server: { host: 'mail.example', port: 587, isSecure: false, tls: 'required', login: null },
      sender: {
        ...{ address: 'billing@phone.example', product: 'Phone', seller: null, dashboardUrl: null },
        ...{ brandColor: '#1f5fd6', isSandbox: false },
      },
      locale: 'en-US',
      timeZone: 'UTC',
    })
  })

  it.each<[url: string, host: string, port: number, isSecure: boolean]>([
    ['smtps://mail.example', 'mail.example', 465, true],
    ['smtp://mail.example:2525', 'mail.example', 2525, false],
    ['smtp://[::1]:25', '::1', 25, false],
  ])('reads %s', (url, host, port, isSecure) => {
    expect(read({ ...LEAST, TOLLGATE_SMTP_URL: url })!.server).toMatchObject({ host, port, isSecure })
  })

  it('reads the password from a file', () => {
    const file = join(tmpdir(), `password-${process.pid}`)
    writeFileSync(file, 'secret\n')
    const login = { TOLLGATE_SMTP_USER: 'me', TOLLGATE_SMTP_PASSWORD_FILE: file }
    expect(read({ ...LEAST, ...login })!.server.login).toEqual({ user: 'me', password: 'secret' })
  })

  it.each<[names: string, env: Record<string, string>]>([
    ['TOLLGATE_MAIL_FROM', { ...LEAST, TOLLGATE_MAIL_FROM: '' }],
    ['TOLLGATE_MAIL_FROM', { ...LEAST, TOLLGATE_MAIL_FROM: 'Billing <billing@phone.example>' }],
    ['TOLLGATE_PRODUCT', { ...LEAST, TOLLGATE_PRODUCT: '' }],
    ['TOLLGATE_SMTP_PASSWORD', { ...LEAST, TOLLGATE_SMTP_USER: 'me' }],
    ['TOLLGATE_SMTP_USER', { ...LEAST, TOLLGATE_SMTP_PASSWORD: 'hush' }],
    ['TOLLGATE_SMTP_URL', { ...LEAST, TOLLGATE_SMTP_URL: 'smtp://me:hush@mail.example' }],
    ['TOLLGATE_SMTP_URL', { ...LEAST, TOLLGATE_SMTP_URL: 'https://mail.example' }],
    ['TOLLGATE_SMTP_TLS', { ...LEAST, TOLLGATE_SMTP_TLS: 'maybe' }],
    ['TOLLGATE_MAIL_TIME_ZONE', { ...LEAST, TOLLGATE_MAIL_TIME_ZONE: 'Berlin' }],
  ])('names %s where that is missing or wrong, and repeats no value', (name, env) => {
    expect(refusal(env)).toContain(`${name}: `)
    expect(refusal(env)).not.toContain('hush')
  })
})
