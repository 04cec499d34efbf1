/**
 * Writes changes into the view of a shard. Part by part the newer (epoch, version) wins, atomically in Redis: the order
 * of changes, or applying one twice, makes no difference to the result.
 */
import type { Redis } from 'ioredis'
import { channelsOf, keysOf } from './keys.ts'
import { databaseOf } from './redis.ts'
import { runScript, script } from './script.ts'

/** How long a rebuild that died blocks the next one. */
export const REBUILD_EXPIRES_MS = 5_000

/**
 * Keys: state, rebuild. Arguments: key prefix of the shard, generation that a rebuild writes or '', line of JSON,
 * channel of the shard's changes.
 *
 * Versions are compared as text, the longer being the greater, because a Lua number loses digits past 2^53. Mostly only
 * the first part, the balance, has changed and the rest of the text is equal; that case is tested before parts are
 * split. Parts are kept sorted by name, so equal parts are equal text whatever order they came in.
 *
 * Newer parts are published, all of a line in one message: one call per account would double the cost for Redis. A
 * rebuild does not publish; its new generation makes listeners read the database.
 */
const APPLY = script(`
local generation = redis.call('HGET', KEYS[1], 'generation')
if ARGV[2] ~= '' then
  if generation ~= ARGV[2] then return 'superseded' end
  redis.call('PEXPIRE', KEYS[2], ${REBUILD_EXPIRES_MS})
end
if not generation then return 'never built' end

local find, match, gmatch, sub, byte, concat = string.find, string.match, string.gmatch, string.sub, string.byte, table.concat
local SEMICOLON, NINE = byte(';'), byte('9')

local function is_newer(part, than)
  local epoch, version = match(part, '(%d+) (%d+)')
  local than_epoch, than_version = match(than, '(%d+) (%d+)')
  if epoch ~= than_epoch then return tonumber(epoch) > tonumber(than_epoch) end
  return #version > #than_version or (#version == #than_version and version > than_version)
end

local function by_name(part, other) return match(part, '^%a+') < match(other, '^%a+') end

-- The parts of the account after the change, and those that were newer; '' for none.
local function merge(before, change)
  if change == before or change == '' then return before, '' end
  if before == '' then return change, change end
  local first_end = (find(change, ';', 1, true) or #change + 1) - 1
  local old_first_end = (find(before, ';', 1, true) or #before + 1) - 1
  local tail, old_tail = #change - first_end, #before - old_first_end
  local is_balance_alone = sub(change, 1, 2) == sub(before, 1, 2)
    and sub(before, old_first_end + 1, old_first_end + tail) == sub(change, first_end + 1)
    and (tail == old_tail or tail == 0 or byte(before, old_first_end + tail + 1) == SEMICOLON)
  if is_balance_alone then
    local first = sub(change, 1, first_end)
    if not is_newer(first, sub(before, 1, old_first_end)) then return before, '' end
    return first .. sub(before, old_first_end + 1), first
  end
  local parts, place_of, newer = {}, {}, {}
  for part in gmatch(before, '[^;]+') do
    parts[#parts + 1] = part
    place_of[match(part, '^%a+')] = #parts
  end
  for part in gmatch(change, '[^;]+') do
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
  local account_id, change, more = unpack(changes[i])
  local before = written[account_id]
  if not before then
    before = stored[i] or ''
    -- An earlier version stored parts without names; such values count as absent. A name begins with a letter, so after '9'.
    local is_known = sub(before, 1, #start) == start and (byte(before, #start + 1) or 0) > NINE
    before = is_known and sub(before, #start + 1) or ''
  end
  local after, newer = merge(before, change)
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
 * The outcome for a shard. `never built`: there is no view to write to; a rebuild will read these changes from the
 * database. `superseded`: another rebuild has begun since.
 */
export type Applied = 'written' | 'never built' | 'superseded'

/**
 * Applies lines of encoded changes; throws if Redis did not take all of them. A rebuild passes the generation that it
 * writes, the feed none.
 */
export async function applyChanges(
  redis: Redis,
  shard: number,
  lines: readonly Buffer[],
  generation = '',
): Promise<Applied> {
  const { prefix, state, rebuild } = keysOf(shard)
  const { changes } = channelsOf(shard, databaseOf(redis))
  const calls = lines.map((line) => runScript(redis, APPLY, [state, rebuild], [prefix, generation, line, changes]))
  const replies = (await Promise.all(calls)) as Applied[]
  return replies.find((reply) => reply !== 'written') ?? 'written'
}
