/** The generations of a shard's view: a rebuild begins one, writes it whole, and completes it. */
import type { Redis } from 'ioredis'
import { REBUILD_EXPIRES_MILLIS } from './apply.ts'
import { keysOf } from './keys.ts'
import { LUA_SERVER, runScript, script } from './script.ts'

/**
 * What a rebuild writes of an account, as a number: another one, for a part that is new, and views built before are rebuilt
 * by themselves.
 */
export const CONTENT = 2

/** Keys: state, rebuild, heartbeat. Arguments: generation. From here on live changes are written to it, too. */
const BEGIN = script(`
${LUA_SERVER}
if redis.call('EXISTS', KEYS[2]) == 1 then return 'busy' end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ${REBUILD_EXPIRES_MILLIS})
redis.call('HSET', KEYS[1], 'generation', ARGV[1], 'server', server())
redis.call('HDEL', KEYS[1], 'built')
redis.call('DEL', KEYS[3])
return 'begun'
`)

/** Keys: state, rebuild. Arguments: generation. On another server than it began on, part of it may have been lost. */
const COMPLETE = script(`
${LUA_SERVER}
local generation, begun_on = unpack(redis.call('HMGET', KEYS[1], 'generation', 'server'))
if generation ~= ARGV[1] or begun_on ~= server() then return 'superseded' end
redis.call('HSET', KEYS[1], 'built', generation .. ' ${CONTENT}')
redis.call('DEL', KEYS[2])
return 'complete'
`)

/** False while another rebuild of the shard is at work. */
export async function beginGeneration(redis: Redis, shard: number, generation: string): Promise<boolean> {
  const { state, rebuild, heartbeat } = keysOf(shard)
  return (await runScript(redis, BEGIN, [state, rebuild, heartbeat], [generation])) === 'begun'
}

/** False when it is no longer the one that is written, or Redis was restarted meanwhile. */
export async function completeGeneration(redis: Redis, shard: number, generation: string): Promise<boolean> {
  const { state, rebuild } = keysOf(shard)
  return (await runScript(redis, COMPLETE, [state, rebuild], [generation])) === 'complete'
}
