/**
 * Rebuilds the whole view of some shards from the database, while live changes continue.
 *
 * It begins a generation, then reads the miss counts, then the accounts. So every change is in what it reads, or
 * reaches the new generation through the feed, or is a miss that it does not count as mended. What it reads is applied
 * like any other change: if the feed has brought something newer, that stays.
 *
 * It reads page by page, each in its own snapshot, and rests as long as a page took, because the ledger has priority.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Pool } from '../platform/postgres.ts'
import { ACCOUNT_PARTS_COLUMNS, type AccountPartsRow, accountParts } from './account-parts.ts'
import { applyChanges } from './apply.ts'
import { changeOfParts, encodeViewChanges, FAIR_USE_KEPT_DAYS, linesOf, type ViewChange } from './changes.ts'
import { beginGeneration, completeGeneration } from './generation.ts'
import { shardOfAccount } from './keys.ts'

const PAGE_ROWS = 2_000
const MIN_REST_MS = 5

const READ_ACCOUNTS = `
  select ${ACCOUNT_PARTS_COLUMNS}
    from tollgate.accounts a, tollgate.ledger_epoch e
   where a.account_id > $1::text
   order by a.account_id
   limit $2::integer`

const READ_COUNTERS = `
  select epoch, account_id, user_id, cycle_anchor, cycle_start, version, minutes
    from tollgate.fair_use_counters, tollgate.ledger_epoch
   where (account_id, user_id, cycle_anchor, cycle_start) > ($1::text, $2::text, $3::date, $4::date)
     and cycle_start > (clock_timestamp() at time zone 'UTC')::date - ${FAIR_USE_KEPT_DAYS}
   order by account_id, user_id, cycle_anchor, cycle_start
   limit $5::integer`

const READ_MISSES = 'select shard, misses from tollgate.live_view_shards where shard = any($1::smallint[])'

const MEND_MISSES = `
  insert into tollgate.live_view_shards (shard, misses, misses_mended)
  select shard, misses, misses from unnest($1::smallint[], $2::bigint[]) as read (shard, misses)
      on conflict (shard) do update set misses_mended = excluded.misses_mended`

interface CounterRow {
  epoch: number
  account_id: string
  user_id: string
  cycle_anchor: string
  cycle_start: string
  version: bigint
  minutes: number
}

interface RebuildParts {
  readonly redis: Redis
  readonly pool: Pool
  readonly signal?: AbortSignal
}

export interface Rebuilt {
  readonly shards: readonly number[]
  /** Shards left out because another rebuild of them is running. */
  readonly busy: readonly number[]
  readonly accounts: number
}

/**
 * Rebuilds the shards that no other rebuild is working on. Throws if another rebuild or a restart of Redis interferes;
 * the shards are then left without a trusted view.
 */
export async function rebuildView({ redis, pool, signal }: RebuildParts, shards: readonly number[]): Promise<Rebuilt> {
  const generation = randomBytes(6).toString('base64url')
  const begun: number[] = []
  for (const shard of shards) if (await beginGeneration(redis, shard, generation)) begun.push(shard)
  const busy = shards.filter((shard) => !begun.includes(shard))
  if (begun.length === 0) return { shards: [], busy, accounts: 0 }

  const misses = await readMisses(pool, begun)
  let accounts = 0
  for await (const changes of pagesOf(pool, signal)) {
    const byShard = Map.groupBy(changes, ({ accountId }) => shardOfAccount(accountId))
    for (const shard of begun) {
      const own = byShard.get(shard) ?? []
      if ((await applyChanges(redis, shard, linesOf(encodeViewChanges(own)), generation)) === 'superseded')
        throw lost(shard)
      accounts += own.filter(({ balance }) => balance !== undefined).length
    }
  }
  for (const shard of begun) if (!(await completeGeneration(redis, shard, generation))) throw lost(shard)
  await pool.query(MEND_MISSES, [begun, begun.map((shard) => misses.get(shard) ?? 0n)])
  return { shards: begun, busy, accounts }
}

function lost(shard: number): Error {
  return new Error(
    `the rebuild of shard ${shard} of the live view was interrupted by another rebuild or a restart of Redis: try again`,
  )
}

async function readMisses(pool: Pool, shards: readonly number[]): Promise<Map<number, bigint>> {
  const { rows } = await pool.query<{ shard: number; misses: bigint }>(READ_MISSES, [shards])
  return new Map(rows.map(({ shard, misses }) => [shard, misses]))
}

/** Every account, then every counter of a cycle that the view keeps, with a rest after each page. */
async function* pagesOf(pool: Pool, signal: AbortSignal | undefined): AsyncGenerator<ViewChange[]> {
  for (const readPage of [accountPages(pool), counterPages(pool)]) {
    for (;;) {
      signal?.throwIfAborted()
      const startedAt = performance.now()
      const page = await readPage()
      yield page
      if (page.length < PAGE_ROWS) break
      await delay(Math.max(MIN_REST_MS, performance.now() - startedAt), undefined, signal && { signal })
    }
  }
}

function accountPages(pool: Pool): () => Promise<ViewChange[]> {
  let after = ''
  return async () => {
    const { rows } = await pool.query<AccountPartsRow>({
      name: 'view-accounts',
      text: READ_ACCOUNTS,
      values: [after, PAGE_ROWS],
    })
    after = rows.at(-1)?.account_id ?? after
    return rows.map((row) => changeOfParts(row.account_id, row.epoch, accountParts(row)))
  }
}

function counterPages(pool: Pool): () => Promise<ViewChange[]> {
  let after = ['', '', '-infinity', '-infinity']
  return async () => {
    const { rows } = await pool.query<CounterRow>({
      name: 'view-counters',
      text: READ_COUNTERS,
      values: [...after, PAGE_ROWS],
    })
    const last = rows.at(-1)
    if (last !== undefined) after = [last.account_id, last.user_id, last.cycle_anchor, last.cycle_start]
    return rows.map((row) => ({
      accountId: row.account_id,
      epoch: row.epoch,
      fairUse: [
        {
          userId: row.user_id,
          cycleAnchor: row.cycle_anchor,
          cycleStart: row.cycle_start,
          version: row.version,
          minutes: row.minutes,
        },
      ],
    }))
  }
}
