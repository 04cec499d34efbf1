/**
 * The database connection. Transactions are pipelined: statements are sent without waiting for one another, so a batch
 * costs two or three round trips however many statements it has. Every reply is looked at, COMMIT's too.
 */
import type { Writable } from 'node:stream'
import pg from 'pg'
import { Fault, sqlState } from './faults.ts'
import { gatherWrites } from './gather-writes.ts'
import type { Logger } from './log.ts'

export type Pool = pg.Pool
export type Connection = pg.PoolClient

/** bigint columns come as bigint, not as text; timestamps stay text, for Date would cut their microseconds. */
const types = new pg.TypeOverrides()
types.setTypeParser(pg.types.builtins.INT8, (text) => BigInt(text))
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => text)
types.setTypeParser(pg.types.builtins.DATE, (text) => text)

export function createPool(databaseUrl: string, log: Logger, connections = 8): Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: connections,
    types,
    application_name: 'tollgate',
    connectionTimeoutMillis: 5_000,
    pipeline: true,
    // A database that vanished without a word must not be waited for for ever; the server's own limit is below this.
    query_timeout: 65_000,
    keepAlive: true,
  } as pg.PoolConfig)
  pool.on('connect', (client) => {
    // A connection in use that breaks fails its queries, which is enough; unheard, the event would end the process.
    client.on('error', () => {})
    client.query = withFaults(client, pipelined(client, client.query))
  })
  pool.connect = withFaults(pool, pool.connect)
  pool.query = withFaults(pool, pool.query)
  // An idle connection that breaks is replaced at the next use.
  pool.on('error', (error) =>
    log.warn({ reason: error.message }, 'an idle database connection was lost; retried at next use'),
  )
  return pool
}

/** Statements that are given to the driver in one go are written in one go. */
function pipelined<F>(client: pg.PoolClient, query: F): F {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Writable } }).connection
  const gathered = (...args: unknown[]): unknown => {
    gatherWrites(stream)
    return (query as (...args: unknown[]) => unknown).apply(client, args)
  }
  return gathered as F
}

/**
 * The driver's function, of whose failures those that are not the server's own word are marked as a connection lost: the
 * driver says so by plain errors, which nobody could tell from bugs.
 */
function withFaults<F>(owner: object, ask: F): F {
  const marked = (...args: unknown[]): unknown => {
    const answer: unknown = (ask as (...args: unknown[]) => unknown).apply(owner, args)
    return answer instanceof Promise ? answer.catch((error) => Promise.reject(asFault(error))) : answer
  }
  return marked as F
}

/** What the driver failed with, as a fault of ours unless the server gave its reason. */
export function asFault(error: unknown): unknown {
  const isOurs = error instanceof TypeError || error instanceof RangeError || error instanceof Fault
  if (isOurs || sqlState(error) !== null) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new Fault('database_unavailable', `the database did not answer: ${reason}`, { cause: error })
}

/** A lock somebody holds too long fails the transaction instead of stopping the world; the batch is tried again. */
const BEGIN = "begin; set local lock_timeout = '5s'; set local statement_timeout = '60s'"

/**
 * For statements that take thousands of keys and find each by its index: left alone, the planner reads whole tables
 * instead, with several workers, while a table is small or its statistics are old. The settings end with the transaction.
 */
const BY_KEY =
  '; set local enable_seqscan = off; set local random_page_cost = 1.1' +
  '; set local max_parallel_workers_per_gather = 0; set local jit = off'

export interface TransactionOptions {
  /** All its statements look rows up by key: plan them so, whatever the statistics say. */
  readonly isByKey?: boolean
}

/**
 * Runs `work` in one READ COMMITTED transaction. A commit that the server turned into a rollback (it answers `ROLLBACK`,
 * without an error, when an earlier pipelined statement failed) throws, so that nobody takes it for done.
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (connection: Connection) => Promise<T>,
  { isByKey = false }: TransactionOptions = {},
): Promise<T> {
  const connection = await pool.connect()
  let broken: Error | undefined
  try {
    // Not waited for: what comes next is right behind it, and fails if it did.
    const begun = connection.query(isByKey ? BEGIN + BY_KEY : BEGIN)
    const [, result] = await allReplies([begun, work(connection)])
    const reply = await connection.query('commit').catch((error) => {
      // A refusal is an answer; without one, or where the server ended meanwhile, nobody knows how far it had got.
      if (sqlState(error)?.startsWith('57P') === false) throw error
      throw new Fault('commit_unanswered', 'the database did not say whether it has committed', { cause: error })
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

/** Whether the transaction that failed with this error may have been committed all the same: its COMMIT had no answer. */
export function mayBeCommitted(error: unknown): boolean {
  return error instanceof Fault && error.faultCode === 'commit_unanswered'
}

/** What statements answer that were sent behind the one that failed. */
const IN_FAILED_TRANSACTION = '25P02'

/** Waits for every pipelined reply, then throws the failure itself, not those that only say that the transaction is over. */
export async function allReplies<const T extends readonly Promise<unknown>[]>(
  replies: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(replies)
  const failures = settled.filter((reply) => reply.status === 'rejected').map(({ reason }) => reason as unknown)
  if (failures.length > 0) throw failures.find((error) => sqlState(error) !== IN_FAILED_TRANSACTION) ?? failures[0]
  return settled.map((reply) => (reply as PromiseFulfilledResult<unknown>).value) as never
}

const UNIQUE_VIOLATION = '23505'

/** Whether the error says that a row with this key, a primary key or unique constraint, is there already. */
export function violates(error: unknown, constraint: string): boolean {
  return sqlState(error) === UNIQUE_VIOLATION && (error as { constraint?: unknown }).constraint === constraint
}
