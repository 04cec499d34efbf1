/**
 * What an account's credit and service are right now: from the live view where it may be trusted, else from the database,
 * which is right at any time and only slower. No answer depends on Redis being there, or being right.
 */
import type { Redis } from 'ioredis'
import type { Currency, Micros } from '../core/money.ts'
import type { Logger } from '../platform/log.ts'
import type { Pool } from '../platform/postgres.ts'
import { cycleOf, readMinutes, readParts } from './changes.ts'
import { keysOf, shardOfAccount } from './keys.ts'
import { connectRedis, reconnect } from './redis.ts'
import { LUA_SERVER, runScript, script } from './script.ts'

const ANSWER_WITHIN_MILLIS = 50

export interface AccountView {
  readonly accountId: string
  readonly currency: Currency
  /** Of the ledger. Each version counts within it: what is newer is so by (epoch, version). */
  readonly epoch: number
  readonly balanceMicros: Micros
  readonly balanceVersion: bigint
  readonly status: 'active' | 'blocked'
  readonly statusSinceMicros: number
  readonly statusVersion: bigint
  readonly settingsVersion: number
}

/** One user's fair use in one billing cycle. */
export interface AskedFairUse {
  readonly userId: string
  readonly cycleAnchor: string
  readonly cycleStart: string
}

export interface ViewAnswer {
  readonly from: 'view' | 'database'
  /** Null: there is no such account. */
  readonly view: AccountView | null
  /** Null where it was not asked for, or there is no such account. */
  readonly fairUseMinutes: number | null
}

interface ReadParts {
  readonly redis: Redis
  readonly pool: Pool
}

/**
 * Keys: heartbeat, account, fair use or none. Arguments: user. The heartbeat names the server that it vouches for: one
 * restarted from a snapshot may have brought an old heartbeat back to life with the old data.
 */
const READ = script(`
${LUA_SERVER}
local generation, vouched_for = string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) (%S+)$')
if not generation or vouched_for ~= run_id() then return false end
return { generation, redis.call('GET', KEYS[2]), KEYS[3] and redis.call('HGET', KEYS[3], ARGV[1]) }
`)

const READ_DATABASE = `
  select account_id, currency, epoch, balance_micros, balance_version, status, status_version,
         (extract(epoch from status_since) * 1000000)::bigint as status_since_micros, settings_version,
         coalesce((select minutes
                     from tollgate.fair_use_counters
                    where account_id = $1::text and user_id = $2::text
                      and cycle_anchor = $3::date and cycle_start = $4::date), 0) as minutes
    from tollgate.accounts, tollgate.ledger_epoch
   where account_id = $1::text`

interface Row {
  account_id: string
  currency: Currency
  epoch: number
  balance_micros: bigint
  balance_version: bigint
  status: 'active' | 'blocked'
  status_version: bigint
  status_since_micros: bigint
  settings_version: number
  minutes: number
}

/** A connection for `readAccountView` alone: where Redis is slow to answer, it is made anew. */
export function connectViewReader(redisUrl: string, log: Logger): Redis {
  return connectRedis(redisUrl, log, ANSWER_WITHIN_MILLIS)
}

export async function readAccountView(
  { redis, pool }: ReadParts,
  accountId: string,
  fairUse: AskedFairUse | null = null,
): Promise<ViewAnswer> {
  return (await askView(redis, accountId, fairUse)) ?? (await askDatabase(pool, accountId, fairUse))
}

/** Null when the view cannot answer: it is away, not to be trusted, or lacks what was asked for. */
async function askView(redis: Redis, accountId: string, fairUse: AskedFairUse | null): Promise<ViewAnswer | null> {
  if (redis.status !== 'ready') return null
  const { prefix, heartbeat } = keysOf(shardOfAccount(accountId))
  const keys = [heartbeat, `${prefix}account:${accountId}`]
  if (fairUse !== null) {
    keys.push(`${prefix}fair-use:${cycleOf(fairUse.cycleAnchor, fairUse.cycleStart)}:${accountId}`)
  }
  let reply: [generation: string, account: string | null, minutes: string | null] | null
  try {
    reply = (await runScript(redis, READ, keys, [fairUse?.userId ?? ''])) as typeof reply
  } catch {
    // Whoever asks next must not wait as long: a connection that is being made is not waited for.
    reconnect(redis)
    return null
  }
  if (reply === null) return null
  const [generation, storedAccount, storedMinutes] = reply
  const view = viewOf(accountId, ofGeneration(generation, storedAccount))
  if (view === null) return null
  if (fairUse === null) return { from: 'view', view, fairUseMinutes: null }
  const minutes = ofGeneration(generation, storedMinutes)
  // Absent may mean never used, or evicted to make room: only the database can tell.
  return minutes === null ? null : { from: 'view', view, fairUseMinutes: readMinutes(minutes) }
}

function ofGeneration(generation: string, stored: string | null): string | null {
  return stored?.startsWith(`${generation};`) ? stored.slice(generation.length + 1) : null
}

function viewOf(accountId: string, stored: string | null): AccountView | null {
  const { balance, status, settings } = readParts(stored ?? '')
  if (balance === undefined || status === undefined || settings === undefined) return null
  return {
    accountId,
    currency: balance.currency,
    // Whoever announces one of the three announces all of them.
    epoch: balance.epoch,
    balanceMicros: balance.balanceMicros,
    balanceVersion: balance.version,
    status: status.status,
    statusSinceMicros: status.sinceMicros,
    statusVersion: status.version,
    settingsVersion: Number(settings.version),
  }
}

async function askDatabase(pool: Pool, accountId: string, fairUse: AskedFairUse | null): Promise<ViewAnswer> {
  const { rows } = await pool.query<Row>({
    name: 'read-account-view',
    text: READ_DATABASE,
    values: [accountId, fairUse?.userId ?? null, fairUse?.cycleAnchor ?? null, fairUse?.cycleStart ?? null],
  })
  const row = rows[0]
  if (row === undefined) return { from: 'database', view: null, fairUseMinutes: null }
  return {
    from: 'database',
    view: {
      accountId: row.account_id,
      currency: row.currency,
      epoch: row.epoch,
      balanceMicros: row.balance_micros,
      balanceVersion: row.balance_version,
      status: row.status,
      statusSinceMicros: Number(row.status_since_micros),
      statusVersion: row.status_version,
      settingsVersion: row.settings_version,
    },
    fairUseMinutes: fairUse === null ? null : row.minutes,
  }
}
