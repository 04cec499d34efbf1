/** Lua scripts, which Redis runs atomically. Sent by hash, and in full only if the server does not know them yet. */
import { hash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { gatherWrites } from '../platform/gather-writes.ts'

export interface Script {
  readonly lua: string
  readonly sha: string
}

/** A script with its SHA-1, by which Redis knows it. */
export function script(lua: string): Script {
  return { lua, sha: hash('sha1', lua, 'hex') }
}

/**
 * Identity of the server and of the history of its data: a restart changes the first, a failover both. A view built on
 * another server may lack later writes; only a rebuild can tell.
 */
export const LUA_SERVER = `
local function run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
end
local function server()
  return run_id() .. ' ' .. string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
end
`

/** Runs a script and returns its raw reply. */
export async function runScript(
  redis: Redis,
  { lua, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  // The changes of all shards come together, one call each.
  if (redis.stream) gatherWrites(redis.stream)
  try {
    return await redis.evalsha(sha, keys.length, ...keys, ...args)
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return await redis.eval(lua, keys.length, ...keys, ...args)
  }
}
