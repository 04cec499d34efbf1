/**
 * The interface of a payment provider. A provider takes money and reports the outcome; it never touches a balance. It always
 * reports a payment as the same kind of facts: in the answer to a confirmation, when the payment is read, and in a list.
 *
 * Amounts are in micros and always whole cents. The provider's ids are opaque here. Every call has a deadline.
 */
import type { InstantMicros } from '../../core/instant.ts'
import type { Currency, Micros } from '../../core/money.ts'
import type { PaymentFacts } from '../../core/top-up/payment.ts'
import type { ProviderEvent } from '../../core/top-up/provider-event.ts'

export type { PaymentFacts }

export type ProviderName = 'sandbox' | 'stripe'

/** The data of a saved card that may be shown. */
export interface SavedMethod {
  readonly providerMethodId: string
  /** `visa`, `mastercard`, ...: for display only. */
  readonly brand: string
  readonly last4: string
  /** 1 to 12. */
  readonly expiryMonth: number
  readonly expiryYear: number
}

/** There is no usable answer. */
export type NoAnswer =
  /** The call failed before anything happened: a rate limit, a refused connection, an announced outage. */
  | { readonly kind: 'unavailable'; readonly detail: string; readonly retryAfterMicros: number | null }
  /** The deadline passed, or the answer does not say what happened: the call may have taken effect. */
  | { readonly kind: 'unknown'; readonly detail: string }

/** The request is refused and would be again: the program, its keys or its settings are wrong. Nothing was charged. */
export interface Refused {
  readonly kind: 'refused'
  readonly code: string
  readonly detail: string
}

export type FactsAnswer = { readonly kind: 'facts'; readonly facts: PaymentFacts } | NoAnswer | Refused

export interface PaymentToPrepare {
  /** The attempt's random id, and the idempotency key of its preparation. */
  readonly attemptId: string
  readonly topUpId: string
  readonly accountId: string
  readonly customerId: string
  readonly providerMethodId: string
  readonly amountMicros: Micros
  readonly currency: Currency
  /** The customer is not present, as with an automatic top-up. */
  readonly isOffSession: boolean
  /** The address for the provider's receipt; absent or null: no receipt. */
  readonly receiptEmail?: string | null
}

/** A mark stored at the provider, from which a database that was restored to an earlier point learns that it lost a change. */
export interface ProviderMark {
  /** The version of the account's settings that last changed automatic top-up. */
  readonly settingsVersion: number
}

export interface SetupToCreate {
  /** Our random id, and the idempotency key of the creation. */
  readonly setupId: string
  readonly customerId: string
  /** Where the provider's page sends the customer afterwards, whatever the outcome. */
  readonly returnUrl: string
}

/** A visit to the provider's page where a card is entered. */
export interface MethodSetup {
  readonly providerSetupId: string
  readonly url: string
  readonly expiresAtMicros: InstantMicros
  readonly state:
    | { readonly kind: 'open' }
    | { readonly kind: 'saved'; readonly method: SavedMethod }
    | { readonly kind: 'canceled' }
    | { readonly kind: 'expired' }
}

export type SetupAnswer = { readonly kind: 'setup'; readonly setup: MethodSetup } | NoAnswer | Refused

/** Authenticates and reads a provider's webhooks. */
export interface WebhookReader {
  readonly provider: ProviderName
  /** The header with the signature, in lower case. */
  readonly signatureHeader: string
  /** Null: the webhook is not from the provider, or was signed too long ago. `body`: the raw bytes. */
  read(body: Buffer, signature: string): ProviderEvent | null
}

export interface PaymentProvider {
  readonly name: ProviderName
  /** Creates the customer of an account, or returns the existing one. */
  createCustomer(
    accountId: string,
  ): Promise<{ readonly kind: 'customer'; readonly customerId: string } | NoAnswer | Refused>
  /** Creates a payment that charges nothing until it is confirmed. */
  prepare(payment: PaymentToPrepare): Promise<FactsAnswer>
  /** Charges a prepared payment. Confirming it again does not charge again, but returns its current facts. */
  confirm(paymentId: string, attemptId: string): Promise<FactsAnswer>
  /**
   * Starts the approval of a payment that needs it, with the customer present. The facts have the URL of the approval page,
   * from which the customer returns to `returnUrl`. Any other payment stays unchanged.
   */
  approve(paymentId: string, attemptId: string, returnUrl: string): Promise<FactsAnswer>
  /** Cancels a payment that was not charged, and returns its facts: it may have succeeded after all. */
  cancel(paymentId: string): Promise<FactsAnswer>
  /** Reads a payment. Refused as `payment_missing` if it does not exist. */
  readPayment(paymentId: string): Promise<FactsAnswer>
  /**
   * Lists every payment that is new or has changed (also by a refund or dispute) since the cursor (null: since the beginning),
   * in pages, oldest change first. The returned `cursor` is where the next page or the next listing begins.
   */
  listChanged(cursor: string | null): Promise<
    | {
        readonly kind: 'page'
        readonly facts: readonly PaymentFacts[]
        readonly cursor: string
        readonly isLast: boolean
      }
    | NoAnswer
    | Refused
  >
  /** Moves a cursor back by `overlapMicros`, so that changes that appear late in the list are not missed. */
  rewind(cursor: string, overlapMicros: number): string
  /** Creates a page on which the customer enters a card. The same id returns the same page. */
  createSetup(setup: SetupToCreate): Promise<SetupAnswer>
  /** Reads a setup. Refused as `setup_missing` if it does not exist. */
  readSetup(providerSetupId: string): Promise<SetupAnswer>
  /** Ends a setup because the customer left the page. If a card was saved first, the answer says so. */
  cancelSetup(providerSetupId: string): Promise<SetupAnswer>
  /** Reads a card as it is now (banks renew cards); `gone`: it was detached. */
  readMethod(
    providerMethodId: string,
  ): Promise<{ readonly kind: 'method'; readonly method: SavedMethod } | { readonly kind: 'gone' } | NoAnswer | Refused>
  /** Detaches a saved card; a card that is gone already counts as done. */
  detachMethod(providerMethodId: string): Promise<{ readonly kind: 'done' } | NoAnswer | Refused>
  /** Reads the mark of a customer; null: it was never written. */
  readMark(
    customerId: string,
  ): Promise<{ readonly kind: 'mark'; readonly mark: ProviderMark | null } | NoAnswer | Refused>
  /** Writes the mark, unless it already has a later settings version. */
  writeMark(customerId: string, mark: ProviderMark): Promise<{ readonly kind: 'done' } | NoAnswer | Refused>
}

/** The provider gave no usable answer. Asking again later may help. */
export class ProviderDidNotAnswer extends Error {
  override readonly name = 'ProviderDidNotAnswer'

  constructor(provider: string, detail: string) {
    super(`the payment provider ${provider} gave no usable answer: ${detail}`)
  }
}
