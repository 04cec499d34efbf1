/**
 * Decides a batch of usage, one event after the other in the given order: what to record, post, announce and refuse.
 * Pure: the ledger supplies the accounts and the book, and writes the outcome.
 */
import { type AlertRaised, alertLevels } from '../account/alerts.ts'
import {
  type AccountState,
  type BalanceChanged,
  type Movement,
  type MovementOrigin,
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
  isRecorded,
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
  /** Hash of `contentOf`, which distinguishes a duplicate from a conflict. */
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
  readonly movement: Movement
  readonly source: Source
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
 * Refusals are returned as values. Bugs are thrown: an account of the book that was not locked, an amount in another
 * currency than the account's, a counter below zero, or a reversal of credit without a movement to reverse.
 */
export function decideBatch<Source>(
  events: readonly BatchEvent<Source>[],
  accounts: ReadonlyMap<string, AccountState>,
  book: Book,
  nowMicros: InstantMicros,
): BatchOutcome<Source> {
  const overlay = new BookOverlay(book)
  const current = new Map<string, AccountState>()
  const recorded: RecordedUsage<Source>[] = []
  const movements: UsageMovement<Source>[] = []
  const refused: RefusedUsage<Source>[] = []
  const countByOutcome = new Map<Outcome, number>()

  for (const { event, contentHash, source } of events) {
    const decided = decideUnlessAhead(event, contentHash, overlay, nowMicros)
    countByOutcome.set(decided.outcome, (countByOutcome.get(decided.outcome) ?? 0) + 1)
    if (!isRecorded(decided)) {
      if (decided.outcome !== 'duplicate') refused.push({ event, decision: decided, source })
      continue
    }
    const account = current.get(event.accountId) ?? accounts.get(event.accountId)
    if (account === undefined) throw new TypeError(`account ${event.accountId} is in the book but was not locked`)

    let movementSequence: bigint | null = null
    const taken = creditTaken(decided)
    if (taken !== 0n) {
      if (decided.currency !== account.currency) {
        throw new TypeError(`event ${event.eventId} moves ${decided.currency}, but its account has ${account.currency}`)
      }
      const { account: posted, posting } = post(account, -taken)
      current.set(event.accountId, posted)
      movementSequence = posting.sequence
      const { occurredAtMicros } = event
      movements.push({ movement: { posting, origin: originOf(event, overlay), occurredAtMicros }, source })
    }
    overlay.apply(event, contentHash, decided, movementSequence)
    const { settingsVersion } = account
    recorded.push({
      event,
      contentHash,
      source,
      decision: decided,
      settingsVersion,
      movementSequence,
      correctedBy: null,
    })
  }
  return {
    ...withCorrections(recorded, book, overlay),
    movements,
    ...settleAll(current, accounts, book, nowMicros),
    movedCounters: [...overlay.movedCounters].map(([key, counter]) => {
      return { counter, key, minutes: overlay.minutesUsed.get(key)! }
    }),
    refused,
    countByOutcome,
  }
}

type Corrected<Source> = Pick<
  BatchOutcome<Source>,
  'recorded' | 'correctedEarlier' | 'awaitingCorrections' | 'arrivedEvents'
>

/**
 * Completes what is recorded with the effects of corrections, as they stand at the end of the batch. `before` is the book
 * that the batch started from, `after` the book with all its decisions.
 */
function withCorrections<Source>(
  recorded: readonly RecordedUsage<Source>[],
  before: Book,
  after: BookView,
): Corrected<Source> {
  const correctedEarlier: CorrectedEarlier[] = []
  const awaitingCorrections: AwaitingCorrection<Source>[] = []
  const arrivedEvents: ArrivedEvent[] = []
  for (const { event, decision, source } of recorded) {
    const { accountId, eventId } = event
    if (event.type !== 'correction') {
      // Only a correction of an earlier batch is stored as waiting.
      if (decision.outcome === 'voided' && before.awaited.has(usageKey(accountId, eventId))) {
        arrivedEvents.push({ accountId, eventId })
      }
      continue
    }
    const correctedKey = usageKey(accountId, event.corrects)
    if (after.awaited.get(correctedKey) === eventId) awaitingCorrections.push({ correction: event, source })
    // An event of this batch is written as corrected in the first place.
    if (decision.outcome === 'reversed' && before.known.has(correctedKey)) {
      correctedEarlier.push({ accountId, eventId: event.corrects, correctionId: eventId })
    }
  }
  return {
    recorded: recorded.map((usage) => {
      const { correctedBy } = after.known.get(usageKey(usage.event.accountId, usage.event.eventId))!
      return correctedBy === null ? usage : { ...usage, correctedBy }
    }),
    correctedEarlier,
    awaitingCorrections,
    arrivedEvents,
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
    topUpsDue: settled.flatMap(({ account, isTopUpDue }) => (isTopUpDue ? account.accountId : [])),
  }
}

/** What the event's movement came from. Throws if a correction reverses an event that made no movement. */
function originOf(event: UsageEvent, book: BookView): MovementOrigin {
  const { eventId } = event
  if (event.type !== 'correction') return { kind: 'usage', eventId }
  const reversesSequence = book.known.get(usageKey(event.accountId, event.corrects))?.movementSequence
  // Only an event that moved credit is reversed in credit, so it must have made a movement.
  if (reversesSequence == null) {
    throw new TypeError(`event ${event.corrects} made no movement, but its reversal moves credit`)
  }
  return { kind: 'reversal', eventId, reversesSequence }
}

function decideUnlessAhead(event: UsageEvent, contentHash: string, book: BookView, nowMicros: InstantMicros): Decision {
  if (event.occurredAtMicros > nowMicros + MAX_AHEAD_MICROS) {
    return rejected('invalid_event', 'occurred_at is more than 24 hours ahead of now')
  }
  return decideUsage(event, contentHash, book)
}
