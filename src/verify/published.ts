/**
 * D and F: the last word of every account on the topics is the database's, and none is missing before it.
 *
 * Online: the versions in the database are noted first, then what is in the outbox by then is waited for, and only then do
 * the topics' ends count. So the topic must be at what was noted, or past it. Versions and epochs stand in the headers, so
 * values are decoded of the last status only. Memory is bounded by the accounts of one slice; more slices read the topic
 * more often.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Admin, Kafka } from 'kafkajs'
import { shardOf } from '../outbox/messages.ts'
import type { Pool } from '../platform/postgres.ts'
import type { OnFault } from './fault.ts'
import type { Pace } from './pace.ts'
import { type OffsetRange, readRanges } from './read-topic.ts'

/** In memory at once: some 300 bytes each. */
const ACCOUNTS_A_SLICE = 500_000
const ACCOUNTS_A_PAGE = 5_000
const OUTBOX_WITHIN_MILLIS = 60_000
const LOOK_MILLIS = 100

/** A topic, and the column of `tollgate.accounts` that holds the newest version or sequence of its series. */
export interface PublishedSeries {
  readonly topic: string
  readonly column: 'balance_version' | 'status_version' | 'alert_version' | 'last_sequence'
  /** Compacted: earlier versions may be gone, and only the last counts. */
  readonly isCompacted: boolean
}

export const SERIES: readonly PublishedSeries[] = [
  { topic: 'credit.balance-changed.v1', column: 'balance_version', isCompacted: false },
  { topic: 'credit.service-status.v1', column: 'status_version', isCompacted: true },
  { topic: 'credit.alerts.v1', column: 'alert_version', isCompacted: false },
  { topic: 'credit.movements.v1', column: 'last_sequence', isCompacted: false },
]

interface Parts {
  readonly kafka: Kafka
  readonly admin: Admin
  readonly pool: Pool
  /** Status and place of a value on the topic of service status. */
  readonly decodeStatus: (value: Buffer) => Promise<{ readonly status: string }>
}

/** What the database says of an account, and what its topic said last. */
interface Series {
  readonly inDatabase: bigint
  readonly status: string
  epoch: number
  /** 0 when nothing was read. */
  onTopic: bigint
  lastValue: Buffer | null
}

/** Messages read. */
export async function verifyPublished(
  { kafka, admin, pool, decodeStatus }: Parts,
  series: readonly PublishedSeries[],
  pace: Pace,
  onFault: OnFault,
): Promise<{ readonly messages: number; readonly ranges: readonly OffsetRange[] }> {
  const { rows } = await pool.query<{ accounts: bigint }>('select count(*) as accounts from tollgate.accounts')
  const slices = Math.max(1, Math.ceil(Number(rows[0]!.accounts) / ACCOUNTS_A_SLICE))
  const looked: OffsetRange[] = []
  let messages = 0
  for (const one of series) {
    for (let slice = 0; slice < slices; slice++) {
      const isInSlice = (accountId: string) => shardOf(Buffer.from(accountId), slices) === slice
      const accounts = await readAccounts(pool, one, isInSlice, pace)
      await outboxPassed(pool)
      const ranges = await topicRanges(admin, one.topic)
      if (slice === 0) looked.push(...ranges)
      const isWhole = new Map(ranges.map(({ partition, low }) => [partition, low === 0n]))
      await readRanges(kafka, ranges, async (batch) => {
        messages += batch.messages.length
        for (const { key, headers, value } of batch.messages) {
          const accountId = String(key)
          if (!isInSlice(accountId)) continue
          const place = { epoch: Number(headers?.ce_epoch), version: BigInt(String(headers?.ce_sequence)) }
          follow(one, accounts, accountId, place, value, isWhole.get(batch.partition)!, onFault)
        }
        await pace.took(batch.messages.length)
      })
      await compare(pool, one, accounts, decodeStatus, onFault)
    }
  }
  return { messages, ranges: looked }
}

async function readAccounts(
  pool: Pool,
  { column }: PublishedSeries,
  isInSlice: (accountId: string) => boolean,
  pace: Pace,
): Promise<Map<string, Series>> {
  const accounts = new Map<string, Series>()
  for (let after = ''; ; ) {
    const { rows } = await pool.query<{ account_id: string; version: bigint; status: string }>(
      `select account_id, ${column} as version, status from tollgate.accounts
        where account_id > $1 order by account_id limit ${ACCOUNTS_A_PAGE}`,
      [after],
    )
    const last = rows.at(-1)
    if (last === undefined) return accounts
    for (const { account_id, version, status } of rows) {
      if (!isInSlice(account_id)) continue
      accounts.set(account_id, { inDatabase: version, status, epoch: 0, onTopic: 0n, lastValue: null })
    }
    await pace.took(rows.length)
    after = last.account_id
  }
}

/** Until what is in the outbox now has left it. */
async function outboxPassed(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ last: bigint | null }>('select max(pack_id) as last from tollgate.outbox_packs')
  const last = rows[0]!.last
  const giveUpAt = Date.now() + OUTBOX_WITHIN_MILLIS
  while (last !== null) {
    const { rows: waiting } = await pool.query<{ packs: bigint }>(
      'select count(*) as packs from tollgate.outbox_packs where pack_id <= $1::bigint',
      [last],
    )
    const packs = waiting[0]!.packs
    if (packs === 0n) return
    if (Date.now() > giveUpAt) {
      throw new Error(`${packs} packs have been in the outbox for a minute: start a relay, then verify again`)
    }
    await delay(LOOK_MILLIS)
  }
}

async function topicRanges(admin: Admin, topic: string): Promise<OffsetRange[]> {
  const offsets = await admin.fetchTopicOffsets(topic)
  return offsets.map(({ partition, low, high }) => ({ topic, partition, low: BigInt(low), end: BigInt(high) }))
}

function follow(
  { topic, isCompacted }: PublishedSeries,
  accounts: ReadonlyMap<string, Series>,
  accountId: string,
  { epoch, version }: { epoch: number; version: bigint },
  value: Buffer | null,
  isWhole: boolean,
  onFault: OnFault,
): void {
  const account = accounts.get(accountId)
  // Made since, or gone with a restore.
  if (account === undefined) return
  if (epoch < account.epoch || (epoch === account.epoch && version <= account.onTopic)) return
  // Where a series begins in the middle, what was before may have been retained no longer, or been restored away.
  const isFirst = account.onTopic === 0n || epoch > account.epoch
  const isGap = isFirst ? isWhole && account.epoch === 0 && epoch === 1 && version > 1n : version > account.onTopic + 1n
  if (isGap && !isCompacted) {
    const detail = `${topic}: ${version} follows ${account.onTopic}`
    onFault({ check: 'version_gap', invariant: 'D', severity: 'fault', accountId, detail })
  }
  account.epoch = epoch
  account.onTopic = version
  account.lastValue = isCompacted ? value : null
}

async function compare(
  pool: Pool,
  { topic, column }: PublishedSeries,
  accounts: ReadonlyMap<string, Series>,
  decodeStatus: Parts['decodeStatus'],
  onFault: OnFault,
): Promise<void> {
  const isStatus = column === 'status_version'
  const ahead: string[] = []
  for (const [accountId, { inDatabase, status, onTopic, lastValue }] of accounts) {
    const behind = (detail: string) =>
      onFault({
        check: isStatus ? 'status_event' : 'unpublished',
        invariant: isStatus ? 'F' : 'D',
        severity: 'fault',
        accountId,
        detail: `${topic}: ${detail}`,
      })
    if (onTopic === 0n && inDatabase > 0n) behind(`nothing is there, the database is at ${inDatabase}`)
    else if (onTopic < inDatabase) behind(`the last is ${onTopic}, the database is at ${inDatabase}`)
    else if (onTopic > inDatabase) ahead.push(accountId)
    else if (lastValue !== null) {
      const told = await decodeStatus(lastValue)
      if (told.status !== status) behind(`version ${onTopic} says ${told.status}, the database ${status}`)
    }
  }
  await compareAhead(pool, { topic, column }, accounts, ahead, onFault)
}

/** What the topic has beyond what was noted was recorded since: by now the database has it, or never had. */
async function compareAhead(
  pool: Pool,
  { topic, column }: Pick<PublishedSeries, 'topic' | 'column'>,
  accounts: ReadonlyMap<string, Series>,
  accountIds: readonly string[],
  onFault: OnFault,
): Promise<void> {
  for (let at = 0; at < accountIds.length; at += ACCOUNTS_A_PAGE) {
    const { rows } = await pool.query<{ account_id: string; version: bigint }>(
      `select account_id, ${column} as version from tollgate.accounts where account_id = any($1::text[])`,
      [accountIds.slice(at, at + ACCOUNTS_A_PAGE)],
    )
    for (const { account_id: accountId, version } of rows) {
      const { onTopic } = accounts.get(accountId)!
      if (onTopic <= version) continue
      const detail = `${topic}: the last is ${onTopic}, ahead of the database, which is at ${version}`
      onFault({ check: 'version_gap', invariant: 'D', severity: 'fault', accountId, detail })
    }
  }
}
