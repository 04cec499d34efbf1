/** Catalog versions, which never change: check, publish, list, roll back. */
import { z } from 'zod'
import type { Fault } from '../../catalog/faults.ts'
import { catalogHash, parseCatalog } from '../../catalog/load.ts'
import type { Catalog } from '../../core/catalog/catalog.ts'
import { listCatalogPage, readCatalog, type StoredCatalog } from '../../ledger/catalogs/list-catalogs.ts'
import { type PublishedCatalog, publishCatalog } from '../../ledger/catalogs/publish-catalog.ts'
import { readCatalogFiles } from '../../ledger/catalogs/read-catalog-files.ts'
import { rollBackCatalog } from '../../ledger/catalogs/roll-back-catalog.ts'
import { callerOf } from '../access/authenticate.ts'
import { actorOf } from '../access/permissions.ts'
import { pageOf, readCursor } from '../protocol/paging.ts'
import { ApiProblem, type FileFault } from '../protocol/problem.ts'
import {
  GivenInstant,
  IdempotencyHeaders,
  Instant,
  instantTextOrNull,
  PageQuery,
  page,
  text,
} from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'

/** Real rate decks have some megabytes. Callers who may not publish are refused before the body is read. */
const CATALOG_BYTES = 16 * 1024 * 1024
const MAX_FILES = 200
const MAX_SHOWN_FAULTS = 200

/** A plain file name: no folders and no hidden files, so it cannot lead anywhere else, here or where it is unpacked. */
const FileName = z.string().regex(/^[A-Za-z0-9][\w.-]{0,99}$/, {
  error: 'must be a plain file name: letters, digits, dots, dashes and underscores, at most 100',
})

const FileText = z
  .string()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
  .regex(/^[^\u0000]*$/, { error: 'must not contain NUL' })
  .refine((content) => content.isWellFormed(), { error: 'must be well-formed Unicode' })

const Files = z
  .record(FileName, FileText)
  .refine((files) => Object.keys(files).length <= MAX_FILES, { error: `must be at most ${MAX_FILES} files` })
  .meta({
    maxProperties: MAX_FILES,
    description: 'catalog.yaml and every file that it names: their text by file name.',
  })

const Comment = text(500).meta({ description: 'What changed.' })
const InForceFrom = GivenInstant.nullable()
  .default(null)
  .meta({ description: 'From when it prices usage. Null for from now on.' })

const CatalogToCheck = z.strictObject({ files: Files }).meta({ id: 'CatalogToCheck' })

const CatalogToPublish = z
  .strictObject({ files: Files, comment: Comment, in_force_from: InForceFrom })
  .meta({ id: 'CatalogToPublish' })

const RollBack = z
  .strictObject({
    comment: Comment.nullable()
      .default(null)
      .meta({ description: 'Why it is rolled back. If null, the comment says which version it restores.' }),
    in_force_from: InForceFrom,
  })
  .meta({ id: 'RollBack' })

const VERSION_FIELDS = {
  version: z.int(),
  status: z.enum(['in_force', 'to_come', 'past']),
  in_force_from: Instant,
  published_at: Instant,
  author: z.string(),
  comment: z.string(),
  content_hash: z.string().meta({ description: 'Hash of its files, the same for the same content.' }),
}

const CatalogVersion = z.object(VERSION_FIELDS).meta({ id: 'CatalogVersion' })

const CatalogWithFiles = z
  .object({ ...VERSION_FIELDS, files: z.record(z.string(), z.string()) })
  .meta({ id: 'CatalogWithFiles' })

const CheckedCatalog = z
  .object({
    content_hash: z.string(),
    warnings: z
      .array(z.object({ file: z.string(), line: z.int().nullable(), reason: z.string() }))
      .meta({ description: `The first ${MAX_SHOWN_FAULTS} things that are suspicious but not faults.` }),
    warning_count: z.int(),
  })
  .meta({ id: 'CheckedCatalog' })

const Published = z
  .object({ version: z.int(), in_force_from: Instant, published_at: Instant })
  .meta({ id: 'PublishedCatalog' })

const VersionParams = z.object({ version: z.coerce.number().int().min(1).max(2_147_483_647) })

const ACCESS = { permission: 'catalogs', of: 'installation' } as const
const URL = '/v1/catalogs'

export function addCatalogRoutes(api: Api, context: ApiContext): void {
  addListCatalogs(api, context)
  addReadCatalog(api, context)
  addCheckCatalog(api)
  addPublishCatalog(api, context)
  addRollBackCatalog(api, context)
}

function addListCatalogs(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: URL,
    config: { access: ACCESS },
    schema: {
      operationId: 'listCatalogs',
      tags: ['Operators'],
      summary: 'Catalog versions, newest first, and which is in force',
      description: 'An event is rated by the version with the latest in_force_from at or before the time it happened.',
      querystring: PageQuery,
      response: { 200: page(CatalogVersion) },
    },
    handler: async (request) => {
      const { cursor, limit } = request.query
      const [before = null] = readCursor(cursor, ['number']) ?? []
      const found = await listCatalogPage(pool, { before, limit: limit + 1 })
      return pageOf(found, limit, ({ version }) => [version], versionJson)
    },
  })
}

function addReadCatalog(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: `${URL}/:version`,
    config: { access: ACCESS, problems: ['not_found'] },
    schema: {
      operationId: 'readCatalog',
      tags: ['Operators'],
      summary: 'A catalog version with its files',
      params: VersionParams,
      response: { 200: CatalogWithFiles },
    },
    handler: async (request) => {
      const { version } = request.params
      const [catalog, [stored]] = await Promise.all([readCatalog(pool, version), readCatalogFiles(pool, [version])])
      if (catalog === null || stored === undefined) throw noVersion(version)
      const files = [...stored.files].map(([name, bytes]) => [name, Buffer.from(bytes).toString()] as const)
      return { ...versionJson(catalog), files: Object.fromEntries(files) }
    },
  })
}

function addCheckCatalog(api: Api): void {
  api.route({
    method: 'POST',
    url: '/v1/catalog-checks',
    bodyLimit: CATALOG_BYTES,
    config: { access: ACCESS, problems: ['not_possible'] },
    schema: {
      operationId: 'checkCatalog',
      tags: ['Operators'],
      summary: 'Check a catalog for faults without storing it',
      description: `A catalog with faults is refused with file, line and reason of the first ${MAX_SHOWN_FAULTS}.`,
      body: CatalogToCheck,
      response: { 200: CheckedCatalog },
    },
    handler: async (request) => {
      const { faults, contentHash } = readFiles(request.body.files)
      return {
        content_hash: contentHash,
        warnings: faults.slice(0, MAX_SHOWN_FAULTS).map(faultJson),
        warning_count: faults.length,
      }
    },
  })
}

function addPublishCatalog(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'POST',
    url: URL,
    bodyLimit: CATALOG_BYTES,
    config: { access: ACCESS, problems: ['not_possible', 'request_key_reused'] },
    schema: {
      operationId: 'publishCatalog',
      tags: ['Operators'],
      summary: 'Publish a catalog as a new version',
      description:
        'Refused if it has faults or lacks something that accounts use; the refusal names them. It is published once per Idempotency-Key.',
      headers: IdempotencyHeaders,
      body: CatalogToPublish,
      response: { 201: Published },
    },
    handler: async (request, reply) => {
      const { files: texts, comment, in_force_from } = request.body
      const { catalog, files, contentHash } = readFiles(texts)
      const wanted = {
        contentHash,
        author: actorOf(callerOf(request)),
        comment,
        inForceFrom: instantTextOrNull(in_force_from),
      }
      const key = { kind: 'catalog', key: request.headers['idempotency-key'], content: wanted } as const
      const result = await publishCatalog(pool, { ...wanted, catalog, files }, key)
      if ('refused' in result) throw refusal(result.refused, '/body/files')
      return await reply.code(201).send(publishedJson(result))
    },
  })
}

function addRollBackCatalog(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'POST',
    url: `${URL}/:version/roll-back`,
    config: { access: ACCESS, problems: ['not_found', 'conflict', 'not_possible', 'request_key_reused'] },
    schema: {
      operationId: 'rollBackCatalog',
      tags: ['Operators'],
      summary: 'Publish an earlier version again as a new one',
      description: 'It is published once per Idempotency-Key.',
      params: VersionParams,
      headers: IdempotencyHeaders,
      body: RollBack,
      response: { 201: Published },
    },
    handler: async (request, reply) => {
      const { version } = request.params
      const { comment, in_force_from } = request.body
      const wanted = {
        version,
        author: actorOf(callerOf(request)),
        comment,
        inForceFrom: instantTextOrNull(in_force_from),
      }
      const key = { kind: 'catalog_roll_back', key: request.headers['idempotency-key'], content: wanted } as const
      const result = await rollBackCatalog(pool, wanted, key)
      if ('refused' in result) {
        if (result.refused === 'unknown_version') throw noVersion(version)
        if (result.refused === 'unreadable') {
          throw new ApiProblem('conflict', `catalog version ${version} cannot be read by this release`)
        }
        throw refusal(result.refused, '/path/version')
      }
      return await reply.code(201).send(publishedJson(result))
    },
  })
}

/** Parses the files; throws `not_possible` if they have faults. The remaining `faults` are warnings. */
function readFiles(texts: Readonly<Record<string, string>>): {
  catalog: Catalog
  faults: readonly Fault[]
  files: ReadonlyMap<string, Uint8Array>
  contentHash: string
} {
  const files = new Map(Object.entries(texts).map(([name, content]) => [name, Buffer.from(content)]))
  const { catalog, faults } = parseCatalog(files)
  if (catalog !== null) return { catalog, faults, files, contentHash: catalogHash(files) }
  const errors = faults.filter(({ severity }) => severity === 'error')
  throw new ApiProblem('not_possible', `the catalog has faults (${errors.length}): nothing was stored`, {
    faults: { first: errors.slice(0, MAX_SHOWN_FAULTS).map(faultJson), count: errors.length },
  })
}

function faultJson({ file, line, reason }: Fault): FileFault {
  return { file, line, reason }
}

/** `path`: the part of the request that chose the catalog. */
function refusal(refused: readonly string[] | 'request_key_reused', path: string): ApiProblem {
  if (refused === 'request_key_reused') {
    return new ApiProblem(
      'request_key_reused',
      'this Idempotency-Key was already used for another catalog, comment, instant or caller: nothing was published',
    )
  }
  const errors = refused.slice(0, MAX_SHOWN_FAULTS).map((detail) => ({ path, code: 'in_use', detail }))
  return new ApiProblem(
    'not_possible',
    'accounts use tariffs or packages that this catalog does not offer: nothing was published',
    { errors },
  )
}

function noVersion(version: number): ApiProblem {
  return new ApiProblem('not_found', `there is no catalog version ${version}`)
}

function versionJson(catalog: StoredCatalog): z.output<typeof CatalogVersion> {
  return {
    version: catalog.version,
    status: catalog.isInForce ? 'in_force' : catalog.isToCome ? 'to_come' : 'past',
    in_force_from: catalog.inForceFrom,
    published_at: catalog.publishedAt,
    author: catalog.author,
    comment: catalog.comment,
    content_hash: catalog.contentHash,
  }
}

function publishedJson({ version, inForceFrom, publishedAt }: PublishedCatalog): z.output<typeof Published> {
  return { version, in_force_from: inForceFrom, published_at: publishedAt }
}
