/**
 * A browser has a cookie for each account that it has the billing page open for, so that tabs with different accounts do not
 * end one another. The name is made from a hash of the account, whose id may have characters that no cookie takes.
 *
 * Over TLS it begins with `__Host-`, by which browsers refuse one that another host of the domain, or a page without TLS, has
 * planted. They refuse that prefix without TLS even on the machine itself, where `Secure` is taken: so there it has none.
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
  /** Where browsers reach the API. */
  readonly publicUrl: string
  /** Whether the page may be shown in a frame of another site. */
  readonly isEmbedded: boolean
}

export function cookieNameOf(accountId: string, publicUrl: string): string {
  return `${prefixOf(publicUrl)}${NAME}${hash('sha256', accountId, 'base64url').slice(0, ID_CHARACTERS)}`
}

/** Those of a `Cookie` header that have our name and form; others are nobody's business. */
export function readCookies(header: string | undefined, publicUrl: string): PortalCookie[] {
  const wanted = `${prefixOf(publicUrl)}${NAME}`
  return (header ?? '').split(';').flatMap((part) => {
    const [, name, secret] = COOKIE.exec(part) ?? []
    return name?.startsWith(wanted) ? [{ name, secret: secret! }] : []
  })
}

/** A `Set-Cookie` that lasts until the browser is closed: when a session is over, the server knows. */
export function setCookie({ name, secret }: PortalCookie, options: CookieOptions): string {
  return `${name}=${secret}; ${attributesOf(options)}`
}

export function clearCookie(name: string, options: CookieOptions): string {
  return `${name}=; ${attributesOf(options)}; Max-Age=0`
}

/**
 * In a frame of another site a cookie is sent only with `SameSite=None`, and kept by browsers that block third parties' only
 * where it is `Partitioned`: one for each site that shows the page. Who may do what with it is then up to `same-origin.ts`.
 */
function attributesOf({ isEmbedded }: CookieOptions): string {
  return `Path=/; HttpOnly; Secure; SameSite=${isEmbedded ? 'None; Partitioned' : 'Lax'}`
}

function prefixOf(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? HOST : ''
}
