/** Lua scripts, each of which Redis runs as one step. Sent by their hash; whole only where the server does not know them. */
import { hash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { gatherWrites } from '../platform/gather-writes.ts'

export interface Script {
  readonly lua: string
  readonly sha: string
}

export function script(lua: string): Script {
  return { lua, sha: hash('sha1', lua, 'hex') }
}

/**
 * Which server this is, and which history its data has: a restart changes the one, a failover both. What was built on
 * another server may lack what was written since; only a rebuild can tell.
 */
export const LUA_SERVER = `
local function run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
end
local function server()
  return run_id() .. ' ' .. string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
end
`

export async function runScript(
  redis: Redis,
  { lua, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  // Changes of all shards come in one go, a call each.
  if (redis.stream) gatherWrites(redis.stream)
  try {
    return await redis.evalsha(sha, keys.length, ...keys, ...args)
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return await redis.eval(lua, keys.length, ...keys, ...args)
  }
}
