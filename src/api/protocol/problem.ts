/**
 * The closed list of problems that the API answers with: RFC 9457 documents whose `type` is stable. Each code has one
 * status, one title, and says whether the same request may succeed later.
 */
interface Problem {
  readonly status: number
  readonly title: string
  /** Whether the same request may succeed if it is sent again: at once, after `Retry-After`, or later. */
  readonly retryable: boolean
}

const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is not valid', retryable: false },
  unauthenticated: { status: 401, title: 'A valid credential is required', retryable: false },
  forbidden: { status: 403, title: 'The credential does not allow this', retryable: false },
  not_found: { status: 404, title: 'Not found', retryable: false },
  method_not_allowed: { status: 405, title: 'This path does not support this method', retryable: false },
  not_acceptable: { status: 406, title: 'None of the accepted content types is available', retryable: false },
  conflict: { status: 409, title: 'The current state does not allow this', retryable: false },
  account_exists: { status: 409, title: 'An account with this id already exists', retryable: false },
  account_closed: { status: 409, title: 'The account is closed', retryable: false },
  no_payment_method: { status: 409, title: 'There is no payment method to charge', retryable: false },
  needs_another_method: { status: 409, title: 'A different payment method is required', retryable: false },
  no_catalog_in_force: { status: 409, title: 'No catalog is in force yet', retryable: true },
  changed_meanwhile: { status: 412, title: 'It was changed in the meantime', retryable: false },
  too_large: { status: 413, title: 'The request is too large', retryable: false },
  unsupported_media_type: { status: 415, title: 'The content type is not supported', retryable: false },
  request_key_reused: {
    status: 422,
    title: 'The idempotency key was already used for a different request',
    retryable: false,
  },
  not_possible: { status: 422, title: 'The values cannot be accepted', retryable: false },
  consent_needed: { status: 422, title: 'Consent is required', retryable: false },
  consent_differs: { status: 422, title: 'The consent is for different figures', retryable: false },
  if_match_required: { status: 428, title: 'If-Match is required', retryable: false },
  too_many_requests: { status: 429, title: 'Too many requests', retryable: true },
  internal: { status: 500, title: 'Internal error', retryable: false },
  provider_unavailable: { status: 503, title: 'The payment provider is not responding', retryable: true },
  not_indexed: { status: 503, title: 'The movements are not indexed yet', retryable: true },
  unavailable: { status: 503, title: 'Temporarily unavailable', retryable: true },
} as const satisfies Record<string, Problem>

export type ProblemCode = keyof typeof PROBLEMS

/** Status, title and retryability of a code. */
export function problemOf(code: ProblemCode): Problem {
  return PROBLEMS[code]
}

/** One value of the request that is wrong. */
export interface FieldFault {
  /** JSON pointer into the request: `/body/amount`, `/query/limit`, `/headers/idempotency-key`. */
  readonly path: string
  /** For programs: `too_low`, `unknown_package`, ... */
  readonly code: string
  readonly detail: string
  /** The bound that the value exceeds, if there is one; amounts as decimal strings. */
  readonly limit?: string
}

/** One place in a file that is wrong. */
export interface FileFault {
  readonly file: string
  /** From 1; null for the file as a whole. */
  readonly line: number | null
  readonly reason: string
}

/** What a problem says besides its code and detail. */
export interface ProblemExtras {
  readonly errors?: readonly FieldFault[]
  /** For files that were sent: the first faults, and how many there are. */
  readonly faults?: { readonly first: readonly FileFault[]; readonly count: number }
  readonly retryAfterSeconds?: number
  /** For `changed_meanwhile`: the current version, who changed it, and when. */
  readonly current?: {
    readonly etag: string
    readonly changedBy: string | null
    readonly changedByName: string | null
    readonly changedAt: string
  }
  /** For `method_not_allowed`. */
  readonly allow?: readonly string[]
}

/** Ends a request with a problem: a refusal for the caller, never a bug of ours. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly problem: ProblemCode
  readonly extras: ProblemExtras

  /** `detail` goes to the caller: a sentence that says what is wrong and what to do, with ids, and nothing internal. */
  constructor(problem: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail)
    this.problem = problem
    this.extras = extras
  }
}

/** The problem for one value that the installation cannot accept. `limit` is the bound that it exceeds. */
export function notPossible(path: string, code: string, detail: string, limit?: string): ApiProblem {
  const error = { path, code, detail, ...(limit === undefined ? {} : { limit }) }
  return new ApiProblem('not_possible', detail, { errors: [error] })
}

/** The problem for several wrong values, each named in the detail. */
export function ofFaults(problem: ProblemCode, errors: readonly FieldFault[]): ApiProblem {
  return new ApiProblem(problem, errors.map(({ path, detail }) => `${path}: ${detail}`).join('; '), { errors })
}

/** The body of a problem answer. */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly request_id: string
  readonly retryable: boolean
  readonly errors?: readonly FieldFault[]
  readonly faults?: readonly FileFault[]
  readonly fault_count?: number
  readonly current?: {
    readonly etag: string
    readonly changed_by: string | null
    readonly changed_by_name: string | null
    readonly changed_at: string
  }
}

/** The stable `type` URN of a code. */
export function typeOf(code: ProblemCode): string {
  return `urn:tollgate:problem:${code.replaceAll('_', '-')}`
}

/** The body for a problem. */
export function documentOf({ problem, message, extras }: ApiProblem, requestId: string): ProblemDocument {
  const { status, title, retryable } = problemOf(problem)
  const { errors, faults, current } = extras
  return {
    type: typeOf(problem),
    title,
    status,
    detail: message,
    request_id: requestId,
    retryable,
    ...(errors === undefined ? {} : { errors }),
    ...(faults === undefined ? {} : { faults: faults.first, fault_count: faults.count }),
    ...(current === undefined
      ? {}
      : {
          current: {
            etag: current.etag,
            changed_by: current.changedBy,
            changed_by_name: current.changedByName,
            changed_at: current.changedAt,
          },
        }),
  }
}
