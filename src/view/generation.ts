/** Generations of a shard's view: a rebuild begins one, writes all of it, and completes it. */
import type { Redis } from 'ioredis'
import { REBUILD_EXPIRES_MS } from './apply.ts'
import { keysOf } from './keys.ts'
import { LUA_SERVER, runScript, script } from './script.ts'

/** Number of the content that a rebuild writes. Raise it when parts are added: views built before are then rebuilt. */
export const CONTENT = 2

/** Keys: state, rebuild, heartbeat. Arguments: generation. From here on live changes go to the new generation too. */
const BEGIN = script(`
${LUA_SERVER}
if redis.call('EXISTS', KEYS[2]) == 1 then return 'busy' end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ${REBUILD_EXPIRES_MS})
redis.call('HSET', KEYS[1], 'generation', ARGV[1], 'server', server())
redis.call('HDEL', KEYS[1], 'built')
redis.call('DEL', KEYS[3])
return 'begun'
`)

/**
 * Keys: state, rebuild. Arguments: generation. Fails on another server than it began on, where some of it may be
 * missing.
 */
const COMPLETE = script(`
${LUA_SERVER}
local generation, begun_on = unpack(redis.call('HMGET', KEYS[1], 'generation', 'server'))
if generation ~= ARGV[1] or begun_on ~= server() then return 'superseded' end
redis.call('HSET', KEYS[1], 'built', generation .. ' ${CONTENT}')
redis.call('DEL', KEYS[2])
return 'complete'
`)

/** Begins a generation; false while another rebuild of the shard is running. */
export async function beginGeneration(redis: Redis, shard: number, generation: string): Promise<boolean> {
  const { state, rebuild, heartbeat } = keysOf(shard)
  return (await runScript(redis, BEGIN, [state, rebuild, heartbeat], [generation])) === 'begun'
}

/** Completes a generation; false if another was begun since, or Redis was restarted. */
export async function completeGeneration(redis: Redis, shard: number, generation: string): Promise<boolean> {
  const { state, rebuild } = keysOf(shard)
  return (await runScript(redis, COMPLETE, [state, rebuild], [generation])) === 'complete'
}
