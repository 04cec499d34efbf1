/**
 * API keys of services. A key consists of an id and a secret. Only the hash of the secret is stored, so it is shown once, when
 * it is created. Secrets are 256 random bits, so a plain hash is enough, and each request is checked by one look-up.
 */
import { hash, randomBytes } from 'node:crypto'
import { type Connection, inTransaction, type Pool } from '../../platform/postgres.ts'
import { instantText } from '../../platform/sql.ts'

const PREFIX = 'tgk'
const TOKEN = /^tgk_([0-9a-f]{16})_([\w-]{43})$/

export interface ApiKey {
  readonly keyId: string
  readonly name: string
  readonly scopes: readonly string[]
  /** Null: all accounts, and the installation. */
  readonly accountIds: readonly string[] | null
  /** Instants are RFC 3339, UTC. */
  readonly createdAt: string
  readonly createdBy: string
  /** To the minute; null: never. */
  readonly lastUsedAt: string | null
  /** When and by whom it got its newest secret; null: it still has its first one. */
  readonly rotatedAt: string | null
  readonly rotatedBy: string | null
  readonly revokedAt: string | null
  readonly revokedBy: string | null
  /** The expiry of the previous secret while it is still valid. */
  readonly earlierSecretExpiresAt: string | null
}

export interface WantedApiKey {
  readonly name: string
  readonly scopes: readonly string[]
  readonly accountIds: readonly string[] | null
  readonly actor: string
}

/** A created or rotated key: the only time that its token is known. */
export interface MadeApiKey {
  readonly key: ApiKey
  readonly token: string
}

const INSERT_KEY = `
  insert into tollgate.api_keys (key_id, name, scopes, account_ids, created_by) values ($1, $2, $3::text[], $4::text[], $5)`
const INSERT_SECRET = 'insert into tollgate.api_key_secrets (key_id, secret_hash) values ($1, $2)'

/** Creates a key and returns it with its token. */
export async function createApiKey(pool: Pool, { name, scopes, accountIds, actor }: WantedApiKey): Promise<MadeApiKey> {
  const keyId = randomBytes(8).toString('hex')
  const secret = makeSecret()
  return await inTransaction(pool, async (connection) => {
    await connection.query(INSERT_KEY, [keyId, name, scopes, accountIds, actor])
    await connection.query(INSERT_SECRET, [keyId, hashOf(secret)])
    return { key: (await readApiKey(connection, keyId))!, token: tokenOf(keyId, secret) }
  })
}

/** Serialises rotating and revoking a key, so that a revoked key never gets a new secret. */
const LOCK_KEY = 'select from tollgate.api_keys where key_id = $1 and revoked_at is null for update'
/** At most two secrets are valid: the current one, which has no expiry yet, gets one; any earlier secret is deleted. */
const DELETE_EARLIER = 'delete from tollgate.api_key_secrets where key_id = $1 and expires_at is not null'
const EXPIRE_NEWEST = `
  update tollgate.api_key_secrets set expires_at = clock_timestamp() + make_interval(secs => $2::double precision)
   where key_id = $1`
const NOTE_ROTATION = 'update tollgate.api_keys set rotated_at = clock_timestamp(), rotated_by = $2 where key_id = $1'

export interface Rotation {
  /** How long the previous secret stays valid; 0: it expires at once. */
  readonly overlapSeconds: number
  readonly actor: string
}

/** The previous secret is needed until every service that uses it has been restarted, and no longer. */
export const MAX_OVERLAP_SECONDS = 30 * 86_400

/** Gives a key a new secret. The previous one stays valid for `overlapSeconds`. */
export async function rotateApiKey(
  pool: Pool,
  keyId: string,
  { overlapSeconds, actor }: Rotation,
): Promise<MadeApiKey | { readonly refused: 'unknown_key' | 'revoked' }> {
  const secret = makeSecret()
  return await inTransaction(pool, async (connection) => {
    const { rowCount } = await connection.query(LOCK_KEY, [keyId])
    if (rowCount === 0) {
      return { refused: (await readApiKey(connection, keyId)) === null ? 'unknown_key' : 'revoked' } as const
    }
    await connection.query(DELETE_EARLIER, [keyId])
    await connection.query(EXPIRE_NEWEST, [keyId, overlapSeconds])
    await connection.query(INSERT_SECRET, [keyId, hashOf(secret)])
    await connection.query(NOTE_ROTATION, [keyId, actor])
    return { key: (await readApiKey(connection, keyId))!, token: tokenOf(keyId, secret) }
  })
}

const REVOKE = `
  update tollgate.api_keys
     set revoked_at = coalesce(revoked_at, clock_timestamp()), revoked_by = coalesce(revoked_by, $2)
   where key_id = $1`

/** Revokes a key: from now on it is rejected. Revoking it again changes nothing. False: no such key. */
export async function revokeApiKey(pool: Pool, keyId: string, actor: string): Promise<boolean> {
  const { rowCount } = await pool.query(REVOKE, [keyId, actor])
  return rowCount === 1
}

const COLUMNS = `
  key_id, name, scopes, account_ids, created_by, rotated_by, revoked_by,
  ${instantText('created_at')} as created_at,
  ${instantText('last_used_at')} as last_used_at,
  ${instantText('rotated_at')} as rotated_at,
  ${instantText('revoked_at')} as revoked_at,
  ${instantText(`(
    select max(expires_at) from tollgate.api_key_secrets s
     where s.key_id = k.key_id and k.revoked_at is null and expires_at > clock_timestamp()
  )`)} as earlier_secret_expires_at`

const LIST_KEYS = `
  select ${COLUMNS} from tollgate.api_keys k
   where ($1::timestamptz is null or (k.created_at, key_id) < ($1, $2::text))
   order by k.created_at desc, key_id desc
   limit $3::integer`
const READ_KEY = `select ${COLUMNS} from tollgate.api_keys k where key_id = $1`

interface KeyRow {
  key_id: string
  name: string
  scopes: string[]
  account_ids: string[] | null
  created_at: string
  created_by: string
  last_used_at: string | null
  rotated_at: string | null
  rotated_by: string | null
  revoked_at: string | null
  revoked_by: string | null
  earlier_secret_expires_at: string | null
}

/** Lists keys, newest first, revoked ones too. `after`: the last key of the page before; null: from the newest. */
export async function listApiKeys(
  pool: Pool,
  after: Pick<ApiKey, 'createdAt' | 'keyId'> | null,
  limit: number,
): Promise<ApiKey[]> {
  const { rows } = await pool.query<KeyRow>(LIST_KEYS, [after?.createdAt ?? null, after?.keyId ?? null, limit])
  return rows.map(keyOf)
}

/** Reads a key; null: no such key. */
export async function readApiKey(pool: Pool | Connection, keyId: string): Promise<ApiKey | null> {
  const { rows } = await pool.query<KeyRow>(READ_KEY, [keyId])
  return rows[0] === undefined ? null : keyOf(rows[0])
}

function keyOf(row: KeyRow): ApiKey {
  return {
    keyId: row.key_id,
    name: row.name,
    scopes: row.scopes,
    accountIds: row.account_ids,
    createdAt: row.created_at,
    createdBy: row.created_by,
    lastUsedAt: row.last_used_at,
    rotatedAt: row.rotated_at,
    rotatedBy: row.rotated_by,
    revokedAt: row.revoked_at,
    revokedBy: row.revoked_by,
    earlierSecretExpiresAt: row.earlier_secret_expires_at,
  }
}

/** Looks the secret up by its hash. The time that takes reveals nothing, as nobody can choose the hash of a guess. */
const FIND_BY_SECRET = `
  select name, scopes, account_ids,
         last_used_at is null or last_used_at < now() - interval '1 minute' as is_use_due
    from tollgate.api_key_secrets s
    join tollgate.api_keys k using (key_id)
   where secret_hash = $1 and k.key_id = $2 and revoked_at is null and (expires_at is null or expires_at > now())`
const NOTE_USE = `
  update tollgate.api_keys set last_used_at = now()
   where key_id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`

export type KeyInUse = Pick<ApiKey, 'keyId' | 'name' | 'scopes' | 'accountIds'>

/** Whether a credential looks like an API key. */
export function isApiKeyToken(token: string): boolean {
  return token.startsWith(`${PREFIX}_`)
}

/** Finds the key of a token and notes its use. Null: no such key, it is revoked, or the secret has expired. */
export async function useApiKey(pool: Pool, token: string): Promise<KeyInUse | null> {
  const [, keyId, secret] = TOKEN.exec(token) ?? []
  if (keyId === undefined || secret === undefined) return null
  const { rows } = await pool.query<Pick<KeyRow, 'name' | 'scopes' | 'account_ids'> & { is_use_due: boolean }>({
    name: 'find-api-key',
    text: FIND_BY_SECRET,
    values: [hashOf(secret), keyId],
  })
  const [row] = rows
  if (row === undefined) return null
  if (row.is_use_due) await pool.query(NOTE_USE, [keyId])
  return { keyId, name: row.name, scopes: row.scopes, accountIds: row.account_ids }
}

function makeSecret(): string {
  return randomBytes(32).toString('base64url')
}

function tokenOf(keyId: string, secret: string): string {
  return `${PREFIX}_${keyId}_${secret}`
}

function hashOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}
