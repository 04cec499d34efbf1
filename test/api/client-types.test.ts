/** The client's types match the routes, and say what a caller may send and what it receives. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { apiTypesText, typeOf } from '../../scripts/api-types-text.ts'
import { openApiDocument } from '../../scripts/openapi-document.ts'
import type { Schema } from '../../src/api/client/client.ts'
import type { paths } from '../../src/api/client/types.ts'

const FILE = join(import.meta.dirname, '../../src/api/client/types.ts')

it('src/api/client/types.ts is what the routes generate', async () => {
  expect(
    apiTypesText(await openApiDocument()),
    'the routes have changed: run `npm run api:types` and commit the file',
  ).toBe(await readFile(FILE, 'utf8'))
})

describe('a type', () => {
  it.each<[schema: object, type: string]>([
    [{ $ref: '#/components/schemas/Money' }, `components['schemas']['Money']`],
    [{ type: 'string', pattern: '^a' }, 'string'],
    [{ type: 'string', allOf: [{ pattern: '^a' }] }, 'string'],
    [{ type: ['integer', 'null'], minimum: 1 }, 'number | null'],
    [{ enum: ['in', 'out'] }, '"in" | "out"'],
    [{ const: true }, 'true'],
    [{ type: 'array', items: { type: 'string' } }, '(string)[]'],
    [{ anyOf: [{ type: 'boolean' }, { type: 'null' }] }, '(boolean) | (null)'],
    [{ type: 'object', additionalProperties: { type: 'integer' } }, 'Record<string, number>'],
    [
      { type: 'object', properties: { a: { type: 'string' }, b: { type: 'null' } }, required: ['a'] },
      `{'a': string\n'b'?: null}`,
    ],
  ])('of %j', (schema, type) => {
    expect(typeOf(schema)).toBe(type)
  })

  it('of an unsupported schema is refused, not made any', () => {
    expect(() => typeOf({})).toThrow('a schema that has no type here')
    expect(() => typeOf({ type: 'object', properties: { a: { type: 'tuple' } } })).toThrow('tuple')
  })

  it('distinguishes answers from refusals, and required from optional input', () => {
    type Post = paths['/v1/accounts/{account_id}/top-ups']['post']
    expectTypeOf<Post['parameters']['header']>().toEqualTypeOf<{ 'idempotency-key': string }>()
    expectTypeOf<Post['responses'][429]['content']['application/problem+json']>().toEqualTypeOf<Schema<'Problem'>>()
    expectTypeOf<Schema<'Balance'>['status']>().toEqualTypeOf<'active' | 'blocked'>()
    expectTypeOf<Schema<'UsageForecast'>['days_left']>().toEqualTypeOf<number | null>()
  })
})
