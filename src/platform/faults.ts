/**
 * What can go wrong while usage is recorded, and what happens then. Each fault has a code from a closed list, and each
 * code a fate:
 *
 *   retry        a transient fault (a connection, a lock, the registry): retried for as long as it takes
 *   dead_letter  a data fault of one event: the event becomes a dead letter, the rest of the batch is recorded
 *   stop         a bug of ours or a broken invariant: the event's partition number stops there; no event is blamed or skipped
 *
 * The fate is decided where a fault is thrown. An error without a code is a bug.
 */
export type Fate = 'retry' | 'dead_letter' | 'stop'

interface Consequence {
  readonly fate: Fate
  /** No event explains it, so the process ends and restarts; without this, only the event's partition stops. */
  readonly endsProcess?: true
}

const FAULTS = {
  database_unavailable: { fate: 'retry' },
  /**
   * It may have been committed or not: only work that recognises its own traces, by identity or request key, may be
   * retried.
   */
  commit_unanswered: { fate: 'retry' },
  /**
   * A lock, a deadlock, a full disk, missing rights: any SQLSTATE that blames neither the data nor a constraint. Nor does
   * an unknown table or column (class 42): an outdated process retries until it is replaced, and any process until a
   * restore has created the tables again.
   */
  database_refused: { fate: 'retry' },
  registry_unavailable: { fate: 'retry' },
  /** Published by another release; retried until this process is replaced by it. */
  catalog_unreadable: { fate: 'retry' },
  /** The database cannot store a value: out of range, too long for an index, a NUL in a text. */
  value_refused: { fate: 'dead_letter' },
  /** The same, detected by our encoder. */
  value_out_of_range: { fate: 'dead_letter' },
  /** Table constraints guard invariants; under the account's lock no event can break one. */
  constraint_violated: { fate: 'stop' },
  invariant_broken: { fate: 'stop' },
  bug: { fate: 'stop' },
  database_restored: { fate: 'stop', endsProcess: true },
} as const satisfies Record<string, Consequence>

export type FaultCode = keyof typeof FAULTS

export const FAULT_CODES = Object.keys(FAULTS) as readonly FaultCode[]

/** An error with a fault code, and so a fate. */
export class Fault extends Error {
  override readonly name: string = 'Fault'
  /** Not named `code`, because drivers use that. */
  readonly faultCode: FaultCode

  constructor(faultCode: FaultCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.faultCode = faultCode
  }
}

/** What happens after an error, whatever was thrown. */
export function consequenceOf(error: unknown): Consequence & { readonly code: FaultCode } {
  const code = codeOf(error)
  return { code, ...FAULTS[code] }
}

function codeOf(error: unknown): FaultCode {
  if (error instanceof Fault) return error.faultCode
  const state = sqlState(error)
  if (state === null || state === INVALID_BINARY) return 'bug'
  return CODE_BY_SQLSTATE_CLASS[state.slice(0, 2)] ?? 'database_refused'
}

/** We encode parameters and COPY rows, so if the server cannot read them, it is our bug. */
const INVALID_BINARY = '22P03'

const CODE_BY_SQLSTATE_CLASS: Readonly<Record<string, FaultCode>> = {
  22: 'value_refused',
  23: 'constraint_violated',
  54: 'value_refused',
}

/** The SQLSTATE of a database error, or null. */
export function sqlState(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code
  // Error codes of the operating system look similar (EPIPE); no SQLSTATE class starts with E.
  return typeof code === 'string' && /^[0-9FHPX][0-9A-Z]{4}$/.test(code) ? code : null
}
