/** Asks the provider and records its answers in the ledger, also that there was none. */
import type { TopUp } from '../core/top-up/machine.ts'
import type { Writer } from '../ledger/changes/change-account.ts'
import { advanceTopUp, type NewsWithoutMoney } from '../ledger/top-ups/advance-top-up.ts'
import { pauseForRestore } from '../ledger/top-ups/auto-top-up.ts'
import { rememberCustomer } from '../ledger/top-ups/payment-methods.ts'
import { recordPayment } from '../ledger/top-ups/record-payment.ts'
import type { Logger } from '../platform/log.ts'
import type { PaymentMetrics } from './metrics.ts'
import type { FactsAnswer, NoAnswer, PaymentProvider, Refused } from './providers/provider.ts'

export interface AnswerParts {
  readonly writer: Writer
  readonly provider: PaymentProvider
  readonly log: Logger
  readonly metrics: PaymentMetrics
}

/** Makes the functions that ask the provider about a top-up and record the answer. No account may be locked meanwhile. */
export function createAnswers({ writer, provider, log, metrics }: AnswerParts) {
  return { askAndRecord, storeNoAnswer, createCustomer, readMarkVerdict }

  /** Asks about a payment and records the facts. Facts that have become too old are dropped: the next claim reads them again. */
  async function askAndRecord(topUp: TopUp, ask: () => Promise<FactsAnswer>): Promise<void> {
    const askedAtMs = Date.now()
    const answer = await ask()
    if (answer.kind !== 'facts') return await storeNoAnswer(topUp, answer)
    const recorded = await recordPayment(writer, provider.name, answer.facts, { chance: Math.random(), askedAtMs })
    if ('unknownAccount' in recorded || 'otherCurrency' in recorded) {
      // The claim is kept, so that the payment is not read again in a tight loop.
      const why = Object.keys(recorded)[0]
      throw new TypeError(`payment ${answer.facts.paymentId} of top-up ${topUp.topUpId} cannot be recorded: ${why}`)
    }
    const { kind } = answer.facts.state
    const code = answer.facts.state.kind === 'declined' ? answer.facts.state.decline.code : ''
    if ('topUp' in recorded && recorded.topUp !== null) metrics.outcomesTotal.inc({ outcome: kind, code })
  }

  /** Stores with the top-up that the provider gave no usable answer. */
  async function storeNoAnswer({ accountId, topUpId, paymentId }: TopUp, answer: NoAnswer | Refused): Promise<void> {
    log.warn(
      { account_id: accountId, top_up_id: topUpId, payment_id: paymentId, answer: answer.kind, detail: answer.detail },
      'the payment provider gave no usable answer about a top-up',
    )
    metrics.outcomesTotal.inc({ outcome: answer.kind, code: answer.kind === 'refused' ? answer.code : '' })
    const about = paymentId === null ? { accountId, topUpId } : { accountId, topUpId, paymentId }
    await advanceTopUp(writer, about, newsOf(answer), Math.random())
  }

  /** Creates the account's customer. Null: the provider did not answer, which is stored with the top-up. */
  async function createCustomer(topUp: TopUp): Promise<string | null> {
    const answer = await provider.createCustomer(topUp.accountId)
    if (answer.kind !== 'customer') {
      await storeNoAnswer(topUp, answer)
      return null
    }
    const { accountId } = topUp
    const { customerId } = answer
    await rememberCustomer(writer.pool, { provider: provider.name, accountId, customerId })
    return customerId
  }

  /**
   * Reads the provider's mark. If it is newer than the settings here, the database was restored to an earlier point and has
   * lost a change, such as turning automatic top-up off: automatic top-up is paused until a person saves it again.
   */
  async function readMarkVerdict(
    topUp: TopUp,
    customerId: string,
    settingsVersion: number,
  ): Promise<'charge' | 'paused' | 'no_answer'> {
    const answer = await provider.readMark(customerId)
    if (answer.kind !== 'mark') {
      await storeNoAnswer(topUp, answer)
      return 'no_answer'
    }
    if (answer.mark === null || answer.mark.settingsVersion <= settingsVersion) return 'charge'
    return (await pauseForRestore(writer, topUp.accountId, answer.mark)) ? 'paused' : 'charge'
  }
}

function newsOf(answer: NoAnswer | Refused): NewsWithoutMoney {
  switch (answer.kind) {
    case 'unavailable':
      return { kind: 'unavailable', retryAfterMicros: answer.retryAfterMicros }
    case 'unknown':
      return { kind: 'unknown' }
    case 'refused':
      return { kind: 'refused', code: answer.code }
  }
}
