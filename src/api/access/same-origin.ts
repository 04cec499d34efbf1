/**
 * Whether a changing request comes from our own pages. Browsers add the session cookie to requests from any page, so
 * the cookie does not show who sent it; these headers, which no page can forge, do.
 */
import type { IncomingHttpHeaders } from 'node:http'

/**
 * Why the request is refused, in words; null if it is ours. At least one of the two headers must be there, and both
 * must match.
 */
export function foreignOrigin(headers: IncomingHttpHeaders, publicUrl: string): string | null {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') return 'the request comes from another site'
  if (origin !== undefined && origin !== new URL(publicUrl).origin) return 'the request comes from another origin'
  return site === undefined && origin === undefined ? 'the request has no Origin header' : null
}

/** Whether the method changes nothing. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}
