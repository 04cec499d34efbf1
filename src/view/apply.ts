/**
 * Writes changes into the view of a shard. Newer (epoch, version) wins, part by part, in one step in Redis: whatever the
 * order they come in, and however often, the view ends the same.
 */
import type { Redis } from 'ioredis'
import { keysOf } from './keys.ts'
import { runScript, script } from './script.ts'

/** How long a rebuild that stopped without a word holds up the next one. */
export const REBUILD_EXPIRES_MILLIS = 5_000

/**
 * Keys: state, rebuild. Arguments: prefix of the shard's keys, generation that a rebuild writes or '', line of JSON.
 *
 * Versions are compared as text, the longer being the greater: a Lua number would lose digits past 2^53. Mostly only the
 * balance is new, so equal parts are told apart from newer ones before any of them is taken apart.
 */
const APPLY = script(`
local generation = redis.call('HGET', KEYS[1], 'generation')
if ARGV[2] ~= '' then
  if generation ~= ARGV[2] then return 'superseded' end
  redis.call('PEXPIRE', KEYS[2], ${REBUILD_EXPIRES_MILLIS})
end
if not generation then return 'never built' end

local function is_newer(part, than)
  if part == than or part == '' then return false end
  if than == '' then return true end
  local epoch, version = string.match(part, '^(%d+) (%d+)')
  local than_epoch, than_version = string.match(than, '^(%d+) (%d+)')
  if epoch ~= than_epoch then return tonumber(epoch) > tonumber(than_epoch) end
  return #version > #than_version or (#version == #than_version and version > than_version)
end

local function apply_fair_use(account_id, cycle, kept_until_seconds, user_id, minutes)
  local key = ARGV[1] .. 'fair-use:' .. cycle .. ':' .. account_id
  local stored = redis.call('HGET', key, user_id)
  local of_generation, stored_minutes = string.match(stored or '', '^([^;]*);(.*)$')
  if of_generation == generation and not is_newer(minutes, stored_minutes) then return end
  if redis.call('HSET', key, user_id, generation .. ';' .. minutes) == 1 then
    redis.call('EXPIREAT', key, kept_until_seconds)
  end
end

local changes = cjson.decode(ARGV[3])
local keys = {}
for i = 1, #changes do keys[i] = ARGV[1] .. 'account:' .. changes[i][1] end
local stored = redis.call('MGET', unpack(keys))
local written, writes = {}, {}
for i = 1, #changes do
  local account_id, balance, status, settings, fair_use = unpack(changes[i])
  if balance ~= '' or status ~= '' or settings ~= '' then
    local before = written[account_id] or stored[i] or ''
    local of_generation, old_balance, old_status, old_settings =
      string.match(before, '^([^;]*);([^;]*);([^;]*);([^;]*)$')
    if of_generation ~= generation then old_balance, old_status, old_settings = '', '', '' end
    if not is_newer(balance, old_balance) then balance = old_balance end
    if not is_newer(status, old_status) then status = old_status end
    if not is_newer(settings, old_settings) then settings = old_settings end
    local after = generation .. ';' .. balance .. ';' .. status .. ';' .. settings
    if after ~= before then
      written[account_id] = after
      writes[#writes + 1] = keys[i]
      writes[#writes + 1] = after
    end
  end
  for _, counter in ipairs(fair_use or {}) do apply_fair_use(account_id, unpack(counter)) end
end
if #writes > 0 then redis.call('MSET', unpack(writes)) end
return 'written'
`)

/**
 * What the shard's changes came to. `never built`: there is no view to write them to, and whoever begins one reads
 * the database, which has them. `superseded`: another rebuild has begun since.
 */
export type Applied = 'written' | 'never built' | 'superseded'

/** Takes lines of encoded changes; throws when Redis did not take all of them. A rebuild names the generation that it writes, the feed none. */
export async function applyChanges(
  redis: Redis,
  shard: number,
  lines: readonly Buffer[],
  generation = '',
): Promise<Applied> {
  const { prefix, state, rebuild } = keysOf(shard)
  const calls = lines.map((line) => runScript(redis, APPLY, [state, rebuild], [prefix, generation, line]))
  const replies = (await Promise.all(calls)) as Applied[]
  return replies.find((reply) => reply !== 'written') ?? 'written'
}
