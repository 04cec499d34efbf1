/**
 * Request keys make requests that move money safe to repeat: the key is stored with the answer in the transaction that
 * executes the request. Rows are read and written under the lock of their account.
 */
import { hash } from 'node:crypto'
import { canonicalJson, fromCanonical } from '../../core/canonical-json.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'
import { type UpkeepPage, upkeepPage } from '../../platform/upkeep.ts'

/** Keys are separate for each kind: the same key may be used once per kind. */
export type RequestKind =
  | 'adjustment'
  | 'top_up'
  | 'auto_top_up'
  | 'payment_method'
  | 'method_setup'
  | 'catalog'
  | 'catalog_roll_back'
  | 'dead_letter_replay'
  | 'export'

/**
 * The account id used for requests to the whole installation; no account has it. Their rows are read and written under the
 * lock of the operation: catalog use, or the replay of dead letters.
 */
export const INSTALLATION = ''

export interface RequestKey {
  readonly kind: RequestKind
  /** Chosen by the caller: see `REQUEST_KEY_FORM`. */
  readonly key: string
  /**
   * The whole request, serialisable by `canonicalJson`. A field that is added to a kind later must be undefined where it is
   * not used, so that earlier requests keep their hash.
   */
  readonly content: unknown
}

/** An older key is deleted, and then counts as new. */
export const REQUEST_KEYS_KEPT_DAYS = 30

/** 1 to 200 printable ASCII characters; the database refuses any other key. */
export const REQUEST_KEY_FORM = /^[ -~]{1,200}$/

const READ_REQUEST = `
  select content_hash, answer from tollgate.request_keys where account_id = $1 and kind = $2 and key = $3`

const INSERT_REQUEST = `
  insert into tollgate.request_keys (account_id, kind, key, content_hash, answer, recorded_at)
  values ($1, $2, $3, $4, $5::jsonb, $6::timestamptz)`

/** Reads the answer stored under a key; null: the key is new. `isSame`: the content is the same. The account must be locked. */
export async function readRequest(
  connection: Connection,
  accountId: string,
  { kind, key, content }: RequestKey,
): Promise<{ readonly isSame: boolean; readonly answer: unknown } | null> {
  const { rows } = await connection.query<{ content_hash: Buffer; answer: unknown }>(READ_REQUEST, [
    accountId,
    kind,
    key,
  ])
  const [row] = rows
  if (row === undefined) return null
  return { isSame: row.content_hash.equals(hashOf(content)), answer: fromCanonical(row.answer) }
}

/**
 * Stores the answer under a key. Throws a unique violation if the key exists, which means it was not read under the lock.
 * Later releases read the answer too: a field that is added to one later may be missing.
 */
export async function insertRequest(
  connection: Connection,
  accountId: string,
  { kind, key, content }: RequestKey,
  answer: unknown,
  recordedAt: string,
): Promise<void> {
  const values = [accountId, kind, key, hashOf(content), canonicalJson(answer), recordedAt]
  await connection.query(INSERT_REQUEST, values)
}

function hashOf(content: unknown): Buffer {
  return hash('sha256', canonicalJson(content), 'buffer')
}

const KEYS_PER_PAGE = 1_000

/** Skips rows that another process is deleting. Takes no account lock and never waits. */
const DELETE_OLD = `
  with deleted as (
    delete from tollgate.request_keys r
     using (
       select account_id, kind, key from tollgate.request_keys
        where recorded_at < now() - make_interval(days => $1::integer)
        order by recorded_at
        limit $2::integer
          for update skip locked
     ) as old
     where r.account_id = old.account_id and r.kind = old.kind and r.key = old.key
    returning r.recorded_at
  )
  select count(*)::integer as count,
         extract(epoch from now() - make_interval(days => $1::integer) - min(recorded_at))::float8 as overdue_seconds
    from deleted`

/** Deletes a page of the keys older than `REQUEST_KEYS_KEPT_DAYS`, oldest first. */
export function deleteOldRequestKeys(pool: Pool, keysPerPage = KEYS_PER_PAGE): Promise<UpkeepPage> {
  return upkeepPage(pool, DELETE_OLD, [REQUEST_KEYS_KEPT_DAYS, keysPerPage], keysPerPage)
}
