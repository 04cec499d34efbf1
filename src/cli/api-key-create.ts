/**
 * `tollgate api-key create NAME --scopes --accounts|--all-accounts --actor`: makes an API key, such as an
 * installation's first.
 */
import { PERMISSIONS, type Permission, uselessScopes } from '../api/access/permissions.ts'
import { keyJson } from '../api/routes/api-keys.ts'
import { createApiKey } from '../ledger/access/api-keys.ts'
import { CommandFailed } from './command.ts'
import { withDatabase } from './connected.ts'

export interface CreateKeyOptions {
  readonly scopes: string
  readonly accounts?: string
  readonly allAccounts?: boolean
  readonly actor: string
  readonly json?: boolean
}

export async function createKey(name: string, options: CreateKeyOptions): Promise<void> {
  if (!/^[^\p{Cc}\p{Cs}]{1,100}$/u.test(name) || name.trim() === '') {
    throw new CommandFailed('the name must be 1 to 100 characters, and none of them a control character', 2)
  }
  const scopes = readScopes(options.scopes)
  const accountIds = readAccounts(options)
  const useless = uselessScopes(scopes, accountIds)
  if (useless.length > 0) {
    throw new CommandFailed(
      `${useless.join(', ')}: only with --all-accounts, a key of some accounts has no use for it`,
      2,
    )
  }
  await withDatabase(async (pool) => {
    const { key, token } = await createApiKey(pool, { name, scopes, accountIds, actor: options.actor })
    if (options.json) console.log(JSON.stringify({ ...keyJson(key), token }))
    else {
      console.log(token)
      process.stderr.write(`API key ${key.keyId}; the token is shown this once\n`)
    }
  })
}

function readScopes(list: string): Permission[] {
  const named = [...new Set(list.split(',').map((scope) => scope.trim()))]
  const scopes = PERMISSIONS.filter((permission) => named.includes(permission))
  if (scopes.length === named.length) return scopes
  throw new CommandFailed(`--scopes takes some of ${PERMISSIONS.join(', ')}, separated by commas`, 2)
}

/** Null for all accounts. One of the two options is required, so that nobody makes a key for all by omission. */
function readAccounts({ accounts, allAccounts = false }: CreateKeyOptions): string[] | null {
  if ((accounts === undefined) !== allAccounts)
    throw new CommandFailed('say --accounts or --all-accounts, one of them', 2)
  if (accounts === undefined) return null
  const ids = [...new Set(accounts.split(',').map((id) => id.trim()))]
  if (ids.every((id) => /^[ -~]{1,64}$/.test(id))) return ids
  throw new CommandFailed('--accounts takes account ids, separated by commas', 2)
}
