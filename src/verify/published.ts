/**
 * Verifies D and F: the newest message of every account on each topic matches the database, and no earlier one is missing.
 *
 * Online: first the versions in the database are read, then the packs now in the outbox are waited for, and then the ends of
 * the topics are read. So each topic must have reached the versions read. Versions and epochs are in the headers; only the last
 * status has to be decoded. Memory is bounded by the accounts of one slice; with more slices the topic is read several times.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { shardOf } from '../outbox/messages.ts'
import type { KafkaAdmin } from '../platform/kafka/admin.ts'
import type { KafkaClient } from '../platform/kafka/client.ts'
import type { OffsetRange } from '../platform/kafka/places.ts'
import { type ReadMessage, readRanges } from '../platform/kafka/read-ranges.ts'
import type { Pool } from '../platform/postgres.ts'
import type { Fault, OnFault } from './fault.ts'
import type { Pace } from './pace.ts'
import { ALWAYS, mayBeGone, noteFirst, type Retained, retainedSince } from './retention.ts'
import { addMessage, findGaps, type Gap, isAfter, newestOf, type Place, type Run } from './runs.ts'

/** Accounts in memory: some 400 bytes each, and 140 for each further partition that an account was on. */
const ACCOUNTS_PER_SLICE = 500_000
const ACCOUNTS_PER_PAGE = 5_000
/** The outbox may take long to drain, as one lane may lag, but it must shrink. */
const OUTBOX_STUCK_MS = 60_000
const LOOK_MS = 100

/** A topic, and the column of `tollgate.accounts` that holds the newest version or sequence of its series. */
export interface PublishedSeries {
  readonly topic: string
  readonly column: 'balance_version' | 'status_version' | 'alert_version' | 'top_up_version' | 'last_sequence'
  /** The topic is compacted: earlier versions may be gone, and only the last one counts. */
  readonly isCompacted: boolean
}

export const SERIES: readonly PublishedSeries[] = [
  { topic: 'credit.balance-changed.v1', column: 'balance_version', isCompacted: false },
  { topic: 'credit.service-status.v1', column: 'status_version', isCompacted: true },
  { topic: 'credit.alerts.v1', column: 'alert_version', isCompacted: false },
  { topic: 'credit.top-ups.v1', column: 'top_up_version', isCompacted: false },
  { topic: 'credit.movements.v1', column: 'last_sequence', isCompacted: false },
]

interface Parts {
  readonly kafka: KafkaClient
  readonly admin: KafkaAdmin
  readonly pool: Pool
  readonly decode: (topic: string, value: Buffer) => Promise<Record<string, unknown>>
}

const NO_RUNS: readonly Run[] = []

/** The series of one account: in the database, and on its topic. */
interface Series {
  readonly inDatabase: bigint
  readonly status: string
  /** The epoch that the newest message must have at least. */
  readonly minEpoch: number
  /** For a compacted topic only the newest message. */
  runs: readonly Run[]
  lastValue: Buffer | null
}

/** Verifies the topics and returns how many messages were read. */
export async function verifyPublished(
  { kafka, admin, pool, decode }: Parts,
  series: readonly PublishedSeries[],
  pace: Pace,
  onFault: OnFault,
): Promise<{ readonly messages: number; readonly ranges: readonly OffsetRange[] }> {
  const { rows } = await pool.query<{ accounts: bigint }>('select count(*) as accounts from tollgate.accounts')
  const slices = Math.max(1, Math.ceil(Number(rows[0]!.accounts) / ACCOUNTS_PER_SLICE))
  const looked: OffsetRange[] = []
  let messages = 0
  for (const one of series) {
    for (let slice = 0; slice < slices; slice++) {
      const isInSlice = (accountId: string) => shardOf(Buffer.from(accountId), slices) === slice
      const epoch = await readEpoch(pool)
      const accounts = await readAccounts(pool, one, epoch, isInSlice, pace)
      await outboxPassed(pool)
      const ranges = await admin.retained(one.topic)
      if (slice === 0) looked.push(...ranges)
      const retained = retainedSince(ranges)
      await readRanges(kafka, ranges, async (batch) => {
        messages += batch.messages.length
        noteFirst(retained, batch)
        for (const message of batch.messages) {
          const accountId = String(message.key)
          if (!isInSlice(accountId)) continue
          const place = await placeOf(message, (value) => decode(one.topic, value))
          follow(one, accounts, accountId, batch.partition, place, message, onFault)
        }
        await pace.took(batch.messages.length, batch.beat)
      })
      await compare(pool, one, epoch, accounts, retained, decode, onFault)
    }
  }
  return { messages, ranges: looked }
}

async function readEpoch(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ epoch: number }>('select epoch from tollgate.ledger_epoch')
  return rows[0]!.epoch
}

/**
 * Balance and status of every account are republished when an epoch begins, so their newest messages must have that epoch. A
 * movement has the epoch in which it was recorded. For alerts and top-ups the epoch is not known.
 */
const MIN_EPOCH: Record<PublishedSeries['column'], string> = {
  balance_version: 'e.epoch',
  status_version: 'e.epoch',
  alert_version: '1',
  top_up_version: '1',
  last_sequence: `case when e.began_at <= (
    select m.recorded_at from tollgate.movements m where m.account_id = a.account_id and m.sequence = a.last_sequence
  ) then e.epoch else 1 end`,
}

async function readAccounts(
  pool: Pool,
  { column }: PublishedSeries,
  epoch: number,
  isInSlice: (accountId: string) => boolean,
  pace: Pace,
): Promise<Map<string, Series>> {
  const accounts = new Map<string, Series>()
  // In the first epoch there is no other, and nothing has to be looked up.
  const minEpochOf = epoch === 1 ? '1' : MIN_EPOCH[column]
  for (let after = ''; ; ) {
    const { rows } = await pool.query<{ account_id: string; version: bigint; status: string; min_epoch: number }>(
      `select a.account_id, a.${column} as version, a.status, ${minEpochOf} as min_epoch
         from tollgate.accounts a, tollgate.ledger_epoch e
        where a.account_id > $1
        order by a.account_id
        limit ${ACCOUNTS_PER_PAGE}`,
      [after],
    )
    const last = rows.at(-1)
    if (last === undefined) return accounts
    for (const { account_id, version, status, min_epoch: minEpoch } of rows) {
      if (!isInSlice(account_id)) continue
      accounts.set(account_id, { inDatabase: version, status, minEpoch, runs: NO_RUNS, lastValue: null })
    }
    await pace.took(rows.length)
    after = last.account_id
  }
}

/** Waits until the packs that are in the outbox now have been published. */
async function outboxPassed(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ last: bigint | null }>('select max(pack_id) as last from tollgate.outbox_packs')
  const last = rows[0]!.last
  let fewest: bigint | null = null
  let fewerAtMs = Date.now()
  while (last !== null) {
    const { rows: waiting } = await pool.query<{ packs: bigint }>(
      'select count(*) as packs from tollgate.outbox_packs where pack_id <= $1::bigint',
      [last],
    )
    const packs = waiting[0]!.packs
    if (packs === 0n) return
    if (fewest === null || packs < fewest) {
      fewest = packs
      fewerAtMs = Date.now()
    }
    if (Date.now() - fewerAtMs > OUTBOX_STUCK_MS) {
      throw new Error(
        `${packs} packs are in the outbox, and none was published for a minute: check that a relay is running`,
      )
    }
    await delay(LOOK_MS)
  }
}

/** Reads epoch and version from the headers, or from the value if an earlier release wrote the message without headers. */
async function placeOf(
  { headers, value }: ReadMessage,
  decode: (value: Buffer) => Promise<Record<string, unknown>>,
): Promise<Place> {
  const header = (wanted: string) => headers.find(({ name }) => name === wanted)?.value ?? null
  const [epochHeader, sequenceHeader] = [header('ce_epoch'), header('ce_sequence')]
  if (epochHeader !== null && sequenceHeader !== null) {
    return { epoch: Number(String(epochHeader)), version: BigInt(String(sequenceHeader)) }
  }
  const { epoch, version, sequence } = await decode(value ?? Buffer.alloc(0))
  return { epoch: Number(epoch), version: BigInt(String(version ?? sequence)) }
}

function follow(
  { topic, isCompacted }: PublishedSeries,
  accounts: ReadonlyMap<string, Series>,
  accountId: string,
  partition: number,
  place: Place,
  { timestampMs, value }: ReadMessage,
  onFault: OnFault,
): void {
  const account = accounts.get(accountId)
  // The account was created since, or lost in a restore.
  if (account === undefined) return
  if (!isCompacted) {
    const gap = addMessage(account, partition, place, timestampMs)
    if (gap !== null) onFault(gapFault(topic, accountId, gap))
    return
  }
  const [newest] = account.runs
  if (newest !== undefined && !isAfter(place, newest)) return
  const { epoch, version } = place
  account.runs = [{ partition, epoch, first: version, last: version, lastSentAt: timestampMs }]
  account.lastValue = value
}

function gapFault(topic: string, accountId: string, { after, next }: Gap): Fault {
  const detail = `${topic}: ${next} follows ${after}`
  return { check: 'version_gap', invariant: 'D', severity: 'fault', accountId, detail }
}

async function compare(
  pool: Pool,
  series: PublishedSeries,
  ledgerEpoch: number,
  accounts: ReadonlyMap<string, Series>,
  retained: Retained,
  decode: Parts['decode'],
  onFault: OnFault,
): Promise<void> {
  const { topic, isCompacted } = series
  const ahead: string[] = []
  const inDoubt = new Map<string, string>()
  for (const [accountId, account] of accounts) {
    const { runs, inDatabase, status, lastValue } = account
    const isGone = (sinceMs: number, exceptPartition: number | null) =>
      mayBeGone(retained, accountId, sinceMs, exceptPartition)
    if (!isCompacted) for (const gap of findGaps(runs, isGone)) onFault(gapFault(topic, accountId, gap))
    const newest = newestOf(runs)
    const behind = howFarBehind(account, newest)
    if (behind !== null) {
      const isCertain = isCompacted || !isGone(newest?.lastSentAt ?? ALWAYS, newest?.partition ?? null)
      if (isCertain) onFault(behindFault(series, accountId, behind))
      else inDoubt.set(accountId, behind)
    } else if (newest !== null && newest.last > inDatabase) {
      // In an earlier epoch it is a message that a restore has undone.
      if (newest.epoch >= ledgerEpoch) ahead.push(accountId)
    } else if (lastValue !== null) {
      const published = await decode(topic, lastValue)
      if (published.status !== status) {
        const detail = `version ${inDatabase} says ${published.status}, the database ${status}`
        onFault(behindFault(series, accountId, detail))
      }
    }
  }
  await compareInDoubt(pool, series, accounts, retained, inDoubt, onFault)
  await compareAhead(pool, series, accounts, ahead, onFault)
}

function howFarBehind({ inDatabase, minEpoch }: Series, newest: Run | null): string | null {
  if (inDatabase === 0n) return null
  if (newest === null) return `nothing was published, but the database is at ${inDatabase}`
  if (newest.epoch < minEpoch) {
    return `the last is of epoch ${newest.epoch}, the database is at ${inDatabase} of epoch ${minEpoch}`
  }
  return newest.last < inDatabase ? `the last is ${newest.last}, the database is at ${inDatabase}` : null
}

function behindFault({ topic, column }: PublishedSeries, accountId: string, detail: string): Fault {
  const fault = { severity: 'fault', accountId, detail: `${topic}: ${detail}` } as const
  return column === 'status_version'
    ? { ...fault, check: 'status_event', invariant: 'F' }
    : { ...fault, check: 'unpublished', invariant: 'D' }
}

/**
 * A message that is missing may have been deleted by retention, unless it is too recent. Its age is known from the account's
 * last movement, which is announced on both topics. For accounts that were idle since, and for alerts, it is not known.
 */
async function compareInDoubt(
  pool: Pool,
  series: PublishedSeries,
  accounts: ReadonlyMap<string, Series>,
  retained: Retained,
  inDoubt: ReadonlyMap<string, string>,
  onFault: OnFault,
): Promise<void> {
  const { column } = series
  if (column !== 'balance_version' && column !== 'last_sequence') return
  const accountIds = [...inDoubt.keys()]
  for (let at = 0; at < accountIds.length; at += ACCOUNTS_PER_PAGE) {
    const { rows } = await pool.query<{ account_id: string; version: bigint; recorded_ms: number }>(
      `select a.account_id, a.${column} as version, (extract(epoch from m.recorded_at) * 1000)::float8 as recorded_ms
         from tollgate.accounts a
         join tollgate.movements m on m.account_id = a.account_id and m.sequence = a.last_sequence
        where a.account_id = any($1::text[])`,
      [accountIds.slice(at, at + ACCOUNTS_PER_PAGE)],
    )
    for (const { account_id: accountId, version, recorded_ms: recordedMs } of rows) {
      if (version !== accounts.get(accountId)!.inDatabase || mayBeGone(retained, accountId, recordedMs, null)) continue
      onFault(behindFault(series, accountId, inDoubt.get(accountId)!))
    }
  }
}

/** Messages beyond the version that was read were recorded since, so by now the database must have them. */
async function compareAhead(
  pool: Pool,
  { topic, column }: Pick<PublishedSeries, 'topic' | 'column'>,
  accounts: ReadonlyMap<string, Series>,
  accountIds: readonly string[],
  onFault: OnFault,
): Promise<void> {
  for (let at = 0; at < accountIds.length; at += ACCOUNTS_PER_PAGE) {
    const { rows } = await pool.query<{ account_id: string; version: bigint }>(
      `select account_id, ${column} as version from tollgate.accounts where account_id = any($1::text[])`,
      [accountIds.slice(at, at + ACCOUNTS_PER_PAGE)],
    )
    for (const { account_id: accountId, version } of rows) {
      const onTopic = newestOf(accounts.get(accountId)!.runs)!.last
      if (onTopic <= version) continue
      const detail = `${topic}: the last is ${onTopic}, ahead of the database, which is at ${version}`
      onFault({ check: 'version_gap', invariant: 'D', severity: 'fault', accountId, detail })
    }
  }
}
