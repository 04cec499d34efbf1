/** What of the page exports movements: asked for, followed, and what a period comes to beforehand. Loaded when it is opened. */
import type { ApiClient, Schema } from '../../../src/api/client/client.ts'
import { openClient } from './account.ts'
import { type Answered, answered, SILENCE_MS } from './answered.ts'

export type Export = Schema<'Export'>
export type PeriodSummary = Schema<'PeriodSummary'>

export interface WantedExport {
  readonly from: string
  readonly to: string
  /** In which its days were chosen. */
  readonly time_zone: string
}

/** The API did not do it, or was not heard. */
export class NotAnswered extends Error {
  /** Null: nothing was heard, and it may have been done. */
  readonly status: number | null
  readonly retryAfterSeconds: number | null

  constructor(status: number | null, retryAfterSeconds: number | null) {
    super(status === null ? 'no answer' : `refused with ${status}`)
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export type ExportsApi = ReturnType<typeof exportsApi>

/** More than anybody asks for while they are kept. */
const NEWEST = 20

/** Whatever is asked throws `NotAnswered`. */
export function exportsApi(accountId: string) {
  const api: ApiClient = openClient()
  const path = { account_id: accountId }
  const signal = () => AbortSignal.timeout(SILENCE_MS)
  return {
    /** Under the same key it is one export, however often it is asked for. While one is under way, that one is answered. */
    create: async (key: string, wanted: WantedExport) =>
      dataOf(
        await answered(
          api.POST('/v1/accounts/{account_id}/exports', {
            params: { path, header: { 'idempotency-key': key } },
            body: wanted,
            signal: signal(),
          }),
        ),
      ),
    /** The newest first. */
    list: async () =>
      dataOf(
        await answered(
          api.GET('/v1/accounts/{account_id}/exports', {
            params: { path, query: { limit: NEWEST } },
            signal: signal(),
          }),
        ),
      ).items,
    read: async (exportId: string) =>
      dataOf(
        await answered(
          api.GET('/v1/accounts/{account_id}/exports/{export_id}', {
            params: { path: { ...path, export_id: exportId } },
            signal: signal(),
          }),
        ),
      ),
    summary: async ({ from, to }: Pick<WantedExport, 'from' | 'to'>) =>
      dataOf(
        await answered(
          api.GET('/v1/accounts/{account_id}/period-summary', {
            params: { path, query: { from, to } },
            signal: signal(),
          }),
        ),
      ),
  }
}

/** Where a browser takes the file from, by the cookie of its session. */
export function fileUrl({ account_id: accountId, export_id: exportId }: Export): string {
  return `/v1/accounts/${encodeURIComponent(accountId)}/exports/${encodeURIComponent(exportId)}/file`
}

/** How many movements a period has: they are numbered without a gap. */
export function rowsOf({ after_sequence: after, through_sequence: through }: PeriodSummary): number {
  return through - after
}

function dataOf<Data>(answer: Answered<Data>): Data {
  if ('data' in answer) return answer.data
  if ('refusal' in answer) throw new NotAnswered(answer.refusal.status, answer.refusal.retryAfterSeconds)
  throw new NotAnswered(null, answer.retryAfterSeconds ?? null)
}
