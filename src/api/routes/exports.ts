/** Exports: all movements of a period as a CSV file. Request one, follow its progress, download it while it is kept. */

import { Readable } from 'node:stream'
import { z } from 'zod'
import { formatMoney } from '../../core/money.ts'
import { FAULT_CODES } from '../../platform/faults.ts'
import type { Pool } from '../../platform/postgres.ts'
import { EXPORT_STATES, listExports, readExport, type StoredExport } from '../../reporting/exports/export-rows.ts'
import { EXPORTS_KEPT_DAYS } from '../../reporting/exports/prepare-export.ts'
import { readExportFile } from '../../reporting/exports/read-file.ts'
import { requestExport } from '../../reporting/exports/request-export.ts'
import { callerOf, noAccount } from '../access/authenticate.ts'
import { actorOf } from '../access/permissions.ts'
import { pageOf, readCursor } from '../protocol/paging.ts'
import { ApiProblem, notPossible } from '../protocol/problem.ts'
import {
  AccountId,
  AccountParams,
  CurrencyCode,
  GivenInstant,
  Id,
  IdempotencyHeaders,
  Instant,
  instantOf,
  Money,
  PageQuery,
  page,
} from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'
import { refuseUnknownAccount } from './known-account.ts'

const URL = '/v1/accounts/:account_id/exports'
/**
 * How long a stopping API waits for downloads. A reader who is cut off sees that the file is short, and repeats the
 * download.
 */
const DOWNLOAD_DRAIN_MS = 5_000

const WantedExport = z
  .strictObject({
    from: GivenInstant.meta({ description: 'Only movements recorded at this instant or later.' }),
    to: GivenInstant.meta({
      description: 'Only movements recorded before this instant. A future instant stands for now.',
    }),
    time_zone: z
      .string()
      .regex(/^[A-Za-z0-9_+/-]{1,60}$/, { error: 'must be an IANA name such as Europe/Berlin' })
      .default('UTC')
      .meta({
        description:
          'IANA name of the time zone in which the period was chosen. The mail about the export states the period in it.',
        examples: ['Europe/Berlin'],
      }),
  })
  .meta({ id: 'WantedExport' })

const Summary = z
  .object({ opening: Money, added: Money, used: Money, other: Money, closing: Money })
  .meta({ id: 'ExportSummary', description: 'Sums of the rows of the file: opening + added - used + other = closing.' })

const Export = z
  .object({
    export_id: z.string(),
    account_id: AccountId,
    state: z.enum(EXPORT_STATES),
    from: Instant,
    to: Instant.meta({
      description: 'End of the period. If it reached past the time of the request, the time of the request.',
    }),
    currency: CurrencyCode,
    rows: z.int().meta({ description: 'Number of rows in the file.' }),
    rows_done: z.int().meta({ description: 'Number of rows written so far.' }),
    after_sequence: z
      .int()
      .meta({ description: 'Sequence of the last movement before the period. 0 if there is none.' }),
    through_sequence: z.int().meta({ description: 'Sequence of the last movement in the period or before it.' }),
    summary: Summary.nullable().meta({ description: 'Null until all rows are written.' }),
    file_bytes: z.int().nullable().meta({ description: 'Size of the file. Null until all rows are written.' }),
    requested_at: Instant,
    requested_by: z.string(),
    time_zone: z.string(),
    concluded_at: Instant.nullable().meta({ description: 'When it became ready or failed.' }),
    download_until: Instant.nullable().meta({ description: `${EXPORTS_KEPT_DAYS} days after it became ready.` }),
    failure: z
      .enum(FAULT_CODES)
      .nullable()
      .meta({ description: 'Why it failed, for support. Request another export.' }),
  })
  .meta({ id: 'Export' })

const ExportParams = AccountParams.extend({ export_id: Id })

const ACCESS = { permission: 'export', of: 'account' } as const

export function addExportRoutes(api: Api, context: ApiContext): void {
  addCreateExport(api, context)
  addListExports(api, context)
  addReadExport(api, context)
  addExportFile(api, context)
}

function addCreateExport(api: Api, { writer }: ApiContext): void {
  api.route({
    method: 'POST',
    url: URL,
    config: { access: ACCESS, problems: ['not_possible', 'request_key_reused'] },
    schema: {
      operationId: 'createExport',
      tags: ['Exports'],
      summary: 'Request a file of all movements of a period',
      description:
        'The file is ready within minutes. Periods select by when movements were recorded, so files of adjoining periods have each movement once. An account has one export in progress at a time: further requests get that one, with 200.',
      params: AccountParams,
      headers: IdempotencyHeaders,
      body: WantedExport,
      response: { 200: Export, 201: Export },
    },
    handler: async (request, reply) => {
      const { account_id: accountId } = request.params
      const [fromMicros, toMicros] = [instantOf(request.body.from), instantOf(request.body.to)]
      if (fromMicros >= toMicros) throw notPossible('/body/to', 'too_low', 'the end must be after the beginning')
      const timeZone = request.body.time_zone
      if (!isTimeZone(timeZone)) throw notPossible('/body/time_zone', 'unknown', `there is no time zone ${timeZone}`)
      const caller = callerOf(request)
      const asker = caller.kind === 'person' ? caller.subject : null
      const wanted = { accountId, fromMicros, toMicros, timeZone, actor: actorOf(caller), asker }
      const requested = await requestExport(writer, wanted, request.headers['idempotency-key'])
      if ('refused' in requested) {
        switch (requested.refused) {
          case 'unknown_account':
            throw noAccount(accountId)
          case 'begins_after_now':
            throw notPossible('/body/from', 'too_high', 'the period must not begin in the future')
          case 'request_key_reused':
            throw new ApiProblem(
              'request_key_reused',
              'this Idempotency-Key was already used for another period or caller: nothing was started',
            )
        }
      }
      const { export: asked, isEarlier } = requested.answer
      return await reply
        .code(isEarlier ? 200 : 201)
        .header('location', `/v1/accounts/${encodeURIComponent(accountId)}/exports/${asked.exportId}`)
        .send(exportJson(asked))
    },
  })
}

function addListExports(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: URL,
    config: { access: ACCESS },
    schema: {
      operationId: 'listExports',
      tags: ['Exports'],
      summary: 'Exports, newest first',
      params: AccountParams,
      querystring: PageQuery,
      response: { 200: page(Export) },
    },
    handler: async (request) => {
      const { account_id: accountId } = request.params
      const { cursor, limit } = request.query
      const [requestedAt, exportId] = readCursor(cursor, ['string', 'string']) ?? []
      const after = requestedAt === undefined ? null : { requestedAt, exportId: exportId! }
      const found = await listExports(pool, accountId, { after, limit: limit + 1 })
      if (found.length === 0) await refuseUnknownAccount(pool, accountId)
      return pageOf(found, limit, (each) => [each.requestedAt, each.exportId], exportJson)
    },
  })
}

function addReadExport(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: `${URL}/:export_id`,
    config: { access: ACCESS },
    schema: {
      operationId: 'readExport',
      tags: ['Exports'],
      summary: 'An export with its progress and the sums of its period',
      params: ExportParams,
      response: { 200: Export },
    },
    handler: async (request) => exportJson(await readExportOrRefuse(pool, request.params)),
  })
}

async function readExportOrRefuse(
  pool: Pool,
  { account_id: accountId, export_id: exportId }: z.output<typeof ExportParams>,
) {
  const found = await readExport(pool, accountId, exportId)
  if (found === null) throw new ApiProblem('not_found', `there is no export ${exportId} of account ${accountId}`)
  return found
}

function addExportFile(api: Api, { writer: { pool } }: ApiContext): void {
  const downloads = new Set<Readable>()
  api.addHook('preClose', async () => {
    setTimeout(() => {
      for (const download of downloads) download.destroy()
    }, DOWNLOAD_DRAIN_MS).unref()
  })

  api.route({
    method: 'GET',
    url: `${URL}/:export_id/file`,
    config: { access: ACCESS, problems: ['conflict'] },
    schema: {
      operationId: 'downloadExport',
      tags: ['Exports'],
      summary: 'Download the file of an export that is ready',
      description:
        'CSV as in RFC 4180, in UTF-8 with a byte order mark. Text that a spreadsheet would take for a formula starts with an apostrophe. Amounts are plain numbers, instants are RFC 3339 in UTC.',
      params: ExportParams,
      response: {
        200: { description: 'The file.', content: { 'text/csv': { schema: z.string() } } },
      },
    },
    handler: async (request, reply) => {
      const found = await readExportOrRefuse(pool, request.params)
      if (found.state !== 'ready') throw new ApiProblem('conflict', `export ${found.exportId} ${NO_FILE[found.state]}`)
      reply
        .type('text/csv; charset=utf-8; header=present')
        .header('content-disposition', `attachment; filename="${fileNameOf(found)}"`)
        .header('content-length', String(found.fileBytes))
      if (request.method === 'HEAD') return await reply.send(Readable.from([]) as never)
      const file = readExportFile(pool, found)
      downloads.add(file)
      file.once('close', () => downloads.delete(file))
      return await reply.send(file as never)
    },
  })
}

const NO_FILE = {
  preparing: 'is not ready yet: read it to follow its progress',
  failed: 'failed: request another',
  expired: 'has expired: request another',
} as const

/**
 * Uses only characters that every file system accepts. The days are those of the period in its time zone, both
 * inclusive.
 */
function fileNameOf({ accountId, from, to, timeZone }: StoredExport): string {
  // `en-CA` writes days as ISO 8601 does.
  const days = new Intl.DateTimeFormat('en-CA', { timeZone })
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)]
  const [first, last] = [fromMs, Math.max(fromMs, toMs - 1)].map((ms) => days.format(ms))
  return `credit-movements-${accountId.replaceAll(/[^\w.-]/g, '_')}-${first}-${last}.csv`
}

function exportJson(each: StoredExport): z.output<typeof Export> {
  const isWhole = each.state === 'ready' || each.state === 'expired'
  return {
    export_id: each.exportId,
    account_id: each.accountId,
    state: each.state,
    from: each.from,
    to: each.to,
    currency: each.currency,
    rows: Number(each.throughSequence - each.afterSequence),
    rows_done: Number(each.doneSequence - each.afterSequence),
    after_sequence: Number(each.afterSequence),
    through_sequence: Number(each.throughSequence),
    summary: isWhole
      ? {
          opening: formatMoney(each.openingMicros),
          added: formatMoney(each.addedMicros),
          used: formatMoney(each.usedMicros),
          other: formatMoney(each.otherMicros),
          closing: formatMoney(each.closingMicros),
        }
      : null,
    file_bytes: isWhole ? Number(each.fileBytes) : null,
    requested_at: each.requestedAt,
    requested_by: each.requestedBy,
    time_zone: each.timeZone,
    concluded_at: each.concludedAt,
    download_until: each.expiresAt,
    failure: each.failure,
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
