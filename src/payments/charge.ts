/** Charges one claimed top-up at the provider: prepares its payment, confirms it, checks it or cancels it. */
import { randomUUID } from 'node:crypto'
import type { TopUp } from '../core/top-up/machine.ts'
import { advanceTopUp } from '../ledger/top-ups/advance-top-up.ts'
import { beginConfirming } from '../ledger/top-ups/begin-confirming.ts'
import { judgeTopUp } from '../ledger/top-ups/judge-top-up.ts'
import { readMarkedSettings } from '../ledger/top-ups/provider-tasks.ts'
import { type AnswerParts, createAnswers } from './answers.ts'
import type { Refused } from './providers/provider.ts'

/** How long a top-up waits while the process has not reconciled yet. */
const RECONCILED_SOON_MICROS = 2_000_000

const OTHER_PROVIDERS_CARD: Refused = {
  kind: 'refused',
  code: 'card_of_another_provider',
  detail: 'the card was saved at another provider than the configured one, which was not asked',
}

export interface ChargerParts extends AnswerParts {
  /** The deadline of a call to the provider. */
  readonly callMs: number
  /** Whether payments that only the provider knows have been posted. Nothing is charged before. */
  readonly isReconciled: () => boolean | Promise<boolean>
  /** The address for the provider's receipt; absent: no receipts. */
  readonly receiptEmailOf?: ((accountId: string) => Promise<string | null>) | undefined
}

/** The steps of a claimed top-up; `holder` has the claim. Each stores its outcome; only faults reject. */
export interface Charger {
  /** Judges a requested top-up, prepares its payment and confirms it. */
  attempt(topUp: TopUp, holder: string): Promise<void>
  /** Confirms a prepared payment, after the same checks and another judgement. */
  confirm(topUp: TopUp, holder: string): Promise<void>
  /** Reads the payment and records its state. */
  check(topUp: TopUp): Promise<void>
  /** Cancels the payment and records its state. */
  cancel(topUp: TopUp): Promise<void>
}

/** Makes the steps. Nothing is locked while the provider is called. */
export function createCharger(parts: ChargerParts): Charger {
  const { writer, provider, callMs, isReconciled, receiptEmailOf, metrics } = parts
  const { askAndRecord, storeNoAnswer, createCustomer, readMarkVerdict } = createAnswers(parts)
  const { pool } = writer

  return { attempt, confirm, check, cancel }

  async function attempt(topUp: TopUp, holder: string): Promise<void> {
    const { accountId, topUpId, trigger } = topUp
    const judged = await judgeTopUp(writer, { accountId, topUpId, holder })
    if (judged.kind !== 'charge') return
    // Saved before the configured provider was changed. It knows neither this card nor its customer.
    if (judged.method.provider !== provider.name) return await storeNoAnswer(topUp, OTHER_PROVIDERS_CARD)
    // Before anything is prepared: the payment of this top-up may be in the list, and is then adopted as its attempt.
    if (!(await hasReconciled(topUp))) return
    const customerId = judged.customerId ?? (await createCustomer(topUp))
    if (customerId === null) return
    if (trigger === 'automatic' && (await readMarkVerdict(topUp, customerId, judged.settingsVersion)) !== 'charge')
      return

    const attemptId = randomUUID()
    const answer = await provider.prepare({
      attemptId,
      topUpId,
      accountId,
      customerId,
      providerMethodId: judged.method.providerMethodId,
      amountMicros: judged.amountMicros,
      currency: judged.currency,
      isOffSession: trigger === 'automatic',
      receiptEmail: receiptEmailOf === undefined ? null : await receiptEmailOf(accountId),
    })
    if (answer.kind !== 'facts') return await storeNoAnswer(topUp, answer)
    const { paymentId } = answer.facts
    const news = {
      kind: 'prepared',
      attemptId,
      paymentId,
      provider: judged.method.provider,
      methodId: judged.method.methodId,
      amountMicros: judged.amountMicros,
    } as const
    const prepared = await advanceTopUp(writer, { accountId, topUpId }, news, Math.random())
    // The top-up has advanced in the meantime. The payment is never confirmed, so it charges nothing; cancel it if possible.
    if (prepared === null) await provider.cancel(paymentId)
    else await confirmChecked(prepared, holder)
  }

  /** Stored as prepared, perhaps in the backup from which the database was restored since. */
  async function confirm(topUp: TopUp, holder: string): Promise<void> {
    const { accountId, trigger } = topUp
    if (!(await hasReconciled(topUp))) return
    if (trigger === 'automatic') {
      const marked = await readMarkedSettings(pool, provider.name, accountId)
      const customerId = marked.customerId ?? (await createCustomer(topUp))
      if (customerId === null) return
      if ((await readMarkVerdict(topUp, customerId, marked.settingsVersion)) !== 'charge') return
    }
    await confirmChecked(topUp, holder)
  }

  /** Manual top-ups too: a restored database may have lost the record of their charge. */
  async function hasReconciled({ accountId, topUpId, paymentId }: TopUp): Promise<boolean> {
    if (await isReconciled()) return true
    const about = paymentId === null ? { accountId, topUpId } : { accountId, topUpId, paymentId }
    await advanceTopUp(writer, about, { kind: 'wait', forMicros: RECONCILED_SOON_MICROS }, 0)
    return false
  }

  async function confirmChecked({ accountId, topUpId }: TopUp, holder: string): Promise<void> {
    const begun = await beginConfirming(writer, { accountId, topUpId, holder, callMs })
    if (begun.kind === 'lost' || begun.kind === 'wait') return
    const { topUp } = begun
    if (begun.kind === 'cancel') return await cancel(topUp)
    metrics.attemptsTotal.inc({ trigger: topUp.trigger })
    await askAndRecord(topUp, () => provider.confirm(topUp.paymentId!, topUp.attemptId!))
  }

  async function check(topUp: TopUp): Promise<void> {
    await askAndRecord(topUp, () => provider.readPayment(topUp.paymentId!))
  }

  async function cancel(topUp: TopUp): Promise<void> {
    await askAndRecord(topUp, () => provider.cancel(topUp.paymentId!))
  }
}
