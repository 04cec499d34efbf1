/**
 * An account's credit and service right now: from the live view if it may be trusted, else from the database, which is
 * always right and only slower. No answer depends on Redis being available or correct.
 */

import type { Redis } from 'ioredis'
import type { ServiceStatus } from '../core/account/state.ts'
import type { Currency, Micros } from '../core/money.ts'
import type { Logger } from '../platform/log.ts'
import type { Pool } from '../platform/postgres.ts'
import { epochMicros } from '../platform/sql.ts'
import { cycleOf, readMinutes, tryReadParts } from './changes.ts'
import { keysOf, shardOfAccount } from './keys.ts'
import { connectRedis, reconnect } from './redis.ts'
import { LUA_SERVER, runScript, script } from './script.ts'

const ANSWER_TIMEOUT_MS = 50

export interface AccountView {
  readonly accountId: string
  readonly currency: Currency
  /** The ledger's epoch; versions are ordered by (epoch, version). */
  readonly epoch: number
  readonly balanceMicros: Micros
  readonly balanceVersion: bigint
  readonly status: ServiceStatus
  readonly statusSinceMicros: number
  readonly statusVersion: bigint
  readonly settingsVersion: number
}

/** Fair use of one user in one billing cycle. */
export interface AskedFairUse {
  readonly userId: string
  readonly cycleAnchor: string
  readonly cycleStart: string
}

export interface ViewAnswer {
  readonly from: 'view' | 'database'
  /** Null if there is no such account. */
  readonly view: AccountView | null
  /** Null if it was not asked for, or there is no such account. */
  readonly fairUseMinutes: number | null
}

interface ReadParts {
  readonly redis: Redis
  readonly pool: Pool
}

/**
 * Keys: heartbeat, account, fair use or none. Arguments: user. The heartbeat names the server that it vouches for,
 * because a server restarted from a snapshot may bring back an old heartbeat with the old data.
 */
const READ = script(`
${LUA_SERVER}
local generation, vouched_for = string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) (%S+)$')
if not generation or vouched_for ~= run_id() then return false end
return { generation, redis.call('GET', KEYS[2]), KEYS[3] and redis.call('HGET', KEYS[3], ARGV[1]) }
`)

const READ_DATABASE = `
  select account_id, currency, epoch, balance_micros, balance_version, status, status_version,
         ${epochMicros('status_since')} as status_since_micros, settings_version,
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
  status: ServiceStatus
  status_version: bigint
  status_since_micros: bigint
  settings_version: number
  minutes: number
}

/** A connection for `readAccountView` alone, because it is replaced whenever Redis answers slowly. */
export function connectViewReader(redisUrl: string, log: Logger): Redis {
  return connectRedis(redisUrl, log, ANSWER_TIMEOUT_MS)
}

/** Reads an account, and optionally the fair-use minutes of one user, from the view or else the database. */
export async function readAccountView(
  { redis, pool }: ReadParts,
  accountId: string,
  fairUse: AskedFairUse | null = null,
): Promise<ViewAnswer> {
  return (await askView(redis, accountId, fairUse)) ?? (await askDatabase(pool, accountId, fairUse))
}

/** Null if the view cannot answer: Redis is away, the view is not trusted, or it lacks what was asked for. */
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
    // A new connection is not waited for, so the next caller goes to the database at once.
    reconnect(redis)
    return null
  }
  if (reply === null) return null
  const [generation, storedAccount, storedMinutes] = reply
  const view = viewOf(accountId, ofGeneration(generation, storedAccount))
  if (view === null) return null
  if (fairUse === null) return { from: 'view', view, fairUseMinutes: null }
  const minutes = ofGeneration(generation, storedMinutes)
  // Absent may mean never used, or evicted from Redis to free memory; only the database can tell.
  return minutes === null ? null : { from: 'view', view, fairUseMinutes: readMinutes(minutes) }
}

function ofGeneration(generation: string, stored: string | null): string | null {
  return stored?.startsWith(`${generation};`) ? stored.slice(generation.length + 1) : null
}

function viewOf(accountId: string, stored: string | null): AccountView | null {
  const { balance, status, settings } = tryReadParts(stored ?? '') ?? {}
  if (balance === undefined || status === undefined || settings === undefined) return null
  return {
    accountId,
    currency: balance.currency,
    // These three are always announced together.
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
