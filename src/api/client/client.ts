/**
 * A client of the API whose paths, parameters and answers are typed by its OpenAPI document. For the page and for tests: it
 * runs in a browser as well as here, so this folder imports nothing of the server, nor of Node.
 *
 * The types are openapi-fetch's; the few lines that ask are our own, a third of the weight in the page's first view.
 */
import type { Client } from 'openapi-fetch'
import type { components, paths } from './types.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

export type ApiClient = Pick<Client<paths>, (typeof METHODS)[number]>

/** What a named schema of the document is: `Schema<'Balance'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

export interface ApiClientOptions {
  readonly baseUrl: string
  /** Absent: as the browser's session. */
  readonly token?: string
  readonly credentials?: 'same-origin' | 'include' | 'omit'
  readonly fetch?: (request: Request) => Promise<Response>
}

type Values = Record<string, unknown>

interface Init {
  readonly params?: { readonly path?: Values; readonly query?: Values; readonly header?: Values }
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** Refusals are answers, not thrown: `error` is the problem document. Throws what `fetch` throws where there is no answer. */
export function createApiClient({ baseUrl, token, credentials, fetch: send = fetch }: ApiClientOptions): ApiClient {
  async function ask(method: string, path: string, { params = {}, body, signal }: Init = {}) {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params.path![name])))
    const headers = new Headers(given(params.header))
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    if (body !== undefined) headers.set('content-type', 'application/json')
    const query = new URLSearchParams(given(params.query)).toString()
    const request = new Request(`${baseUrl}${filled}${query && `?${query}`}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(credentials === undefined ? {} : { credentials }),
      ...(signal === undefined ? {} : { signal }),
    })
    const response = await send(request)
    const text = await response.text()
    const content = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text || undefined
    return response.ok ? { data: content, response } : { error: content, response }
  }
  return Object.fromEntries(
    METHODS.map((method) => [method, (path: string, init?: Init) => ask(method, path, init)]),
  ) as unknown as ApiClient
}

/** Of several values, one name each. */
function given(values: Values = {}): [string, string][] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [value].flat().map((one): [string, string] => [name, String(one)]),
  )
}
