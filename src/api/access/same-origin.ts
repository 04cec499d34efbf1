/**
 * Whether a request that changes something comes from our own pages. A browser adds the session's cookie to whatever page asks,
 * so the cookie alone says nothing about who wants it; these headers, which no page can set, do.
 */
import type { IncomingHttpHeaders } from 'node:http'

/** In words for who is refused; null where it comes from us. Of the two headers one must be there, and none may differ. */
export function foreignOrigin(headers: IncomingHttpHeaders, publicUrl: string): string | null {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') return 'it comes from another site'
  if (origin !== undefined && origin !== new URL(publicUrl).origin) return 'it comes from another origin'
  return site === undefined && origin === undefined ? 'it does not say which page it comes from (Origin)' : null
}

/** Methods by which nothing is changed. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}
