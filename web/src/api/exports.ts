/** Requests of the export dialog: create, follow, list, and preview the sums of a period. Loaded with the dialog. */
import type { ApiClient, Schema } from '../../../src/api/client/client.ts'
import { openClient } from './account.ts'
import { type Answered, answered, SILENCE_MS } from './answered.ts'

export type Export = Schema<'Export'>
export type PeriodSummary = Schema<'PeriodSummary'>

export interface WantedExport {
  readonly from: string
  readonly to: string
  /** The time zone in which the days were chosen. */
  readonly time_zone: string
}

/** The API refused the request or did not answer. */
export class NotAnswered extends Error {
  /** Null if there was no answer; the request may have taken effect. */
  readonly status: number | null
  readonly retryAfterSeconds: number | null

  constructor(status: number | null, retryAfterSeconds: number | null) {
    super(status === null ? 'no answer' : `refused with ${status}`)
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export type ExportsApi = ReturnType<typeof exportsApi>

/** More than anybody requests while files are kept. */
const NEWEST = 20

/** Every request throws `NotAnswered`. */
export function exportsApi(accountId: string) {
  const api: ApiClient = openClient()
  const path = { account_id: accountId }
  const signal = () => AbortSignal.timeout(SILENCE_MS)
  return {
    /** One export per key, however often it is requested. If one is in preparation, returns that one. */
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
    /** Newest first. */
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

/** The address of the file, which the browser fetches with the session cookie. */
export function fileUrl({ account_id: accountId, export_id: exportId }: Export): string {
  return `/v1/accounts/${encodeURIComponent(accountId)}/exports/${encodeURIComponent(exportId)}/file`
}

/** The number of movements in a period; sequences have no gaps. */
export function rowsOf({ after_sequence: after, through_sequence: through }: PeriodSummary): number {
  return through - after
}

function dataOf<Data>(answer: Answered<Data>): Data {
  if ('data' in answer) return answer.data
  if ('refusal' in answer) throw new NotAnswered(answer.refusal.status, answer.refusal.retryAfterSeconds)
  throw new NotAnswered(null, answer.retryAfterSeconds ?? null)
}
