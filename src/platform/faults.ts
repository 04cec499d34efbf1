/**
 * What can go wrong while usage is recorded, and what becomes of it. Each fault has a code from a closed list, and each
 * code a fate:
 *
 *   retry        the moment is to blame (a connection, a lock, the registry): tried again for as long as it takes
 *   dead_letter  this event's own data is to blame: the event goes to the dead letters, the rest lands
 *   crash        a bug of ours or a broken invariant: never blamed on an event, never skipped
 *
 * The fate is decided where a fault is thrown. Whatever is thrown without a code is a bug.
 */
export type Fate = 'retry' | 'dead_letter' | 'crash'

interface Consequence {
  readonly fate: Fate
  /** No single event explains it, so the process ends and starts anew; otherwise only the event's partition stops. */
  readonly endsProcess?: true
}

const FAULTS = {
  database_unavailable: { fate: 'retry' },
  /** It may have committed or not: only what finds its own traces, by an identity or a request key, may try again. */
  commit_unanswered: { fate: 'retry' },
  /** A lock, a deadlock, a full disk, missing rights: whatever SQLSTATE says neither the data nor a constraint. */
  database_refused: { fate: 'retry' },
  registry_unavailable: { fate: 'retry' },
  /** Another release published it; it waits for this one to be replaced. */
  catalog_unreadable: { fate: 'retry' },
  /** The database cannot hold a value: out of range, too long for an index, a NUL in a text. */
  value_refused: { fate: 'dead_letter' },
  /** The same, found by our encoder. */
  value_out_of_range: { fate: 'dead_letter' },
  /** A constraint of the tables guards an invariant: under the account's lock no event breaks one. */
  constraint_violated: { fate: 'crash' },
  invariant_broken: { fate: 'crash' },
  bug: { fate: 'crash' },
  database_restored: { fate: 'crash', endsProcess: true },
} as const satisfies Record<string, Consequence>

export type FaultCode = keyof typeof FAULTS

export const FAULT_CODES = Object.keys(FAULTS) as readonly FaultCode[]

/** An error that knows its fate. */
export class Fault extends Error {
  override readonly name: string = 'Fault'
  /** Not `code`, where drivers keep theirs. */
  readonly faultCode: FaultCode

  constructor(faultCode: FaultCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.faultCode = faultCode
  }
}

/** What becomes of whatever was thrown. */
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

/** Parameters and COPY rows are encoded by us: what the server cannot read of them is our fault, whatever the event. */
const INVALID_BINARY = '22P03'

const CODE_BY_SQLSTATE_CLASS: Readonly<Record<string, FaultCode>> = {
  22: 'value_refused',
  23: 'constraint_violated',
  54: 'value_refused',
}

/** SQLSTATE of a database error, or null. */
export function sqlState(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code
  // Codes of the operating system look alike (EPIPE); no class of SQLSTATE begins with E.
  return typeof code === 'string' && /^[0-9FHPX][0-9A-Z]{4}$/.test(code) ? code : null
}
