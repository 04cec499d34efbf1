/**
 * The heartbeat: the leader of a shard vouches that its view has all there is to have. Readers trust no view without it.
 * It is a key that expires, so Redis's clock alone decides how old it is.
 */
import type { Redis } from 'ioredis'
import { CONTENT } from './generation.ts'
import { channelsOf, keysOf } from './keys.ts'
import { LUA_SERVER, runScript, script } from './script.ts'

/** A heartbeat tells of the moment its conditions were looked at, and is good for this long from then on. */
export const TRUST_MILLIS = 2_000

const LUA_NOW = `
local time = redis.call('TIME')
local now_millis = time[1] * 1000 + math.floor(time[2] / 1000)
`

/** Keys: state, heartbeat. Arguments: token. */
const LEAD = script(`
${LUA_NOW}
redis.call('HSET', KEYS[1], 'leader', ARGV[1])
redis.call('DEL', KEYS[2])
return now_millis
`)

/**
 * Keys: state, heartbeat, rebuild. Arguments: token, until when it is good by Redis's clock, whether the database knows of
 * no miss, channel of the shard's heartbeats. One that reaches Redis late, sent by a leader or to a server that was paused, has run out already: what was
 * true when it was sent says nothing any more.
 */
const VOUCH = script(`
${LUA_SERVER}
${LUA_NOW}
local leader, generation, built, built_on = unpack(redis.call('HMGET', KEYS[1], 'leader', 'generation', 'built', 'server'))
local verdict = 'vouched'
if not leader then verdict = 'no leader'
elseif leader ~= ARGV[1] then verdict = 'deposed'
elseif redis.call('EXISTS', KEYS[3]) == 1 then verdict = 'in rebuild'
elseif ARGV[3] ~= 'complete' then verdict = 'incomplete'
elseif not generation or built ~= generation .. ' ${CONTENT}' then verdict = 'not built'
elseif built_on ~= server() then verdict = 'built elsewhere'
elseif tonumber(ARGV[2]) <= now_millis then verdict = 'too late'
else
  redis.call('SET', KEYS[2], generation .. ' ' .. run_id(), 'PXAT', ARGV[2])
  redis.call('PUBLISH', ARGV[4], generation)
end
return { verdict, now_millis }
`)

export type Verdict =
  | 'vouched'
  | 'no leader'
  | 'deposed'
  | 'in rebuild'
  | 'incomplete'
  | 'not built'
  | 'built elsewhere'
  | 'too late'

export interface Beat {
  readonly token: string
  /** By Redis's clock, in milliseconds. */
  readonly goodUntilMillis: number
  /** Whether the database counts no miss that is not mended. */
  readonly isComplete: boolean
}

/**
 * From here on nobody but this leadership may vouch, and nothing is vouched for until it does. Answers Redis's clock in
 * milliseconds.
 */
export async function leadShard(redis: Redis, shard: number, token: string): Promise<number> {
  const { state, heartbeat } = keysOf(shard)
  return (await runScript(redis, LEAD, [state, heartbeat], [token])) as number
}

/** Writes the heartbeat if the view may be trusted, and says what hindered it. */
export async function vouch(
  redis: Redis,
  shard: number,
  { token, goodUntilMillis, isComplete }: Beat,
): Promise<{ verdict: Verdict; nowMillis: number }> {
  const { state, heartbeat, rebuild } = keysOf(shard)
  const completeness = isComplete ? 'complete' : 'incomplete'
  const args = [token, Math.floor(goodUntilMillis), completeness, channelsOf(shard).beats]
  const [verdict, nowMillis] = (await runScript(redis, VOUCH, [state, heartbeat, rebuild], args)) as [Verdict, number]
  return { verdict, nowMillis }
}
