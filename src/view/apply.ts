/**
 * Writes changes into the view of a shard. Newer (epoch, version) wins, part by part, in one step in Redis: whatever the
 * order they come in, and however often, the view ends the same.
 */
import type { Redis } from 'ioredis'
import { channelsOf, keysOf } from './keys.ts'
import { runScript, script } from './script.ts'

/** How long a rebuild that stopped without a word holds up the next one. */
export const REBUILD_EXPIRES_MILLIS = 5_000

/**
 * Keys: state, rebuild. Arguments: prefix of the shard's keys, generation that a rebuild writes or '', line of JSON, channel
 * of the shard's changes.
 *
 * Versions are compared as text, the longer being the greater: a Lua number would lose digits past 2^53. Mostly only the
 * first part, the balance, is new, and what follows it is what the view has: so that is looked at before parts are told
 * apart. They are kept in the order of their names, so that the same parts are the same text whatever they came by.
 *
 * What was newer is published, all of a line at once: a call an account would cost Redis as much again as the rest. What a
 * rebuild writes is not, for it is no news; a new generation tells listeners to ask the database.
 */
const APPLY = script(`
local generation = redis.call('HGET', KEYS[1], 'generation')
if ARGV[2] ~= '' then
  if generation ~= ARGV[2] then return 'superseded' end
  redis.call('PEXPIRE', KEYS[2], ${REBUILD_EXPIRES_MILLIS})
end
if not generation then return 'never built' end

local find, match, gmatch, sub, byte, concat = string.find, string.match, string.gmatch, string.sub, string.byte, table.concat

local function is_newer(part, than)
  local epoch, version = match(part, '(%d+) (%d+)')
  local than_epoch, than_version = match(than, '(%d+) (%d+)')
  if epoch ~= than_epoch then return tonumber(epoch) > tonumber(than_epoch) end
  return #version > #than_version or (#version == #than_version and version > than_version)
end

local function by_name(part, other) return match(part, '^%a+') < match(other, '^%a+') end

-- What the view has of the account after it was told, and which of the parts were newer; '' for none.
local function merge(before, told)
  if told == before or told == '' then return before, '' end
  if before == '' then return told, told end
  local first_end = (find(told, ';', 1, true) or #told + 1) - 1
  local old_first_end = (find(before, ';', 1, true) or #before + 1) - 1
  local tail, old_tail = #told - first_end, #before - old_first_end
  local is_balance_alone = sub(told, 1, 2) == sub(before, 1, 2)
    and sub(before, old_first_end + 1, old_first_end + tail) == sub(told, first_end + 1)
    and (tail == old_tail or tail == 0 or byte(before, old_first_end + tail + 1) == 59)
  if is_balance_alone then
    local first = sub(told, 1, first_end)
    if not is_newer(first, sub(before, 1, old_first_end)) then return before, '' end
    return first .. sub(before, old_first_end + 1), first
  end
  local parts, place_of, newer = {}, {}, {}
  for part in gmatch(before, '[^;]+') do
    parts[#parts + 1] = part
    place_of[match(part, '^%a+')] = #parts
  end
  for part in gmatch(told, '[^;]+') do
    local place = place_of[match(part, '^%a+')]
    if not place or (part ~= parts[place] and is_newer(part, parts[place])) then
      parts[place or #parts + 1] = part
      newer[#newer + 1] = part
    end
  end
  table.sort(parts, by_name)
  return concat(parts, ';'), concat(newer, ';')
end

local function apply_fair_use(account_id, cycle, kept_until_seconds, user_id, minutes)
  local key = ARGV[1] .. 'fair-use:' .. cycle .. ':' .. account_id
  local stored = redis.call('HGET', key, user_id)
  local of_generation, stored_minutes = match(stored or '', '^([^;]*);(.*)$')
  if of_generation == generation and (minutes == stored_minutes or not is_newer(minutes, stored_minutes)) then return end
  if redis.call('HSET', key, user_id, generation .. ';' .. minutes) == 1 then
    redis.call('EXPIREAT', key, kept_until_seconds)
  end
end

local changes = cjson.decode(ARGV[3])
local keys = {}
for i = 1, #changes do keys[i] = ARGV[1] .. 'account:' .. changes[i][1] end
local stored = redis.call('MGET', unpack(keys))
local start = generation .. ';'
local written, writes, news = {}, {}, {}
for i = 1, #changes do
  local account_id, told, more = unpack(changes[i])
  local before = written[account_id]
  if not before then
    before = stored[i] or ''
    -- An earlier version named no parts: what it kept counts as not there.
    local is_known = sub(before, 1, #start) == start and (byte(before, #start + 1) or 0) > 57
    before = is_known and sub(before, #start + 1) or ''
  end
  local after, newer = merge(before, told)
  if newer ~= '' then
    written[account_id] = after
    writes[#writes + 1] = keys[i]
    writes[#writes + 1] = start .. after
    news[#news + 1] = account_id .. '\\t' .. newer
  end
  for _, counter in ipairs(more and more.f or {}) do apply_fair_use(account_id, unpack(counter)) end
end
if #writes > 0 then
  redis.call('MSET', unpack(writes))
  if ARGV[2] == '' then redis.call('PUBLISH', ARGV[4], concat(news, '\\n')) end
end
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
  const { changes } = channelsOf(shard)
  const calls = lines.map((line) => runScript(redis, APPLY, [state, rebuild], [prefix, generation, line, changes]))
  const replies = (await Promise.all(calls)) as Applied[]
  return replies.find((reply) => reply !== 'written') ?? 'written'
}
