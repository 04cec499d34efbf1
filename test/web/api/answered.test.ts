/** What an answer proves: only the API itself can say that a request had no effect. */
import { describe, expect, it } from 'vitest'
import { createApiClient } from '../../../src/api/client/client.ts'
import { answered } from '../../../web/src/api/answered.ts'

const JSON_TYPE = { 'content-type': 'application/problem+json' }
const NOT_FOUND = JSON.stringify({ type: 'urn:tollgate:problem:not-found', title: 'Not found', status: 404 })

/** The answer to a request for a payment, as the page takes it. */
function ask(fetch: () => Promise<Response>) {
  const api = createApiClient({ baseUrl: 'https://api.example', fetch })
  return answered(
    api.POST('/v1/accounts/{account_id}/top-ups', {
      params: { path: { account_id: 'acme' }, header: { 'idempotency-key': 'key-1' } },
      body: { amount: '25.00', method_id: 'pm-1' },
    }),
  )
}

describe('an answer', () => {
  it.each([
    // what, status, body, headers
    ['a proxy’s page', 404, '<html>default backend</html>', { 'content-type': 'text/html' }],
    ['a proxy’s page with success', 200, '<html>We are back soon</html>', { 'content-type': 'text/html' }],
    ['a proxy’s text', 404, 'default backend - 404', {}],
    ['a proxy’s time-out', 408, '', {}],
    ['another service’s refusal', 400, '{"type":"about:blank"}', JSON_TYPE],
    ['a failure of the API', 503, '{"type":"urn:tollgate:problem:unavailable"}', JSON_TYPE],
    ['a body that was cut off', 404, '{"type":"urn:tollgate', JSON_TYPE],
  ])('that is %s is silence: the request may have taken effect', async (_, status, body, headers) => {
    expect(await ask(async () => new Response(body, { status, headers }))).toMatchObject({ silence: true })
  })

  it('that never comes is silence', async () => {
    expect(await ask(() => Promise.reject(new TypeError('network')))).toEqual({ silence: true })
  })

  it.each([
    ['not-found', 404, NOT_FOUND, JSON_TYPE],
    ['', 429, 'slow down', {}],
    ['', 401, '', {}],
    ['', 403, '<html></html>', { 'content-type': 'text/html' }],
  ])('is a refusal as "%s" with %i', async (code, status, body, headers) => {
    expect(await ask(async () => new Response(body, { status, headers }))).toMatchObject({ refusal: { status, code } })
  })

  it('says how long to wait, as silence too', async () => {
    const headers = { 'retry-after': '7' }
    expect(await ask(async () => new Response('', { status: 429, headers }))).toMatchObject({
      refusal: { retryAfterSeconds: 7 },
    })
    expect(await ask(async () => new Response('', { status: 503, headers }))).toEqual({
      silence: true,
      retryAfterSeconds: 7,
    })
  })
})
