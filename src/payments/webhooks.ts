/**
 * Handles received webhooks. A webhook only says which object to check: that object is read from the provider and recorded,
 * as with any other check. So neither order nor repetition matters, and several webhooks about one object need one check.
 * An event counts as handled after its check; if the process dies, its claim expires and another process takes over.
 */
import type { ProviderObject } from '../core/top-up/provider-event.ts'
import type { Writer } from '../ledger/changes/change-account.ts'
import { findOpenSetup } from '../ledger/top-ups/method-setups.ts'
import { removePaymentMethod } from '../ledger/top-ups/payment-methods.ts'
import { claimProviderEvents, noteEventsHandled, postponeEvents } from '../ledger/top-ups/provider-events.ts'
import { recordPayment } from '../ledger/top-ups/record-payment.ts'
import {
  findSavedMethod,
  refreshMethod,
  type SavedMethodId,
  takeStaleMethods,
} from '../ledger/top-ups/refresh-method.ts'
import type { Logger } from '../platform/log.ts'
import { checkSetup } from './method-setups.ts'
import { logNotPosted } from './not-posted.ts'
import { type PaymentProvider, ProviderDidNotAnswer } from './providers/provider.ts'

/** They are checked concurrently, so that the claim outlasts the slowest call. */
export const EVENTS_PER_RUN = 20
const CLAIM_MS = 45_000
const METHODS_PER_RUN = 100

export interface HandledEvents {
  readonly claimed: number
  readonly handled: number
}

/** Handles the waiting events: checks the objects they are about. An event that fails is postponed and does not block others. */
export async function handleProviderEvents(
  writer: Writer,
  provider: PaymentProvider,
  log: Logger,
): Promise<HandledEvents> {
  const { pool } = writer
  const claimed = await claimProviderEvents(pool, provider.name, EVENTS_PER_RUN, CLAIM_MS)
  const eventsByObject = Map.groupBy(claimed, ({ about }) => `${about.kind} ${about.id}`)
  const outcomes = await Promise.all(
    [...eventsByObject.values()].map(async (events) => {
      const [{ about }] = events as [(typeof events)[number]]
      const eventIds = events.map(({ eventId }) => eventId)
      try {
        await lookAt(writer, provider, about, log)
        await noteEventsHandled(pool, provider.name, eventIds)
        return events.length
      } catch (error) {
        log.warn({ err: error, event_ids: eventIds, about: about.kind }, 'could not handle a webhook; will retry')
        await postponeEvents(pool, provider.name, eventIds)
        return 0
      }
    }),
  )
  return { claimed: claimed.length, handled: outcomes.reduce((sum, count) => sum + count, 0) }
}

/** Checks an object at the provider. Throws when it has to be checked again later. */
async function lookAt(writer: Writer, provider: PaymentProvider, about: ProviderObject, log: Logger): Promise<void> {
  switch (about.kind) {
    case 'payment':
      return await lookAtAnyPayment(writer, provider, about.id, log)
    case 'setup': {
      const setup = await findOpenSetup(writer.pool, provider.name, about.id)
      if (setup === null) return
      const looked = await checkSetup(writer, provider, setup)
      if (looked.kind === 'refused') return refusedLook(log, about, looked.code)
      if (looked.kind !== 'setup') throw new ProviderDidNotAnswer(provider.name, looked.detail)
      return
    }
    case 'method': {
      const saved = await findSavedMethod(writer.pool, provider.name, about.id)
      if (saved !== null) await lookAtMethod(writer, provider, saved, log)
    }
  }
}

async function lookAtAnyPayment(
  writer: Writer,
  provider: PaymentProvider,
  paymentId: string,
  log: Logger,
): Promise<void> {
  const askedAtMs = Date.now()
  const answer = await provider.readPayment(paymentId)
  if (answer.kind === 'refused') return refusedLook(log, { kind: 'payment', id: paymentId }, answer.code)
  if (answer.kind !== 'facts') throw new ProviderDidNotAnswer(provider.name, answer.detail)
  const recorded = await recordPayment(writer, provider.name, answer.facts, { chance: Math.random(), askedAtMs })
  if ('tooOld' in recorded) throw new ProviderDidNotAnswer(provider.name, 'its answer is already out of date')
  const hasTaken = answer.facts.state.kind === 'succeeded'
  if (!('posted' in recorded) && hasTaken) logNotPosted(log, answer.facts, recorded)
}

/** A card that is gone at the provider, for whatever reason, cannot be charged: it is removed here too. */
async function lookAtMethod(
  writer: Writer,
  provider: PaymentProvider,
  { accountId, methodId, providerMethodId }: SavedMethodId,
  log: Logger,
): Promise<void> {
  const answer = await provider.readMethod(providerMethodId)
  switch (answer.kind) {
    case 'method':
      return await refreshMethod(writer.pool, provider.name, answer.method)
    case 'gone':
      log.warn(
        { account_id: accountId, method_id: methodId },
        'a saved card no longer exists at the provider; removed it here too',
      )
      await removePaymentMethod(writer, { accountId, methodId, actor: provider.name })
      return
    case 'refused':
      return refusedLook(log, { kind: 'method', id: providerMethodId }, answer.code)
    default:
      throw new ProviderDidNotAnswer(provider.name, answer.detail)
  }
}

/** Checks saved cards that were not checked for a week. Rejects when the provider does not answer. */
export async function refreshStaleMethods(writer: Writer, provider: PaymentProvider, log: Logger): Promise<number> {
  const stale = await takeStaleMethods(writer.pool, provider.name, METHODS_PER_RUN)
  for (const saved of stale) await lookAtMethod(writer, provider, saved, log)
  return stale.length
}

function refusedLook(log: Logger, { kind, id }: ProviderObject, code: string): void {
  log.warn({ about: kind, id, code }, 'the provider refused to show the object of a webhook')
}
