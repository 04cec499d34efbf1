/**
 * Decides a whole batch of usage, one event after the other in the order given: what to record, what to post, what to
 * announce, what to refuse. Pure: the ledger brings the accounts and the book, and writes what comes out.
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
import { type Book, usageKey } from '../book/book.ts'
import { type InstantMicros, MICROS_PER_DAY } from '../instant.ts'
import { type Decision, type Outcome, rejected } from '../rating/decision.ts'
import type { UsageEvent } from '../usage/event.ts'
import { creditTaken, decideUsage, evolve, leavesIdentity, type UsageDecision } from './decide-usage.ts'

/** How far ahead of now usage may claim to have begun, before it is taken for a fault of its producer. */
export const MOST_AHEAD_MICROS = MICROS_PER_DAY

/** An event with its content hash, and whatever its bringer wants to find it by again. */
export interface BatchEvent<Source> {
  readonly event: UsageEvent
  readonly contentHash: string
  readonly source: Source
}

export interface RecordedUsage<Source> extends BatchEvent<Source> {
  readonly decision: UsageDecision
  readonly settingsVersion: number
  /** Sequence of the movement it made; null where credit did not move. */
  readonly movementSequence: bigint | null
  /** The correction that voided it on arrival, or took it back within the same batch. */
  readonly correctedBy: string | null
}

/** An event recorded by an earlier batch that a correction of this one took back. */
export interface TakenBack {
  readonly accountId: string
  readonly eventId: string
  readonly correctionId: string
}

export interface UsageMovement<Source> {
  readonly event: UsageEvent
  readonly source: Source
  readonly posting: Posting
  /** For a correction: the movement of this account that it takes back. */
  readonly reversesSequence: bigint | null
}

export interface RefusedUsage<Source> {
  readonly event: UsageEvent
  readonly decision: Decision
  readonly source: Source
}

export interface BatchOutcome<Source> {
  readonly recorded: readonly RecordedUsage<Source>[]
  readonly takenBack: readonly TakenBack[]
  readonly movements: readonly UsageMovement<Source>[]
  /** Accounts whose credit moved, as they are after the batch. */
  readonly changedAccounts: readonly AccountState[]
  readonly balanceChanges: readonly BalanceChanged[]
  readonly statusChanges: readonly ServiceStatusChanged[]
  readonly alerts: readonly AlertRaised[]
  /** Accounts that ask for an automatic top-up. */
  readonly topUpsDue: readonly string[]
  /** Keys of the fair-use counters that moved; their minutes are in the book. */
  readonly changedCounters: ReadonlySet<string>
  /** Rejections and conflicts: they go to the dead letters. */
  readonly refused: readonly RefusedUsage<Source>[]
  readonly countByOutcome: ReadonlyMap<Outcome, number>
}

export function decideBatch<Source>(
  events: readonly BatchEvent<Source>[],
  accounts: ReadonlyMap<string, AccountState>,
  book: Book,
  nowMicros: InstantMicros,
): BatchOutcome<Source> {
  const recorded: RecordedUsage<Source>[] = []
  const placeByKey = new Map<string, number>()
  const takenBack: TakenBack[] = []
  const movements: UsageMovement<Source>[] = []
  const refused: RefusedUsage<Source>[] = []
  const changedCounters = new Set<string>()
  const countByOutcome = new Map<Outcome, number>()
  const current = new Map<string, AccountState>()

  for (const { event, contentHash, source } of events) {
    const decided = decideInService(event, contentHash, book, nowMicros)
    countByOutcome.set(decided.outcome, (countByOutcome.get(decided.outcome) ?? 0) + 1)
    if (decided.outcome === 'rejected' || decided.outcome === 'conflict') {
      refused.push({ event, decision: decided, source })
    }
    if (!leavesIdentity(decided)) continue
    const account = current.get(event.accountId) ?? accounts.get(event.accountId)
    if (account === undefined) throw new TypeError(`account ${event.accountId} is in the book but was not locked`)

    let movementSequence: bigint | null = null
    const taken = creditTaken(decided)
    if (taken !== 0n) {
      const { account: posted, posting } = post(account, -taken)
      current.set(event.accountId, posted)
      movementSequence = posting.sequence
      movements.push({ event, source, posting, reversesSequence: movementTakenBack(event, book) })
    }
    evolve(book, event, contentHash, decided, movementSequence)
    if (decided.coveredMinutes !== 0 && decided.fairUse !== null) changedCounters.add(decided.fairUse.counter)

    const { settingsVersion } = account
    const key = usageKey(event.accountId, event.eventId)
    const { correctedBy } = book.known.get(key)!
    placeByKey.set(key, recorded.length)
    recorded.push({ event, contentHash, source, decision: decided, settingsVersion, movementSequence, correctedBy })
    if (event.type === 'correction' && decided.outcome === 'reversed') {
      const { accountId, corrects: eventId, eventId: correctionId } = event
      const place = placeByKey.get(usageKey(accountId, eventId))
      // One recorded in this batch is written with its correction in the first place.
      if (place === undefined) takenBack.push({ accountId, eventId, correctionId })
      else recorded[place] = { ...recorded[place]!, correctedBy: correctionId }
    }
  }

  const settled = [...current.values()].map((after) => {
    const levels = alertLevels(book.accounts.get(after.accountId)!)
    return settle(accounts.get(after.accountId)!, after, 'usage', levels, nowMicros)
  })
  return {
    recorded,
    takenBack,
    movements,
    changedAccounts: settled.map(({ account }) => account),
    balanceChanges: settled.flatMap(({ balanceChanged }) => balanceChanged ?? []),
    statusChanges: settled.flatMap(({ statusChanged }) => statusChanged ?? []),
    alerts: settled.flatMap(({ alerts }) => alerts),
    topUpsDue: settled.flatMap(({ account, topUpDue }) => (topUpDue ? account.accountId : [])),
    changedCounters,
    refused,
    countByOutcome,
  }
}

/** The movement of the event that a correction takes back; null for any other event. */
function movementTakenBack(event: UsageEvent, book: Book): bigint | null {
  if (event.type !== 'correction') return null
  const sequence = book.known.get(usageKey(event.accountId, event.corrects))?.movementSequence
  // Only what moved credit is given back, so there is a movement to name.
  if (sequence == null) throw new TypeError(`event ${event.corrects} gave no movement and credit moves back`)
  return sequence
}

function decideInService(event: UsageEvent, content: string, book: Book, nowMicros: InstantMicros): UsageDecision {
  if (event.occurredAtMicros > nowMicros + MOST_AHEAD_MICROS) {
    return { ...rejected('invalid_event', 'occurred_at is more than 24 hours ahead of now'), catalogVersion: null }
  }
  return decideUsage(event, content, book)
}
