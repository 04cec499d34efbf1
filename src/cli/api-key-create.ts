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
    throw new CommandFailed('the name must be 1 to 100 characters, without control characters', 2)
  }
  const scopes = readScopes(options.scopes)
  const accountIds = readAccounts(options)
  const useless = uselessScopes(scopes, accountIds)
  if (useless.length > 0) {
    throw new CommandFailed(`${useless.join(', ')}: only for keys of the whole installation, with --all-accounts`, 2)
  }
  await withDatabase(async (pool) => {
    const { key, token } = await createApiKey(pool, { name, scopes, accountIds, actor: options.actor })
    if (options.json) console.log(JSON.stringify({ ...keyJson(key), token }))
    else {
      console.log(token)
      process.stderr.write(`API key ${key.keyId}; the token is shown only this once\n`)
    }
  })
}

function readScopes(list: string): Permission[] {
  const named = [...new Set(list.split(',').map((scope) => scope.trim()))]
  const scopes = PERMISSIONS.filter((permission) => named.includes(permission))
  if (scopes.length === named.length) return scopes
  throw new CommandFailed(`--scopes must be one or more of ${PERMISSIONS.join(', ')}, separated by commas`, 2)
}

/** Null for all accounts. One of the two options is required, so that nobody makes a key for all by omission. */
function readAccounts({ accounts, allAccounts = false }: CreateKeyOptions): string[] | null {
  if ((accounts === undefined) !== allAccounts) throw new CommandFailed('give either --accounts or --all-accounts', 2)
  if (accounts === undefined) return null
  const ids = [...new Set(accounts.split(',').map((id) => id.trim()))]
  if (ids.every((id) => /^[ -~]{1,64}$/.test(id))) return ids
  throw new CommandFailed('--accounts must be account ids, separated by commas', 2)
}
