import { describe, expect, it } from 'vitest'
import { clearCookie, cookieNameOf, readCookies, setCookie } from '../../../src/api/access/cookies.ts'

const TLS = 'https://billing.example'
const LOCAL = 'http://127.0.0.1:8090'
const SECRET = 'S'.repeat(43)
const NAME = cookieNameOf('acme', TLS)

describe('the name of a cookie', () => {
  it('differs for each account, whatever characters its id has', () => {
    const names = ['acme', 'ACME', 'a;b', 'a=b', ' ', 'a'.repeat(64)].map((id) => cookieNameOf(id, TLS))
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^__Host-billing-[\w-]{22}$/)
  })

  it('has the prefix only over TLS, where browsers accept it', () => {
    expect(cookieNameOf('acme', LOCAL)).toBe(NAME.replace('__Host-', ''))
  })
})

describe('cookies', () => {
  it.each([
    ['none', undefined, []],
    ['ours', `${NAME}=${SECRET}`, [SECRET]],
    ['ours among others', `a=b; ${NAME}=${SECRET};c=d`, [SECRET]],
    ['several', `${NAME}=${SECRET}; ${cookieNameOf('other', TLS)}=${'T'.repeat(43)}`, [SECRET, 'T'.repeat(43)]],
    ['without the prefix', `${cookieNameOf('acme', LOCAL)}=${SECRET}`, []],
    ['of another form', `${NAME}=short; billing-x=${SECRET}; ${NAME}x=${SECRET}; ${NAME}`, []],
    ['with the name in a value', `x=${NAME}=${SECRET}`, []],
    ['in other words', `${NAME.toUpperCase()}=${SECRET}`, []],
  ])('are read: %s', (_what, header, secrets) => {
    expect(readCookies(header, TLS).map(({ secret }) => secret)).toEqual(secrets)
  })

  it.each([
    [false, 'SameSite=Lax'],
    [true, 'SameSite=None; Partitioned'],
  ])('are set and removed with the same attributes, embedded: %s', (isEmbedded, sameSite) => {
    const options = { publicUrl: TLS, isEmbedded }
    expect(setCookie({ name: NAME, secret: SECRET }, options)).toBe(
      `${NAME}=${SECRET}; Path=/; HttpOnly; Secure; ${sameSite}`,
    )
    expect(clearCookie(NAME, options)).toBe(`${NAME}=; Path=/; HttpOnly; Secure; ${sameSite}; Max-Age=0`)
  })
})
