/**
 * Cookies of billing page sessions: one per account, so that tabs open for different accounts do not end each other's
 * session. The name contains a hash of the account id, which may have characters that a cookie name does not allow.
 *
 * Over TLS the name starts with `__Host-`: browsers then refuse a cookie set by another host of the domain or without
 * TLS. Without TLS (on localhost) they refuse that prefix, so it is left out, though they accept `Secure` there.
 */
import { hash } from 'node:crypto'

const NAME = 'billing-'
const HOST = '__Host-'
const ID_CHARACTERS = 22
const COOKIE = /^ *((?:__Host-)?billing-[\w-]{22})=([\w-]{43}) *$/

export interface PortalCookie {
  readonly name: string
  readonly secret: string
}

export interface CookieOptions {
  /** The origin at which browsers reach the API. */
  readonly publicUrl: string
  /** Whether the page may be shown in a frame on another site. */
  readonly isEmbedded: boolean
}

/** The name of the cookie of an account's session. */
export function cookieNameOf(accountId: string, publicUrl: string): string {
  return `${prefixOf(publicUrl)}${NAME}${hash('sha256', accountId, 'base64url').slice(0, ID_CHARACTERS)}`
}

/** The session cookies in a `Cookie` header; other cookies are ignored. */
export function readCookies(header: string | undefined, publicUrl: string): PortalCookie[] {
  const wanted = `${prefixOf(publicUrl)}${NAME}`
  return (header ?? '').split(';').flatMap((part) => {
    const [, name, secret] = COOKIE.exec(part) ?? []
    return name?.startsWith(wanted) ? [{ name, secret: secret! }] : []
  })
}

/** A `Set-Cookie` header until the browser closes: the server decides when a session ends. */
export function setCookie({ name, secret }: PortalCookie, options: CookieOptions): string {
  return `${name}=${secret}; ${attributesOf(options)}`
}

/** A `Set-Cookie` header that removes the cookie. */
export function clearCookie(name: string, options: CookieOptions): string {
  return `${name}=; ${attributesOf(options)}; Max-Age=0`
}

/**
 * In a frame on another site, a cookie is only sent with `SameSite=None`, and browsers that block third-party cookies
 * keep it only when `Partitioned`, one per embedding site. `same-origin.ts` then guards against requests from other
 * pages.
 */
function attributesOf({ isEmbedded }: CookieOptions): string {
  return `Path=/; HttpOnly; Secure; SameSite=${isEmbedded ? 'None; Partitioned' : 'Lax'}`
}

function prefixOf(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? HOST : ''
}
