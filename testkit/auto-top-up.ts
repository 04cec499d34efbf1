/** Sets up automatic top-up as a customer would: saves a test card at the sandbox, and saves settings with consent. */
import { randomUUID } from 'node:crypto'
import type { AutoTopUpSettings } from '../src/core/top-up/judge.ts'
import type { Consent } from '../src/core/top-up/settings.ts'
import type { Writer } from '../src/ledger/changes/change-account.ts'
import { saveAutoTopUp } from '../src/ledger/top-ups/auto-top-up.ts'
import { addPaymentMethod, rememberCustomer } from '../src/ledger/top-ups/payment-methods.ts'
import type { SandboxDesk } from '../src/payments/providers/sandbox/desk.ts'

export interface SavedCard {
  readonly accountId: string
  /** One of the sandbox's test numbers. */
  readonly number: string
  /** Null: automatic top-up is off, so no consent is needed. */
  readonly consent: (methodId: string) => Consent | null
  readonly actor: string
  /** By default the sandbox. */
  readonly provider?: string
}

/** Saves a test card as the account's default and returns its id. Throws when it is refused. */
export async function saveCard(
  writer: Writer,
  desk: Pick<SandboxDesk, 'addTestCard'>,
  { accountId, number, consent, actor, provider = 'sandbox' }: SavedCard,
): Promise<string> {
  const added = await desk.addTestCard({ accountId, number, expiryMonth: 12, expiryYear: 2040 })
  if (added.kind !== 'added') throw new Error(`${accountId}: the sandbox refused the card: ${added.detail}`)
  await rememberCustomer(writer.pool, { provider, accountId, customerId: added.customerId })
  const methodId = randomUUID()
  const saved = await addPaymentMethod(writer, {
    accountId,
    method: { ...added.method, methodId, provider, isDefault: true },
    consent: consent(methodId),
    actor,
  })
  if ('refused' in saved) throw new Error(`${accountId}: the card was refused: ${JSON.stringify(saved.refused)}`)
  return methodId
}

export interface WantedAutoTopUp {
  readonly accountId: string
  readonly number: string
  readonly thresholdMicros: bigint
  readonly amountMicros: bigint
  /** By default the sandbox. */
  readonly provider?: string
}

/** Saves a card and turns automatic top-up on. Throws when either is refused. */
export async function turnAutoTopUpOn(
  writer: Writer,
  desk: Pick<SandboxDesk, 'addTestCard'>,
  { accountId, number, thresholdMicros, amountMicros, provider = 'sandbox' }: WantedAutoTopUp,
): Promise<void> {
  const actor = `${accountId}-admin`
  const methodId = await saveCard(writer, desk, { accountId, number, consent: () => null, actor, provider })
  const settings = { isOn: true, thresholdMicros, amountMicros, monthlyCapMicros: null }
  const consent = consentTo(settings, methodId, actor)
  const saved = await saveAutoTopUp(writer, accountId, { settings, consent, actor }, null)
  if ('refused' in saved) throw new Error(`${accountId}: ${JSON.stringify(saved.refused)}`)
}

export function consentTo(settings: AutoTopUpSettings, methodId: string | null, person: string): Consent {
  const { thresholdMicros, amountMicros, monthlyCapMicros } = settings
  return {
    thresholdMicros,
    amountMicros,
    monthlyCapMicros,
    methodId,
    person,
    attestedBy: null,
    text: 'My card may be charged this amount whenever the balance is below the threshold.',
    textVersion: '1',
    locale: 'en',
  }
}
