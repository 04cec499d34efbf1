/** Answers of the API as values: data, a refusal, or silence. */

export interface FieldFault {
  readonly path: string
  readonly code: string
  readonly limit?: string
}

/** Who changed something meanwhile, and when. */
export interface Change {
  readonly changed_by: string | null
  readonly changed_by_name: string | null
  readonly changed_at: string
}

export interface Refusal {
  readonly status: number
  /** Such as `consent-differs`. */
  readonly code: string
  readonly errors: readonly FieldFault[]
  /** For `changed-meanwhile`: who changed it, and when. */
  readonly change: Change | null
  readonly retryAfterSeconds: number | null
}

export type Answered<Data> =
  | { readonly data: Data; readonly etag: string | null }
  | { readonly refusal: Refusal }
  /** No answer of the API, or a failure of it, so the request may have taken effect. */
  | { readonly silence: true; readonly retryAfterSeconds?: number | null }

/** A request without an answer for this long counts as silence: its outcome is unknown. */
export const SILENCE_MS = 15_000

/** The API names every refusal by a type that begins so. */
const PROBLEM = 'urn:tollgate:problem:'
/** These concern the caller, whoever says them: the API, or a proxy before it. */
const OF_THE_CALLER: ReadonlySet<number> = new Set([401, 403, 429])

interface Problem {
  readonly type?: unknown
  readonly errors?: readonly FieldFault[]
  readonly current?: Change
}

/** Never rejects. A refusal that is not the API's own, such as a proxy's 404 during an update, proves nothing. */
export async function answered<Data>(
  asked: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Answered<Exclude<Data, undefined>>> {
  try {
    const { data, error, response } = await asked
    // The API answers with JSON or nothing; text comes from something before it.
    if (response.ok && typeof data === 'string') return { silence: true }
    if (response.ok) return { data: data as Exclude<Data, undefined>, etag: response.headers.get('etag') }
    const retryAfter = Number(response.headers.get('retry-after'))
    const retryAfterSeconds = retryAfter > 0 ? retryAfter : null
    const { status } = response
    const problem = (error ?? {}) as Problem
    const type = String(problem.type ?? '')
    const isOurs = type.startsWith(PROBLEM) || OF_THE_CALLER.has(status)
    if (status >= 500 || !isOurs) return { silence: true, retryAfterSeconds }
    return {
      refusal: {
        status,
        code: type.slice(PROBLEM.length),
        errors: problem.errors ?? [],
        change: problem.current ?? null,
        retryAfterSeconds,
      },
    }
  } catch {
    return { silence: true }
  }
}
