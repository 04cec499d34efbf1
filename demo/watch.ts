/**
 * Feeds the live view: figures from the rater's metrics, balances from the database, and announcements read from the topics as
 * by any consumer.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Consumer } from 'kafkajs'
import { formatMoney } from '../src/core/money.ts'
import type { Serve } from '../stack/serve.ts'
import { foreignKafka, foreignRegistry } from '../testkit/foreign-kafka.ts'
import type { Installation } from '../testkit/installation.ts'
import type { UsageTopic } from '../testkit/records.ts'
import { emptyTally, type Produced } from '../testkit/tally.ts'
import { until } from '../testkit/until.ts'
import { sentenceOf, type TopUpEvent } from './top-up-words.ts'
import { APPROVED_AFTER_SECONDS, countTopUps, type TopUps } from './top-ups.ts'
import type { AccountLine, View } from './view.ts'

const READ_BALANCES = 'select account_id, currency, balance_micros, status from tollgate.accounts'
const READ_RECORDED = 'select coalesce(sum(next_offset), 0) as recorded from tollgate.consumer_offsets'
const READ_UNSENT = 'select count(*) as packs from tollgate.outbox_packs'

/** In display order. */
const KINDS: readonly (readonly [UsageTopic, string])[] = [
  ['usage.calls.v1', 'calls'],
  ['usage.toll-free.v1', 'toll-free'],
  ['usage.messages.v1', 'messages'],
  ['usage.conversation-intelligence.v1', 'intelligence'],
  ['usage.voice-agents.v1', 'agents'],
  ['usage.other.v1', 'other'],
  ['usage.corrections.v1', 'corrections'],
]

const REFRESH_MS = 250
const DRAINED_WITHIN_MS = 60_000

export interface Watching {
  readonly onProduced: (produced: Readonly<Produced>) => void
  /** Waits until every produced message is recorded and every announcement published; fails if that takes too long. */
  untilDrained(items: number): Promise<void>
  stop(): Promise<void>
}

/** Feeds the view until it is stopped. `startedAt`: when the demo started, in milliseconds since 1970. */
export async function watch(
  { config, pool, accounts }: Installation,
  rater: Serve,
  topUps: TopUps,
  view: View,
  startedAt: number,
): Promise<Watching> {
  let produced: Readonly<Produced> = emptyTally()
  let firstDebit = false
  const sinceMicros = Date.now() * 1000
  const before = new Map<string, bigint>()
  const history: { at: number; handled: number }[] = []
  const order = new Map(accounts.map(({ accountId }, i) => [accountId, i]))

  const consumer = await followAnnouncements(config, view, topUps, sinceMicros)

  view.note(topUps.notice)
  const stopped = new AbortController()
  const refreshing = refreshUntilStopped()

  async function refreshUntilStopped(): Promise<void> {
    while (!stopped.signal.aborted) {
      await refresh().catch((error: Error) => view.note(`could not read the figures: ${error.message}`))
      await delay(REFRESH_MS, undefined, { signal: stopped.signal }).catch(() => {})
    }
  }

  async function refresh(): Promise<void> {
    const figures = await rater.figures()
    const { rows } = await pool.query<BalanceRow>(READ_BALANCES)
    const topUpCounts = await countTopUps(pool)
    const counts = eventCounts(figures)
    const handled = counts.rated + counts.duplicates + counts.deadLetters
    if (!firstDebit && counts.charged > 0) {
      firstDebit = true
      view.note(`first debit ${((Date.now() - startedAt) / 1000).toFixed(1)} s after the start`)
    }
    history.push({ at: Date.now(), handled })
    while (history.length > 1 && Date.now() - history[0]!.at > 2_000) history.shift()
    const [oldest, newest] = [history[0]!, history.at(-1)!]
    const spanSeconds = (newest.at - oldest.at) / 1000

    view.update({
      elapsedSeconds: (Date.now() - startedAt) / 1000,
      eventsPerSecond: spanSeconds > 0 ? (newest.handled - oldest.handled) / spanSeconds : 0,
      produced: produced.items,
      ...counts,
      lag: Math.max(0, produced.items - handled),
      topUps: topUpCounts,
      producedByKind: KINDS.map(([topic, kind]) => [kind, produced.byTopic[topic]] as const),
      accounts: rows
        .toSorted((a, b) => (order.get(a.account_id) ?? 0) - (order.get(b.account_id) ?? 0))
        .map((row) => accountLine(row, before)),
    })
  }

  return {
    onProduced: (tally) => {
      produced = tally
    },
    async untilDrained(items) {
      let seen = {}
      await until(
        `all ${items} messages are recorded and their results published`,
        async () => {
          const { recorded } = (await pool.query<{ recorded: string }>(READ_RECORDED)).rows[0]!
          const { packs } = (await pool.query<{ packs: bigint }>(READ_UNSENT)).rows[0]!
          seen = { recorded, unsentPacks: packs }
          return BigInt(recorded) >= BigInt(items) && packs === 0n
        },
        DRAINED_WITHIN_MS,
        () => seen,
      )
      await until('every payment is credited and no top-up is in progress', topUps.areSettled, DRAINED_WITHIN_MS)
    },
    async stop() {
      if (stopped.signal.aborted) return
      stopped.abort()
      await refreshing
      await refresh().catch(() => {})
      await consumer.disconnect()
    },
  }
}

/** Notes what is announced on the topics. Status changes from before `sinceMicros` are left out. */
async function followAnnouncements(
  { kafka }: Installation['config'],
  view: View,
  topUps: TopUps,
  sinceMicros: number,
): Promise<Consumer> {
  const noteTopUp = createTopUpNotes(view, topUps)
  const registry = foreignRegistry(kafka.schemaRegistryUrl)
  const consumer = foreignKafka(kafka.brokers).consumer({ groupId: `demo-view-${randomUUID()}` })
  await consumer.connect()
  await consumer.subscribe({
    topics: ['credit.service-status.v1', 'credit.top-ups.v1', 'usage.dead-letter.v1'],
    fromBeginning: false,
  })
  await consumer.run({
    eachMessage: async ({ topic, message }) => {
      if (message.value === null) return
      const event = await registry.decode(message.value)
      if (topic === 'usage.dead-letter.v1') view.deadLetter(`dead letter: ${event.reason} (${event.detail})`)
      else if (topic === 'credit.top-ups.v1') noteTopUp(event)
      // Announcements about the creation of accounts are old, even if they are published only now.
      else if (event.since < sinceMicros) return
      else if (event.status === 'blocked') view.note(`${event.account_id} is blocked: ${event.blocked.join(', ')}`)
      else view.note(`${event.account_id} is active again`)
    },
  })
  return consumer
}

/** Notes the steps of top-ups that are worth a sentence, and approves payments that need it. */
function createTopUpNotes(view: View, topUps: TopUps): (event: TopUpEvent) => void {
  const requestedAtMicros = new Map<string, number>()
  return (event) => {
    const { account_id, kind, top_up_id, occurred_at } = event
    if (kind === 'requested') requestedAtMicros.set(top_up_id!, occurred_at)
    const sentence = sentenceOf(event, requestedAtMicros.get(top_up_id!) ?? null)
    if (kind !== 'needs_action') {
      if (sentence !== null) view.note(sentence)
      return
    }
    view.note(`${sentence}; the demo approves it in ${APPROVED_AFTER_SECONDS} s`)
    topUps.approve(account_id, top_up_id!).then(
      (paymentId) => {
        if (paymentId !== null)
          view.note(`${account_id} has approved it, as with: tollgate sandbox approve ${paymentId}`)
      },
      (error: Error) => {
        if (error.name !== 'AbortError') view.note(`${account_id} has not approved it: ${error.message}`)
      },
    )
  }
}

interface BalanceRow {
  readonly account_id: string
  readonly currency: string
  readonly balance_micros: bigint
  readonly status: 'active' | 'blocked'
}

/** The line of an account. `before`: the balances of the last snapshot, which it updates. */
function accountLine(row: BalanceRow, before: Map<string, bigint>): AccountLine {
  const was = before.get(row.account_id) ?? row.balance_micros
  before.set(row.account_id, row.balance_micros)
  const change = row.balance_micros > was ? 'up' : row.balance_micros < was ? 'down' : 'none'
  const isLow = row.balance_micros < 10_000_000n
  const status = row.status === 'blocked' ? 'blocked' : isLow ? 'low' : 'active'
  return { id: row.account_id, currency: row.currency, balance: formatMoney(row.balance_micros), change, status }
}

/** The counts of events by outcome, from the rater's metrics. */
function eventCounts(figures: ReadonlyMap<string, number>) {
  const outcome = (name: string) => figures.get(`tollgate_events_total{outcome="${name}"}`) ?? 0
  const [charged, covered] = [outcome('charged'), outcome('covered')]
  const [free, invoiced] = [outcome('free'), outcome('invoiced')]
  const corrections = outcome('reversed') + outcome('pending')
  const [voided, duplicates] = [outcome('voided'), outcome('duplicate')]
  const rated = charged + covered + free + invoiced + corrections + voided
  const deadLetters = sumOf(figures, 'tollgate_dead_letters_total')
  return { rated, charged, covered, free, invoiced, corrections, voided, duplicates, deadLetters }
}

function sumOf(figures: ReadonlyMap<string, number>, name: string): number {
  let sum = 0
  for (const [sample, value] of figures) if (sample.startsWith(`${name}{`)) sum += value
  return sum
}
