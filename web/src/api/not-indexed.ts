/** Recognises a search of movements that is refused because their index is incomplete, by its problem type. */

/** Too much is not indexed yet to search or count; listing still works. */
export interface NotIndexedYet {
  readonly retryAfterSeconds: number
}

const NOT_INDEXED = 'urn:tollgate:problem:not-indexed'
const RETRY_AFTER_SECONDS = 30

/** Null for any other answer, such as the 503 of a database that is unavailable. */
export function notIndexedYet(answer: { readonly error?: unknown; readonly response: Response }): NotIndexedYet | null {
  const { type } = (answer.error ?? {}) as { readonly type?: unknown }
  if (type !== NOT_INDEXED) return null
  return { retryAfterSeconds: Number(answer.response.headers.get('retry-after')) || RETRY_AFTER_SECONDS }
}
