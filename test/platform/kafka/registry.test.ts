import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSchemaRegistry } from '../../../src/platform/kafka/registry.ts'

const server = createServer((request, response) => {
  received.push(request)
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ id: 7, schema: '"string"' }))
})
let received: IncomingMessage[]
let host: string

beforeEach(async () => {
  received = []
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  host = `127.0.0.1:${(server.address() as { port: number }).port}`
})

afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

describe('a registry', () => {
  it.each([
    ['without a login', (at: string) => `http://${at}/apis`, undefined],
    ['with a login', (at: string) => `http://user:hunter2@${at}/apis`, 'user:hunter2'],
    ['with an encoded login', (at: string) => `http://us%40er:p%2Fss@${at}/apis/`, 'us@er:p/ss'],
  ])('is sent the login of its URL in a header: %s', async (_what, urlOf, login) => {
    const registry = createSchemaRegistry(urlOf(host))
    expect(await registry.find(7)).toBe('"string"')
    expect(await registry.register('topic', '"string"')).toBe(7)
    expect(received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /apis/schemas/ids/7',
      'PUT /apis/config/topic-value',
      'POST /apis/subjects/topic-value/versions',
    ])
    const expected = login && `Basic ${Buffer.from(login).toString('base64')}`
    expect(received.map(({ headers }) => headers.authorization)).toEqual([expected, expected, expected])
  })

  it('that is away is reported without its password', async () => {
    const registry = createSchemaRegistry('http://user:hunter2@127.0.0.1:1/apis')
    const error = await registry.find(7).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ faultCode: 'registry_unavailable' })
    const texts = [error, (error as Error).cause].map((each) => (each as Error).message)
    expect(texts.join()).not.toContain('hunter2')
  })
})
