/**
 * `tollgate api-key rotate KEY --overlap --actor`: gives a key a new secret; the previous one stays valid for the
 * overlap.
 */
import { keyJson } from '../api/routes/api-keys.ts'
import { MAX_OVERLAP_SECONDS, rotateApiKey } from '../ledger/access/api-keys.ts'
import { CommandFailed } from './command.ts'
import { withDatabase } from './connected.ts'
import { parseSpanSeconds } from './since.ts'

export interface RotateKeyOptions {
  readonly overlap: string
  readonly actor: string
  readonly json?: boolean
}

export async function rotateKey(keyId: string, { overlap, actor, json }: RotateKeyOptions): Promise<void> {
  const overlapSeconds = parseSpanSeconds(overlap)
  if (overlapSeconds === null || overlapSeconds > MAX_OVERLAP_SECONDS) {
    throw new CommandFailed(
      `--overlap ${overlap} is not a span such as 2h or 3d, of at most ${MAX_OVERLAP_SECONDS / 86_400} days`,
      2,
    )
  }
  await withDatabase(async (pool) => {
    const rotated = await rotateApiKey(pool, keyId, { overlapSeconds, actor })
    if ('refused' in rotated) {
      const why =
        rotated.refused === 'revoked' ? `API key ${keyId} is revoked: create another` : `there is no API key ${keyId}`
      throw new CommandFailed(why, 1)
    }
    const { key, token } = rotated
    if (json) console.log(JSON.stringify({ ...keyJson(key), token }))
    else {
      console.log(token)
      const until = key.earlierSecretExpiresAt
      process.stderr.write(`API key ${keyId}; the token is shown only this once; `)
      process.stderr.write(
        until === null ? 'the previous one is no longer valid\n' : `the previous one is valid until ${until}\n`,
      )
    }
  })
}
