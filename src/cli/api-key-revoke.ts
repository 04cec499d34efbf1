/** `tollgate api-key revoke KEY --actor`: no request is accepted with it from then on. Repeating it changes nothing. */
import { keyJson } from '../api/routes/api-keys.ts'
import { readApiKey, revokeApiKey } from '../ledger/access/api-keys.ts'
import { CommandFailed } from './command.ts'
import { withDatabase } from './connected.ts'

export async function revokeKey(keyId: string, { actor, json }: { actor: string; json?: boolean }): Promise<void> {
  await withDatabase(async (pool) => {
    const isThere = await revokeApiKey(pool, keyId, actor)
    const key = isThere ? await readApiKey(pool, keyId) : null
    if (key === null) throw new CommandFailed(`there is no API key ${keyId}`, 1)
    console.log(json ? JSON.stringify(keyJson(key)) : `API key ${keyId} is revoked since ${key.revokedAt}`)
  })
}
