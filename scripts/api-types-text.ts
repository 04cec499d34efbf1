/**
 * Generates TypeScript types of the API's routes, in the form that openapi-fetch expects, from the OpenAPI document. It supports
 * the JSON schema features that the document uses, and throws for any other: a type that is too wide would hide mistakes.
 *
 * The usual generator (openapi-typescript) needs a compiler that this project no longer has, and a second compiler would cost
 * more than these lines.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const BIOME = join(import.meta.dirname, '../node_modules/@biomejs/biome/bin/biome')
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const
const PLACES = ['query', 'header', 'path', 'cookie'] as const

const HEAD = `/**
 * Every route of the API as types, for \`createApiClient\`. Made from the OpenAPI document by \`npm run api:types\`, never by
 * hand: a test fails while they differ.
 */
`

interface Schema {
  readonly $ref?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>

interface Operation {
  readonly summary?: string
  readonly description?: string
  readonly parameters?: readonly {
    readonly in: string
    readonly name: string
    readonly required?: boolean
    readonly description?: string
    readonly schema?: Schema
  }[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** The formatted text of `src/api/client/types.ts`. */
export function apiTypesText(openApi: object): string {
  const { paths, components } = openApi as Document
  const pathTypes = Object.entries(paths)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, item]) => `${quote(path)}: ${pathType(item)}`)
  const schemaTypes = used(paths, components.schemas).map(
    (name) => `${comment(components.schemas[name]!.description)}${name}: ${typeOf(components.schemas[name]!)}`,
  )
  return formatted(
    `${HEAD}export interface paths {${pathTypes.join('\n')}}\nexport interface components { schemas: {${schemaTypes.join('\n')}} }\n`,
  )
}

/** The names of the schemas that the paths use; the document has others, which no route uses. */
function used(paths: Document['paths'], schemas: Document['components']['schemas']): string[] {
  const found = new Set<string>()
  const visit = (part: unknown) => {
    for (const [, name] of JSON.stringify(part).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      if (found.has(name!)) continue
      found.add(name!)
      visit(schemas[name!])
    }
  }
  visit(paths)
  return [...found].sort()
}

function pathType(item: Readonly<Record<string, Operation>>): string {
  const methods = METHODS.map((method) => {
    const operation = item[method]
    return operation === undefined
      ? `${method}?: never`
      : `${comment(operation.summary)}${method}: ${operationType(operation)}`
  })
  return `{ parameters: { query?: never; header?: never; path?: never; cookie?: never }; ${methods.join('\n')} }`
}

function operationType({ parameters = [], requestBody, responses }: Operation): string {
  const places = PLACES.map((place) => {
    const here = parameters.filter((parameter) => parameter.in === place)
    if (here.length === 0) return `${place}?: never`
    const isNeeded = here.some(({ required }) => required === true)
    const fields = here.map(
      ({ name, required, schema, description }) =>
        `${comment(description)}${quote(name)}${required === true ? '' : '?'}: ${typeOf(schema!)}`,
    )
    return `${place}${isNeeded ? '' : '?'}: {${fields.join('\n')}}`
  })
  const body =
    requestBody === undefined
      ? 'requestBody?: never'
      : `requestBody${requestBody.required === true ? '' : '?'}: { content: ${contentType(requestBody.content)} }`
  const answers = Object.entries(responses).map(([status, { content }]) => {
    const known = content === undefined ? 'content?: never' : `content: ${contentType(content)}`
    return `${status}: { headers: { [name: string]: unknown }; ${known} }`
  })
  return `{ parameters: {${places.join('\n')}}\n${body}\nresponses: {${answers.join('\n')}} }`
}

function contentType(content: Content): string {
  const kinds = Object.entries(content).map(
    ([kind, { schema }]) => `${quote(kind)}: ${schema === undefined ? 'unknown' : typeOf(schema)}`,
  )
  return `{${kinds.join('\n')}}`
}

/** The type of a schema. Patterns and bounds, which narrow a string or number, cannot be expressed. */
export function typeOf(schema: Schema): string {
  const { $ref: ref, anyOf, oneOf, allOf } = schema
  if (ref !== undefined) return `components['schemas'][${quote(ref.split('/').at(-1)!)}]`
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (anyOf !== undefined || oneOf !== undefined) return (anyOf ?? oneOf)!.map((one) => `(${typeOf(one)})`).join(' | ')
  // Next to a type they are patterns, which only narrow it.
  if (allOf !== undefined && schema.type === undefined) return allOf.map((one) => `(${typeOf(one)})`).join(' & ')
  if (Array.isArray(schema.type)) return schema.type.map((type: string) => typeOf({ ...schema, type })).join(' | ')
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return `(${typeOf(schema.items!)})[]`
    case 'object':
      return objectType(schema)
    default:
      throw new Error(`a schema that has no type here: ${JSON.stringify(schema)}`)
  }
}

function objectType({ properties = {}, required = [], additionalProperties }: Schema): string {
  const fields = Object.entries(properties).map(
    ([name, schema]) =>
      `${comment(schema.description)}${quote(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}`,
  )
  if (typeof additionalProperties !== 'object') return `{${fields.join('\n')}}`
  if (fields.length > 0) throw new Error('an object has both named and other fields')
  return `Record<string, ${typeOf(additionalProperties)}>`
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function comment(text: string | undefined): string {
  return text === undefined ? '' : `\n/** ${text.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ')} */\n`
}

function formatted(text: string): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [BIOME, 'format', '--stdin-file-path=src/api/client/types.ts'],
    { cwd: join(import.meta.dirname, '..'), input: text, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
  if (status !== 0) throw new Error(`the types cannot be formatted: ${stderr}`)
  return stdout
}
