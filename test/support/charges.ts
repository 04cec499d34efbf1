/** Accounts with a card and automatic top-up, and a payment taken through its steps as by the provider's answers. */
import { randomUUID } from 'node:crypto'
import type { Micros } from '../../src/core/money.ts'
import { declineOf } from '../../src/core/top-up/declines.ts'
import type { AutoTopUpSettings } from '../../src/core/top-up/judge.ts'
import type { PaymentNews, TopUp } from '../../src/core/top-up/machine.ts'
import type { PaymentFacts } from '../../src/core/top-up/payment.ts'
import type { Consent } from '../../src/core/top-up/settings.ts'
import type { Writer } from '../../src/ledger/changes/change-account.ts'
import { advanceTopUp } from '../../src/ledger/top-ups/advance-top-up.ts'
import { saveAutoTopUp } from '../../src/ledger/top-ups/auto-top-up.ts'
import { beginConfirming } from '../../src/ledger/top-ups/begin-confirming.ts'
import { claimTopUps } from '../../src/ledger/top-ups/claim-top-ups.ts'
import { judgeTopUp } from '../../src/ledger/top-ups/judge-top-up.ts'
import { addPaymentMethod } from '../../src/ledger/top-ups/payment-methods.ts'
import { type RecordedPayment, recordPayment } from '../../src/ledger/top-ups/record-payment.ts'
import { testAccount } from './catalog.ts'
import { adjust, apply } from './ledger.ts'

export const PROVIDER = 'test-provider'

/** 20.00 whenever the balance is below 10.00. */
export const SETTINGS: AutoTopUpSettings = {
  isOn: true,
  thresholdMicros: 10_000_000n,
  amountMicros: 20_000_000n,
  monthlyCapMicros: null,
}

export function consentFor(settings: AutoTopUpSettings, methodId: string | null): Consent {
  return {
    thresholdMicros: settings.thresholdMicros,
    amountMicros: settings.amountMicros,
    monthlyCapMicros: settings.monthlyCapMicros,
    methodId,
    person: 'ann',
    attestedBy: null,
    text: 'I agree',
    textVersion: '1',
    locale: 'en',
  }
}

export const cardOf = (methodId: string) => ({
  methodId,
  provider: PROVIDER,
  providerMethodId: `pm-${methodId}`,
  brand: 'visa',
  last4: '4242',
  expiryMonth: 12,
  expiryYear: 2099,
  isDefault: true,
})

/** An account with 50.00, a default card `card-<account>`, and automatic top-up on. */
export async function openWithAutoTopUp(
  writer: Writer,
  accountId: string,
  settings: Partial<AutoTopUpSettings> = {},
  balanceMicros: Micros = 50_000_000n,
): Promise<void> {
  await apply(writer, [testAccount({ accountId })])
  await adjust(writer, accountId, balanceMicros)
  const methodId = `card-${accountId}`
  await addPaymentMethod(writer, { accountId, method: cardOf(methodId), consent: null, actor: 'ann' })
  const wanted = { ...SETTINGS, ...settings }
  const saved = await saveAutoTopUp(
    writer,
    accountId,
    { settings: wanted, consent: wanted.isOn ? consentFor(wanted, methodId) : null, actor: 'ann' },
    null,
  )
  if ('refused' in saved) throw new Error(`${accountId}: ${JSON.stringify(saved.refused)}`)
}

export function factsOf(topUp: TopUp, state: PaymentNews, changed: Partial<PaymentFacts> = {}): PaymentFacts {
  return {
    paymentId: topUp.paymentId!,
    topUpId: topUp.topUpId,
    accountId: topUp.accountId,
    providerMethodId: topUp.methodId === null ? null : `pm-${topUp.methodId}`,
    state,
    amountMicros: topUp.amountMicros,
    currency: topUp.currency,
    refundedMicros: 0n,
    disputedMicros: 0n,
    createdAtMicros: topUp.requestedAtMicros,
    ...changed,
  }
}

export const declined = (declineCode: string): PaymentNews => {
  return { kind: 'declined', decline: declineOf({ code: 'card_declined', declineCode, adviceCode: null }) }
}

/** Claims the open top-up of the account: null if nothing is due. */
export async function claim(writer: Writer, accountId: string, holder = 'worker'): Promise<TopUp | null> {
  const claimed = await claimTopUps(writer.pool, holder, 10_000, 60_000)
  return claimed.find(({ topUp }) => topUp.accountId === accountId)?.topUp ?? null
}

/** Judged, and prepared at the provider. */
export async function prepare(writer: Writer, topUp: TopUp, holder = 'worker'): Promise<TopUp> {
  const { accountId, topUpId } = topUp
  const judged = await judgeTopUp(writer, { accountId, topUpId, holder })
  if (judged.kind !== 'charge') throw new Error(`${accountId}: judged as ${judged.kind}`)
  const { amountMicros, method } = judged
  const { methodId, provider } = method
  const payment = { attemptId: randomUUID(), paymentId: randomUUID(), methodId, provider, amountMicros }
  const prepared = await advanceTopUp(writer, { accountId, topUpId }, { kind: 'prepared', ...payment }, 0)
  if (prepared === null) throw new Error(`${accountId}: the top-up has moved on`)
  return prepared
}

/** Claimed, judged, prepared, and about to be confirmed. */
export async function beginCharge(writer: Writer, accountId: string, holder = 'worker'): Promise<TopUp> {
  const claimed = await claim(writer, accountId, holder)
  if (claimed === null) throw new Error(`${accountId}: nothing to claim`)
  const prepared = await prepare(writer, claimed, holder)
  const may = await beginConfirming(writer, { accountId, topUpId: prepared.topUpId, holder, callMs: 10_000 })
  if (may.kind !== 'confirm') throw new Error(`${accountId}: may not confirm: ${may.kind}`)
  return prepared
}

/** The provider was asked just now: some milliseconds later, so that it is after the last posting whatever the clocks' rounding. */
export const readNow = () => ({ chance: 0, askedAtMs: Date.now() + 10 })

export function record(
  writer: Writer,
  topUp: TopUp,
  state: PaymentNews,
  changed: Partial<PaymentFacts> = {},
): Promise<RecordedPayment> {
  return recordPayment(writer, PROVIDER, factsOf(topUp, state, changed), readNow())
}
