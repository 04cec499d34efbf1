/**
 * Decides a batch of usage, one event after the other in the given order: what to record, post, announce and refuse.
 * Pure: the ledger supplies the accounts and the book, and writes the outcome.
 */
import { type AlertRaised, alertLevels } from '../account/alerts.ts'
import {
  type AccountState,
  type BalanceChanged,
  type Posting,
  post,
  type ServiceStatusChanged,
  settle,
} from '../account/state.ts'
import { type Book, type BookView, usageKey } from '../book/book.ts'
import { BookOverlay } from '../book/overlay.ts'
import { type InstantMicros, MICROS_PER_DAY } from '../instant.ts'
import {
  creditTaken,
  type Decision,
  leavesIdentity,
  type Outcome,
  type RecordedDecision,
  type RefusedDecision,
} from '../rating/decision.ts'
import type { FairUseCounter } from '../rating/fair-use.ts'
import { rejected } from '../rating/outcomes.ts'
import type { CorrectionEvent, UsageEvent } from '../usage/event.ts'
import { decideUsage } from './decide-usage.ts'

/** How far in the future an event may claim to have happened. Anything later is a fault of its producer. */
export const MAX_AHEAD_MICROS = MICROS_PER_DAY

/** An event with its content hash and its source, which the caller gets back with the outcome. */
export interface BatchEvent<Source> {
  readonly event: UsageEvent
  /** Distinguishes a duplicate from a conflict. Has the form of `KnownUsage.content` in the book. */
  readonly contentHash: string
  readonly source: Source
}

export interface RecordedUsage<Source> extends BatchEvent<Source> {
  readonly decision: RecordedDecision
  readonly settingsVersion: number
  /** Sequence of the movement it made. Null if credit did not move. */
  readonly movementSequence: bigint | null
  /** The correction that voided the event on arrival, or that reversed it within the same batch. */
  readonly correctedBy: string | null
}

/** An event of an earlier batch that a correction of this batch reversed. */
export interface CorrectedEarlier {
  readonly accountId: string
  readonly eventId: string
  readonly correctionId: string
}

/** A correction of this batch that still waits for its event at the end of the batch. */
export interface AwaitingCorrection<Source> {
  readonly correction: CorrectionEvent
  readonly source: Source
}

/** An event of this batch that a correction of an earlier batch was waiting for. */
export interface ArrivedEvent {
  readonly accountId: string
  readonly eventId: string
}

/** A fair-use counter that changed, even if it ended at its old value. */
export interface MovedCounter {
  readonly counter: FairUseCounter
  /** `counterKey(counter)`. */
  readonly key: string
  /** Covered minutes after the batch. */
  readonly minutes: number
}

export interface UsageMovement<Source> {
  readonly event: UsageEvent
  readonly source: Source
  readonly posting: Posting
  /** The account's movement that this movement of a correction reverses. */
  readonly reversesSequence: bigint | null
}

export interface RefusedUsage<Source> {
  readonly event: UsageEvent
  readonly decision: RefusedDecision
  readonly source: Source
}

/** Everything that a batch changes. Writing it is enough for the next batch to be decided correctly. */
export interface BatchOutcome<Source> {
  /** In the order of the batch. */
  readonly recorded: readonly RecordedUsage<Source>[]
  readonly correctedEarlier: readonly CorrectedEarlier[]
  readonly awaitingCorrections: readonly AwaitingCorrection<Source>[]
  readonly arrivedEvents: readonly ArrivedEvent[]
  /** In the order of the batch, so each account's movements are in the order of their sequences. */
  readonly movements: readonly UsageMovement<Source>[]
  /** Accounts whose credit moved, with their state after the batch. */
  readonly changedAccounts: readonly AccountState[]
  readonly balanceChanges: readonly BalanceChanged[]
  readonly statusChanges: readonly ServiceStatusChanged[]
  readonly alerts: readonly AlertRaised[]
  /** Ids of accounts that need an automatic top-up. */
  readonly topUpsDue: readonly string[]
  readonly movedCounters: readonly MovedCounter[]
  /** Rejections and conflicts, which go to the dead letters. */
  readonly refused: readonly RefusedUsage<Source>[]
  readonly countByOutcome: ReadonlyMap<Outcome, number>
}

/**
 * Decides the events in order, each with those before it known. Does not change its arguments.
 *
 * `accounts` holds the state of every account of the book that the events name, read under its lock. `book` holds what
 * was read after that: the settings in force, and what is recorded of the events' ids, of the ids that corrections
 * name, and of the counters. `nowMicros` is the ledger's clock.
 *
 * Refusals are returned as values. Bugs are thrown: an account of the book that was not locked, a counter below zero,
 * or a reversal of credit without a movement to reverse.
 */
export function decideBatch<Source>(
  events: readonly BatchEvent<Source>[],
  accounts: ReadonlyMap<string, AccountState>,
  book: Book,
  nowMicros: InstantMicros,
): BatchOutcome<Source> {
  const overlay = new BookOverlay(book)
  const current = new Map<string, AccountState>()
  const movements: UsageMovement<Source>[] = []
  const refused: RefusedUsage<Source>[] = []
  const countByOutcome = new Map<Outcome, number>()
  const records = startRecords<Source>()

  for (const { event, contentHash, source } of events) {
    const decided = decideUnlessAhead(event, contentHash, overlay, nowMicros)
    countByOutcome.set(decided.outcome, (countByOutcome.get(decided.outcome) ?? 0) + 1)
    if (!leavesIdentity(decided)) {
      if (decided.outcome !== 'duplicate') refused.push({ event, decision: decided, source })
      continue
    }
    const account = current.get(event.accountId) ?? accounts.get(event.accountId)
    if (account === undefined) throw new TypeError(`account ${event.accountId} is in the book but was not locked`)

    let movementSequence: bigint | null = null
    const taken = creditTaken(decided)
    if (taken !== 0n) {
      const { account: posted, posting } = post(account, -taken)
      current.set(event.accountId, posted)
      movementSequence = posting.sequence
      movements.push({ event, source, posting, reversesSequence: movementReversed(event, overlay) })
    }
    const correctedBy = overlay.note(event, contentHash, decided, movementSequence)
    const { settingsVersion } = account
    records.add({ event, contentHash, source, decision: decided, settingsVersion, movementSequence, correctedBy })
  }
  return {
    ...records.end(),
    movements,
    ...settleAll(current, accounts, book, nowMicros),
    movedCounters: [...overlay.movedCounters].map(([key, counter]) => {
      return { counter, key, minutes: overlay.minutesUsed.get(key)! }
    }),
    refused,
    countByOutcome,
  }
}

type Records<Source> = Pick<
  BatchOutcome<Source>,
  'recorded' | 'correctedEarlier' | 'awaitingCorrections' | 'arrivedEvents'
>

/** Collects what a batch records, and what its corrections do to events of this batch and of earlier batches. */
function startRecords<Source>(): { add(usage: RecordedUsage<Source>): void; end(): Records<Source> } {
  const recorded: RecordedUsage<Source>[] = []
  const placeByKey = new Map<string, number>()
  const correctedEarlier: CorrectedEarlier[] = []
  /** By the key of the awaited event. */
  const awaiting = new Map<string, AwaitingCorrection<Source>>()
  const arrivedEvents: ArrivedEvent[] = []

  function addCorrection(correction: CorrectionEvent, { decision, source }: RecordedUsage<Source>): void {
    const { accountId, corrects: eventId, eventId: correctionId } = correction
    const correctedKey = usageKey(accountId, eventId)
    if (decision.outcome === 'pending') {
      awaiting.set(correctedKey, { correction, source })
      return
    }
    const place = placeByKey.get(correctedKey)
    // An event of this batch is written as corrected in the first place.
    if (place === undefined) correctedEarlier.push({ accountId, eventId, correctionId })
    else recorded[place] = { ...recorded[place]!, correctedBy: correctionId }
  }

  return {
    add(usage) {
      const { event, decision } = usage
      const { accountId, eventId } = event
      const key = usageKey(accountId, eventId)
      placeByKey.set(key, recorded.length)
      recorded.push(usage)
      if (event.type === 'correction') return addCorrection(event, usage)
      if (decision.outcome !== 'voided') return
      const hasCorrectionInBatch = awaiting.delete(key)
      // Only the correction of an earlier batch is stored as waiting.
      if (!hasCorrectionInBatch) arrivedEvents.push({ accountId, eventId })
    },
    end: () => ({ recorded, correctedEarlier, awaitingCorrections: [...awaiting.values()], arrivedEvents }),
  }
}

type SettledAccounts = Pick<
  BatchOutcome<unknown>,
  'changedAccounts' | 'balanceChanges' | 'statusChanges' | 'alerts' | 'topUpsDue'
>

/** Settles the accounts whose credit moved, each from its state before the batch to its state after it. */
function settleAll(
  after: ReadonlyMap<string, AccountState>,
  before: ReadonlyMap<string, AccountState>,
  book: Book,
  nowMicros: InstantMicros,
): SettledAccounts {
  const settled = [...after].map(([accountId, account]) => {
    const levels = alertLevels(book.accounts.get(accountId)!)
    return settle(before.get(accountId)!, account, 'usage', levels, nowMicros)
  })
  return {
    changedAccounts: settled.map(({ account }) => account),
    balanceChanges: settled.flatMap(({ balanceChanged }) => balanceChanged ?? []),
    statusChanges: settled.flatMap(({ statusChanged }) => statusChanged ?? []),
    alerts: settled.flatMap(({ alerts }) => alerts),
    topUpsDue: settled.flatMap(({ account, topUpDue }) => (topUpDue ? account.accountId : [])),
  }
}

/** The movement that a correction reverses. Null for any other event. */
function movementReversed(event: UsageEvent, book: BookView): bigint | null {
  if (event.type !== 'correction') return null
  const sequence = book.known.get(usageKey(event.accountId, event.corrects))?.movementSequence
  // Only an event that moved credit is reversed in credit, so it must have made a movement.
  if (sequence == null) throw new TypeError(`event ${event.corrects} made no movement, but its reversal moves credit`)
  return sequence
}

function decideUnlessAhead(event: UsageEvent, content: string, book: BookView, nowMicros: InstantMicros): Decision {
  if (event.occurredAtMicros > nowMicros + MAX_AHEAD_MICROS) {
    return rejected('invalid_event', 'occurred_at is more than 24 hours ahead of now')
  }
  return decideUsage(event, content, book)
}
