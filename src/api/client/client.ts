/**
 * A client of the API whose paths, parameters and answers are typed by its OpenAPI document. For the page and for tests: it
 * runs in a browser as well as here, so this folder imports nothing of the server, nor of Node.
 */
import createClient, { type Client, type ClientOptions } from 'openapi-fetch'
import type { components, paths } from './types.ts'

export type ApiClient = Client<paths>

/** What a named schema of the document is: `Schema<'Balance'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

/** Asks at `baseUrl`; with a token as whoever has it, without one as the browser's session. Refusals are answers, not thrown. */
export function createApiClient({ token, ...options }: ClientOptions & { readonly token?: string }): ApiClient {
  return createClient<paths>({
    ...options,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  })
}
