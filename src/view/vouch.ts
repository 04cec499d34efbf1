/**
 * The heartbeat: the leader of a shard vouches that its view is complete. Readers trust no view without one. It is a
 * key that expires, so its age is measured by Redis's clock alone.
 */
import type { Redis } from 'ioredis'
import { CONTENT } from './generation.ts'
import { channelsOf, keysOf } from './keys.ts'
import { databaseOf } from './redis.ts'
import { LUA_SERVER, runScript, script } from './script.ts'

/** A heartbeat is valid for this long from the moment at which its conditions were checked. */
export const TRUST_MS = 2_000

const LUA_NOW = `
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
`

/** Keys: state, heartbeat. Arguments: token. */
const LEAD = script(`
${LUA_NOW}
redis.call('HSET', KEYS[1], 'leader', ARGV[1])
redis.call('DEL', KEYS[2])
return now_ms
`)

/**
 * Keys: state, heartbeat, rebuild. Arguments: token, end of validity by Redis's clock, `complete` if the database
 * counts no unmended miss, channel of the shard's heartbeats. A heartbeat that reaches Redis late, because leader or
 * server was paused, has expired on arrival: what was true when it was sent may no longer be.
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
elseif tonumber(ARGV[2]) <= now_ms then verdict = 'too late'
else
  redis.call('SET', KEYS[2], generation .. ' ' .. run_id(), 'PXAT', ARGV[2])
  redis.call('PUBLISH', ARGV[4], generation)
end
return { verdict, now_ms }
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
  /** By Redis's clock, milliseconds. */
  readonly goodUntilMs: number
  /** Whether the database counts no unmended miss. */
  readonly isComplete: boolean
}

/**
 * From here on only this leadership may vouch for the shard, and earlier heartbeats are withdrawn. Returns Redis's
 * clock in milliseconds.
 */
export async function leadShard(redis: Redis, shard: number, token: string): Promise<number> {
  const { state, heartbeat } = keysOf(shard)
  return (await runScript(redis, LEAD, [state, heartbeat], [token])) as number
}

/** Writes the heartbeat if the view may be trusted; the verdict says why not. `nowMs` is Redis's clock. */
export async function vouch(
  redis: Redis,
  shard: number,
  { token, goodUntilMs, isComplete }: Beat,
): Promise<{ verdict: Verdict; nowMs: number }> {
  const { state, heartbeat, rebuild } = keysOf(shard)
  const completeness = isComplete ? 'complete' : 'incomplete'
  const { beats } = channelsOf(shard, databaseOf(redis))
  const args = [token, Math.floor(goodUntilMs), completeness, beats]
  const [verdict, nowMs] = (await runScript(redis, VOUCH, [state, heartbeat, rebuild], args)) as [Verdict, number]
  return { verdict, nowMs }
}
