/**
 * `tollgate api-key list`: every API key, newest first, including revoked ones. Secrets are not stored, so none are
 * shown.
 */
import { keyJson } from '../api/routes/api-keys.ts'
import { type ApiKey, listApiKeys } from '../ledger/access/api-keys.ts'
import { type Columns, createListing } from './columns.ts'
import { writeOutput } from './command.ts'
import { withDatabase } from './connected.ts'

const PAGE_KEYS = 500

const COLUMNS: Columns<ApiKey> = [
  ['key', ({ keyId }) => keyId],
  ['status', statusOf],
  ['scopes', ({ scopes }) => scopes.join(',')],
  ['accounts', ({ accountIds }) => accountIds?.join(',') ?? 'all'],
  ['created at', ({ createdAt }) => createdAt],
  ['created by', ({ createdBy }) => createdBy],
  ['last used at', ({ lastUsedAt }) => lastUsedAt ?? 'never'],
  ['name', ({ name }) => name],
]

export async function listKeys({ json = false }: { json?: boolean }): Promise<void> {
  const textOf = json
    ? (keys: readonly ApiKey[]) => keys.map((key) => `${JSON.stringify(keyJson(key))}\n`).join('')
    : createListing(COLUMNS)
  await withDatabase(async (pool) => {
    for (let after: ApiKey | null = null; ; ) {
      const keys: ApiKey[] = await listApiKeys(pool, after, PAGE_KEYS)
      const isWanted = await writeOutput(textOf(keys))
      after = keys.at(-1) ?? null
      if (keys.length < PAGE_KEYS || !isWanted) return
    }
  })
}

function statusOf({ revokedAt, earlierSecretExpiresAt }: ApiKey): string {
  if (revokedAt !== null) return `revoked at ${revokedAt}`
  return earlierSecretExpiresAt === null ? 'valid' : `rotated, both valid until ${earlierSecretExpiresAt}`
}
