/**
 * What the program asks of a payment provider, and the only words in which it hears of payments. A provider takes money and
 * says what became of it; it never touches a balance. Whatever it says of a payment is the same kind of facts, whether it
 * came as the reply to a confirmation, from a look at the payment, or from a list.
 *
 * Amounts are micros of the currency and whole cents. Ids are the provider's own, opaque here. Every call has a deadline.
 */
import type { InstantMicros } from '../../core/instant.ts'
import type { Currency, Micros } from '../../core/money.ts'
import type { PaymentFacts } from '../../core/top-up/payment.ts'
import type { ProviderEvent } from '../../core/top-up/provider-event.ts'

export type { PaymentFacts }

export type ProviderName = 'sandbox' | 'stripe'

/** A saved card, as much of it as may be shown. */
export interface SavedMethod {
  readonly providerMethodId: string
  /** `visa`, `mastercard`, ...: for showing. */
  readonly brand: string
  readonly last4: string
  /** 1 to 12. */
  readonly expiryMonth: number
  readonly expiryYear: number
}

/** No answer to go by. */
export type NoAnswer =
  /** Refused before anything happened (a rate limit, a refused connection, an outage it announced): counts for nothing. */
  | { readonly kind: 'unavailable'; readonly detail: string; readonly retryAfterMicros: number | null }
  /** The deadline passed, or the answer does not say what happened: it may have been done. */
  | { readonly kind: 'unknown'; readonly detail: string }

/** The request itself is refused and will be each time: a fault of the program, its keys or its settings. Nothing was charged. */
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
  /** The customer is away, as with an automatic top-up. */
  readonly isOffSession: boolean
  /** Who gets the provider's receipt by mail; absent or null: nobody. */
  readonly receiptEmail?: string | null
}

/** What is marked at the provider, so that a database restored to an earlier point learns of what it has forgotten. */
export interface ProviderMark {
  /** The version of the account's settings that last changed automatic top-up. */
  readonly settingsVersion: number
}

export interface SetupToCreate {
  /** Ours, random, and the idempotency key of its creation. */
  readonly setupId: string
  readonly customerId: string
  /** Where the provider's page sends the customer when it is done with them, whatever came of it. */
  readonly returnUrl: string
}

/** A visit to the provider's page where a card is typed in. */
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

/** Tells a provider's webhooks from anybody else's. */
export interface WebhookReader {
  readonly provider: ProviderName
  /** The header that the signature is in, in lower case. */
  readonly signatureHeader: string
  /** Null: it is not the provider's, or was signed too long ago. `body`: the bytes as they came. */
  read(body: Buffer, signature: string): ProviderEvent | null
}

export interface PaymentProvider {
  readonly name: ProviderName
  /** Asked again under the same account, it is the same customer. */
  createCustomer(
    accountId: string,
  ): Promise<{ readonly kind: 'customer'; readonly customerId: string } | NoAnswer | Refused>
  /** Makes a payment that takes nothing before it is confirmed. */
  prepare(payment: PaymentToPrepare): Promise<FactsAnswer>
  /** Charges a prepared payment. Confirmed again it is not charged again: the answer is what it is by now. */
  confirm(paymentId: string, attemptId: string): Promise<FactsAnswer>
  /**
   * Asks for the approval of a payment that needs it, with the customer there: where they give it, and where they come back
   * to. Any other payment stays as it is, which the facts say.
   */
  approve(paymentId: string, attemptId: string, returnUrl: string): Promise<FactsAnswer>
  /** Cancels a payment that was not taken; answers what it is then, which may be that it has succeeded after all. */
  cancel(paymentId: string): Promise<FactsAnswer>
  /** Refused as `payment_missing` where there is none. */
  readPayment(paymentId: string): Promise<FactsAnswer>
  /**
   * Every payment, refund and dispute that is new or changed since the cursor (null: from the beginning), as facts of
   * payments, oldest change first, in pages. `cursor` is where the next look begins; opaque here. Null facts-page ends it.
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
  /** The cursor that begins `overlapMicros` before the given one, so that what was changed late is not passed over. */
  rewind(cursor: string, overlapMicros: number): string
  /** A page on which the customer types a card in. Asked again under the same id, it is the same page. */
  createSetup(setup: SetupToCreate): Promise<SetupAnswer>
  /** Refused as `setup_missing` where there is none. */
  readSetup(providerSetupId: string): Promise<SetupAnswer>
  /** The customer has turned back from the page: ends the setup, unless a card was saved first, which the answer says. */
  cancelSetup(providerSetupId: string): Promise<SetupAnswer>
  /** The method as it is now (banks renew cards); `gone` where it was detached. */
  readMethod(
    providerMethodId: string,
  ): Promise<{ readonly kind: 'method'; readonly method: SavedMethod } | { readonly kind: 'gone' } | NoAnswer | Refused>
  /** Lets go of a saved method; one already gone is no fault. */
  detachMethod(providerMethodId: string): Promise<{ readonly kind: 'done' } | NoAnswer | Refused>
  readMark(
    customerId: string,
  ): Promise<{ readonly kind: 'mark'; readonly mark: ProviderMark | null } | NoAnswer | Refused>
  /** Never moves the mark back to an earlier settings version. */
  writeMark(customerId: string, mark: ProviderMark): Promise<{ readonly kind: 'done' } | NoAnswer | Refused>
}
