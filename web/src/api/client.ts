/** The client of the API as the page needs it: typed by the same document, without the library, which would be its heaviest file. */
import type { ApiClient } from '../../../src/api/client/client.ts'

interface Asked {
  readonly params?: {
    readonly path?: Readonly<Record<string, string>>
    readonly query?: Readonly<Record<string, unknown>>
    readonly header?: Readonly<Record<string, string>>
  }
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** By the cookie of the page's session. Refusals are answers, not thrown; no answer throws. */
export function pageClient(): ApiClient {
  const by = (method: string) => (path: string, asked?: Asked) => ask(method, path, asked)
  const client = { GET: by('GET'), POST: by('POST'), PUT: by('PUT'), PATCH: by('PATCH'), DELETE: by('DELETE') }
  return client as unknown as ApiClient
}

async function ask(method: string, path: string, { params = {}, body, signal }: Asked = {}) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params.path?.[name] ?? ''))
  const url = new URL(filled, location.origin)
  for (const [name, value] of Object.entries(params.query ?? {})) {
    for (const one of [value].flat()) if (one !== undefined && one !== null) url.searchParams.append(name, String(one))
  }
  const response = await fetch(url, {
    method,
    credentials: 'same-origin',
    headers: { ...params.header, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
  const answer = /json/.test(response.headers.get('content-type') ?? '') ? await response.json() : undefined
  return response.ok ? { data: answer, response } : { error: answer, response }
}
