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
  /** No usable answer, so the request may have taken effect. */
  | { readonly silence: true; readonly retryAfterSeconds?: number | null }

/** A request without an answer for this long counts as silence: its outcome is unknown. */
export const SILENCE_MS = 15_000

interface Problem {
  readonly type?: string
  readonly errors?: readonly FieldFault[]
  readonly current?: Change
}

export async function answered<Data>(
  asked: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Answered<Exclude<Data, undefined>>> {
  try {
    const { data, error, response } = await asked
    if (response.ok) return { data: data as Exclude<Data, undefined>, etag: response.headers.get('etag') }
    const retryAfter = Number(response.headers.get('retry-after'))
    const retryAfterSeconds = retryAfter > 0 ? retryAfter : null
    if (response.status >= 500) return { silence: true, retryAfterSeconds }
    const problem = (error ?? {}) as Problem
    return {
      refusal: {
        status: response.status,
        code: problem.type?.split(':').at(-1) ?? '',
        errors: problem.errors ?? [],
        change: problem.current ?? null,
        retryAfterSeconds,
      },
    }
  } catch {
    return { silence: true }
  }
}
