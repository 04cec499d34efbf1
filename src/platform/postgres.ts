/**
 * The database connection. Transactions are pipelined: statements are sent without waiting for each other, so a batch
 * costs two or three round trips however many statements it has. Every reply is checked, that to COMMIT too.
 */
import type { Writable } from 'node:stream'
import pg from 'pg'
import { Fault, sqlState } from './faults.ts'
import { gatherWrites } from './gather-writes.ts'
import type { Logger } from './log.ts'

export type Pool = pg.Pool
export type Connection = pg.PoolClient

/** bigint columns are read as bigint, not text. Timestamps stay text, because Date would lose their microseconds. */
const types = new pg.TypeOverrides()
types.setTypeParser(pg.types.builtins.INT8, (text) => BigInt(text))
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => text)
types.setTypeParser(pg.types.builtins.DATE, (text) => text)

/** Creates a pool of pipelined connections whose failures are thrown as `Fault`s. */
export function createPool(databaseUrl: string, log: Logger, connections = 8): Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: connections,
    types,
    application_name: 'tollgate',
    connectionTimeoutMillis: 5_000,
    pipeline: true,
    // Bounds the wait for a database that vanished silently; the server's own limit is lower.
    query_timeout: 65_000,
    keepAlive: true,
  } as pg.PoolConfig)
  pool.on('connect', (client) => {
    // A broken connection already fails its queries; without a listener this event would end the process.
    client.on('error', () => {})
    client.query = withFaults(client, pipelined(client, client.query))
  })
  pool.connect = withFaults(pool, pool.connect)
  pool.query = withFaults(pool, pool.query)
  // A broken idle connection is replaced at its next use.
  pool.on('error', (error) =>
    log.warn({ reason: error.message }, 'lost an idle database connection; the next use opens another'),
  )
  return pool
}

/** Statements issued in one task are written to the socket together. */
function pipelined<F>(client: pg.PoolClient, query: F): F {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Writable } }).connection
  const gathered = (...args: unknown[]): unknown => {
    gatherWrites(stream)
    return (query as (...args: unknown[]) => unknown).apply(client, args)
  }
  return gathered as F
}

/**
 * Wraps a driver function: failures without an SQLSTATE become `database_unavailable`. The driver throws plain errors
 * for lost connections, which could not be told from bugs otherwise.
 */
function withFaults<F>(owner: object, ask: F): F {
  const marked = (...args: unknown[]): unknown => {
    const answer: unknown = (ask as (...args: unknown[]) => unknown).apply(owner, args)
    return answer instanceof Promise ? answer.catch((error) => Promise.reject(asFault(error))) : answer
  }
  return marked as F
}

/** An error of the driver as a `Fault`, unless the server gave an SQLSTATE or it is a bug. */
export function asFault(error: unknown): unknown {
  const isOurs = error instanceof TypeError || error instanceof RangeError || error instanceof Fault
  if (isOurs || sqlState(error) !== null) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new Fault('database_unavailable', `the database did not respond: ${reason}`, { cause: error })
}

/** A lock held too long fails the transaction, which is then retried, instead of blocking everything. */
const BEGIN = "begin; set local lock_timeout = '5s'; set local statement_timeout = '60s'"

/**
 * How long the server waits for the next statement. Then it ends the connection and releases its locks: the host may have
 * vanished, which the server would otherwise notice after two hours.
 */
const NEXT_STATEMENT_WITHIN_MS = 30_000

/**
 * For statements that take thousands of keys and find each row by an index. Otherwise the planner may scan whole tables
 * with several workers while a table is small or its statistics are old. The settings end with the transaction.
 */
const BY_KEY =
  '; set local enable_seqscan = off; set local random_page_cost = 1.1' +
  '; set local max_parallel_workers_per_gather = 0; set local jit = off'

export interface TransactionOptions {
  /** All its statements find rows by key: plan them that way whatever the statistics say. */
  readonly isByKey?: boolean
  /** The longest that `work` does something else between two statements. By default half a minute. */
  readonly nextStatementWithinMs?: number
}

/**
 * Runs `work` in one READ COMMITTED transaction. Throws when the server answers COMMIT with `ROLLBACK`, which it does
 * without an error after an earlier pipelined statement failed. Throws `commit_unanswered` if it is unknown whether it
 * committed.
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (connection: Connection) => Promise<T>,
  { isByKey = false, nextStatementWithinMs = NEXT_STATEMENT_WITHIN_MS }: TransactionOptions = {},
): Promise<T> {
  const connection = await pool.connect()
  let broken: Error | undefined
  try {
    // Not awaited: the next statement follows right behind, and fails if this one did.
    const endIdle = `; set local idle_in_transaction_session_timeout = ${nextStatementWithinMs}`
    const begun = connection.query(BEGIN + endIdle + (isByKey ? BY_KEY : ''))
    const [, result] = await allReplies([begun, work(connection)])
    const reply = await connection.query('commit').catch((error) => {
      // A refusal is an answer. Without one, or when the server shut down meanwhile, the outcome is unknown.
      if (sqlState(error)?.startsWith('57P') === false) throw error
      throw new Fault(
        'commit_unanswered',
        'the connection was lost during commit: it is unknown whether the transaction was committed',
        { cause: error },
      )
    })
    if (reply.command !== 'COMMIT') {
      throw new Fault('database_refused', `the transaction was not committed: the server answered ${reply.command}`)
    }
    return result
  } catch (error) {
    try {
      await connection.query('rollback')
    } catch (rollbackError) {
      broken = rollbackError as Error
    }
    throw error
  } finally {
    connection.release(broken)
  }
}

/** Whether the transaction may have been committed although it failed with this error: its COMMIT was not answered. */
export function mayBeCommitted(error: unknown): boolean {
  return error instanceof Fault && error.faultCode === 'commit_unanswered'
}

/** The SQLSTATE of statements sent after the one that failed. */
const IN_FAILED_TRANSACTION = '25P02'

/** Waits for every pipelined reply, then throws the original failure, not those of the statements behind it. */
export async function allReplies<const T extends readonly Promise<unknown>[]>(
  replies: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(replies)
  const failures = settled.filter((reply) => reply.status === 'rejected').map(({ reason }) => reason as unknown)
  if (failures.length > 0) throw failures.find((error) => sqlState(error) !== IN_FAILED_TRANSACTION) ?? failures[0]
  return settled.map((reply) => (reply as PromiseFulfilledResult<unknown>).value) as never
}

const UNIQUE_VIOLATION = '23505'

/** Whether the error says that a row with this key (of a primary key or unique constraint) exists already. */
export function violates(error: unknown, constraint: string): boolean {
  return sqlState(error) === UNIQUE_VIOLATION && (error as { constraint?: unknown }).constraint === constraint
}
