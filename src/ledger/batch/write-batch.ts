/**
 * Writes the outcome of a batch within its transaction: a handful of statements, however large the batch. They are sent
 * one after the other on the connection, so the database executes the first while the rest is still being encoded.
 */

import type { AccountState, Movement } from '../../core/account/state.ts'
import type { BatchOutcome, MovedCounter } from '../../core/batch/decide-batch.ts'
import { formatInstant } from '../../core/instant.ts'
import { alertMails } from '../../core/mail/alert-mail.ts'
import { Fault } from '../../platform/faults.ts'
import { allReplies, type Connection } from '../../platform/postgres.ts'
import type { ViewChange } from '../../view/changes.ts'
import { type Announcer, createAnnouncer, MOVEMENTS, type Publishing, RATED_USAGE } from '../changes/announce.ts'
import type { AnnouncedStep } from '../changes/announced-records.ts'
import { insertMails } from '../changes/insert-mails.ts'
import type { LedgerClock } from '../changes/read-clock.ts'
import { storeCrossings } from '../changes/store-crossings.ts'
import { storeTopUpSteps } from '../changes/store-top-up-steps.ts'
import { viewOfAccount } from '../changes/view-of-account.ts'
import { updateAccounts } from '../changes/write-accounts.ts'
import { insertMovements } from '../changes/write-movements.ts'
import { insertPacks, type PartitionsOf } from '../changes/write-outbox.ts'
import { storeAwaited } from '../corrections/awaited-corrections.ts'
import { markCorrected } from '../corrections/mark-corrected.ts'
import { type DeadLetter, insertDeadLetters } from '../dead-letters/write-dead-letters.ts'
import { storeOffsets } from '../epochs/consumer-offsets.ts'
import { type SourceMessage, type Traceparent, traceparentOf, valueHash } from '../source-message.ts'
import type { StoredCounter } from './read-counters.ts'
import type { RecordedBatch, UsageBatch } from './usage-batch.ts'
import { type CounterVersion, upsertCounters } from './write-counters.ts'
import { insertIdentities, insertRatedUsage } from './write-usage.ts'

type DecidedBatch = BatchOutcome<SourceMessage>

interface WriteParts {
  /** Holds the locks of the accounts in the outcome. */
  readonly connection: Connection
  readonly publishing: Publishing
  readonly consumerGroup: string
  readonly partitionsOf: PartitionsOf | undefined
}

/** What was read under the locks. */
interface Read {
  /** By `counterKey`. A counter that was never used is absent. */
  readonly counters: ReadonlyMap<string, StoredCounter>
  readonly clock: LedgerClock
}

/** What the statements of one batch share. */
interface Writing extends WriteParts {
  readonly clock: LedgerClock
  readonly recordedAt: string
  /** As many as in the outcome, in the same order. */
  readonly movements: readonly Movement[]
  readonly announcer: Announcer
  /** The trace that the account's announcements continue. */
  readonly traceOf: (about: { readonly accountId: string }) => Traceparent
  /** Takes statements that were sent. */
  readonly start: (...statements: Promise<unknown>[]) => void
}

/**
 * Writes the outcome and resolves when all of it is written. If a statement fails, it throws after all statements are
 * answered, so that none of them runs after the end of the transaction. The accounts must be locked.
 */
export async function writeBatch(
  parts: WriteParts,
  batch: UsageBatch,
  outcome: DecidedBatch,
  { counters, clock }: Read,
): Promise<RecordedBatch> {
  const writes: Promise<unknown>[] = []
  const traces = tracesByAccount(outcome)
  const writing: Writing = {
    ...parts,
    clock,
    recordedAt: formatInstant(clock.nowMicros),
    movements: outcome.movements.map(({ movement }) => movement),
    announcer: createAnnouncer(parts.publishing.encode, clock.epoch, clock.nowMicros),
    traceOf: ({ accountId }) => traces.get(accountId) ?? null,
    start(...statements) {
      // All statements are awaited below. Until then a failure must not count as an unhandled rejection.
      for (const statement of statements) statement.catch(() => {})
      writes.push(...statements)
    },
  }
  try {
    const newLetters = startDeadLetters(writing, deadLettersOf(batch, outcome))
    startUsage(writing, outcome)
    startCredit(writing, outcome)
    const counted = nextCounters(outcome.movedCounters, counters)
    if (counted.length > 0) writing.start(upsertCounters(parts.connection, counted))
    if (batch.offsets.length > 0) writing.start(storeOffsets(parts.connection, parts.consumerGroup, batch.offsets))
    // Sent before the packs are encoded, which takes a while. The result is announced after them.
    const requesting = requestTopUps(writing, outcome)
    startAnnouncements(writing, outcome, viewChanges(outcome.changedAccounts, counted, clock.epoch))
    writing.start(requesting.then((requested) => announceTopUps(writing, requested)))
    await allReplies(writes)
    return {
      countByOutcome: outcome.countByOutcome,
      deadLettersByReason: countBy(await newLetters, ({ reason }) => reason),
    }
  } catch (error) {
    await Promise.allSettled(writes)
    throw error
  }
}

/** Returns the dead letters that are new. Only they are announced. */
function startDeadLetters(writing: Writing, letters: readonly DeadLetter[]): Promise<readonly DeadLetter[]> {
  if (letters.length === 0) return Promise.resolve([])
  const { connection, recordedAt, announcer, partitionsOf, start } = writing
  const newLetters = insertDeadLetters(connection, letters, recordedAt)
  start(
    newLetters.then((letters) => {
      const record = letters.map((letter) => announcer.deadLetter(letter))
      // In the slower lane: a dead letter may be as large as a message, and a producer may cause many of them.
      return insertPacks(connection, { now: [], record, view: [] }, recordedAt, partitionsOf)
    }),
  )
  return newLetters
}

/** Writes identities, rated usage, and the effects of corrections on events and of events on corrections. */
function startUsage({ connection, clock, recordedAt, start }: Writing, outcome: DecidedBatch): void {
  const { recorded, correctedEarlier, awaitingCorrections, arrivedEvents } = outcome
  if (recorded.length > 0) {
    start(insertIdentities(connection, recorded, clock.nowMicros))
    start(insertRatedUsage(connection, recorded, clock.nowMicros))
  }
  if (correctedEarlier.length > 0) start(markCorrected(connection, correctedEarlier))
  start(...storeAwaited(connection, awaitingCorrections, arrivedEvents, recordedAt))
}

/** Writes movements, balances, crossed alert levels and the mails about them. */
function startCredit({ connection, clock, recordedAt, movements, start }: Writing, outcome: DecidedBatch): void {
  if (movements.length > 0) {
    start(insertMovements(connection, movements, clock.nowMicros))
    start(updateAccounts(connection, outcome.changedAccounts, movements))
  }
  if (outcome.alerts.length > 0) {
    start(storeCrossings(connection, outcome.alerts, recordedAt))
    start(insertMails(connection, alertMails(outcome.alerts, clock.nowMicros, 'balance'), recordedAt))
  }
}

/** Returns the steps of the requested top-ups. */
function requestTopUps(
  { connection, recordedAt, start }: Writing,
  { topUpsDue }: DecidedBatch,
): Promise<AnnouncedStep[]> {
  if (topUpsDue.length === 0) return Promise.resolve([])
  const due = topUpsDue.map((accountId) => ({ accountId, steps: [], isTopUpDue: true }))
  const requesting = storeTopUpSteps(connection, due, recordedAt)
  start(requesting)
  return requesting
}

function announceTopUps(writing: Writing, requested: readonly AnnouncedStep[]): Promise<void> {
  const { connection, clock, recordedAt, announcer, traceOf } = writing
  const steps = requested.map((step) => announcer.topUp(step, 'usage', traceOf(step)))
  const view = requested.map(({ accountId, version }): ViewChange => {
    return { accountId, epoch: clock.epoch, topUps: { version } }
  })
  return insertPacks(connection, { now: steps, record: [], view }, recordedAt)
}

function startAnnouncements(writing: Writing, outcome: DecidedBatch, view: readonly ViewChange[]): void {
  const { connection, recordedAt, announcer, traceOf, partitionsOf, start } = writing
  const { recordTopics } = writing.publishing
  const changes = [
    ...outcome.balanceChanges.map((change) => announcer.balanceChanged(change, traceOf(change))),
    ...outcome.statusChanges.map((change) => announcer.serviceStatus(change, 'usage', traceOf(change))),
    ...outcome.alerts.map((alert) => announcer.alert(alert, 'usage', traceOf(alert))),
  ]
  const movements = recordTopics.has(MOVEMENTS)
    ? writing.movements.map((moved, i) => announcer.movement(moved, traceparentOf(outcome.movements[i]!.source)))
    : []
  const ratedUsage = recordTopics.has(RATED_USAGE)
    ? outcome.recorded.map((usage) => announcer.ratedUsage(usage, traceparentOf(usage.source)))
    : []
  const lanes = { now: changes, record: [...movements, ...ratedUsage], view }
  start(insertPacks(connection, lanes, recordedAt, partitionsOf))
}

/**
 * An announcement that covers several events of an account continues the trace of the last event that moved its credit.
 */
function tracesByAccount({ movements }: DecidedBatch): Map<string, Traceparent> {
  const traces = new Map<string, Traceparent>()
  for (const { movement, source } of movements) {
    const traceparent = traceparentOf(source)
    if (traceparent !== null) traces.set(movement.posting.accountId, traceparent)
  }
  return traces
}

/** Throws `invariant_broken` if a moved counter was not read: it would have been counted from 0. */
function nextCounters(moved: readonly MovedCounter[], stored: ReadonlyMap<string, StoredCounter>): CounterVersion[] {
  return moved.map(({ counter, key, minutes }) => {
    const before = stored.get(key)
    if (before === undefined) {
      throw new Fault('invariant_broken', `account ${counter.accountId}: a fair-use counter moved that was not read`)
    }
    return { counter, minutes, version: before.version + 1n }
  })
}

/** One change per account: its credit and status if they changed, and its changed fair-use counters. */
function viewChanges(
  changedAccounts: readonly AccountState[],
  counted: readonly CounterVersion[],
  epoch: number,
): ViewChange[] {
  const changes = new Map(
    changedAccounts.map((account): [string, ViewChange] => [account.accountId, viewOfAccount(account, epoch)]),
  )
  for (const [accountId, own] of Map.groupBy(counted, ({ counter }) => counter.accountId)) {
    const fairUse = own.map(({ counter: { userId, anchor, cycleStart }, version, minutes }) => {
      return { userId, cycleAnchor: anchor, cycleStart, version, minutes }
    })
    changes.set(accountId, { ...(changes.get(accountId) ?? { accountId, epoch }), fairUse })
  }
  return [...changes.values()]
}

function deadLettersOf(batch: UsageBatch, outcome: DecidedBatch): (DeadLetter & SourceMessage)[] {
  const refusedMessages = batch.refusedMessages.map(({ source, ...why }) => ({
    ...source,
    ...why,
    valueHash: valueHash(source),
  }))
  const refused = outcome.refused.map(({ event, decision, source }) => ({
    ...source,
    reason: decision.reason,
    detail: decision.detail,
    accountId: event.accountId,
    eventId: event.eventId,
    valueHash: valueHash(source),
  }))
  return [...refusedMessages, ...refused]
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}
