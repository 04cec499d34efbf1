/**
 * Classifies declines: whether waiting can help, whether the customer must do something first, or whether the card must
 * never be charged again. This keeps a dead card from being charged again and again, which networks fine and banks
 * block.
 *
 * Codes are Stripe's (https://docs.stripe.com/declines/codes): the network's decline code if known, else the error
 * code. The network's advice (https://docs.stripe.com/declines/card#advice-codes) can only make a decline more serious.
 * An unknown code is retried as often as any other.
 */

/**
 * `retry_later`: may pass later. `ask_customer`: not before the card or its data change. `stop`: never with this card.
 */
export type DeclineAdvice = 'retry_later' | 'ask_customer' | 'stop'

/** The kinds of decline that a person is shown. The bank's code is never shown. */
export const DECLINE_WHYS = [
  'funds',
  'no_reason',
  'expired',
  'details',
  'unsupported',
  'hard',
  'authentication',
  'bank_down',
  'lapsed',
] as const
export type DeclineWhy = (typeof DECLINE_WHYS)[number]

export interface Decline {
  /** The provider's code, for operators, metrics and support. */
  readonly code: string
  readonly advice: DeclineAdvice
  readonly why: DeclineWhy
  /** When to try again by the network's advice, from now. Null if it gave none. */
  readonly retryAfterMicros: number | null
}

type Kind = readonly [advice: DeclineAdvice, why: DeclineWhy]

/** By the decline code of the network or the bank. */
const BY_DECLINE_CODE: readonly (readonly [kind: Kind, codes: readonly string[]])[] = [
  [
    ['retry_later', 'funds'],
    ['insufficient_funds', 'card_velocity_exceeded', 'withdrawal_count_limit_exceeded', 'balance_insufficient'],
  ],
  [
    ['retry_later', 'no_reason'],
    [
      'generic_decline',
      'do_not_honor',
      'call_issuer',
      'no_action_taken',
      'approve_with_id',
      'duplicate_transaction',
      'testmode_decline',
    ],
  ],
  [
    ['retry_later', 'bank_down'],
    ['issuer_not_available', 'processing_error', 'reenter_transaction', 'try_again_later'],
  ],
  [['ask_customer', 'expired'], ['expired_card']],
  [
    ['ask_customer', 'details'],
    [
      'incorrect_number',
      'invalid_number',
      'incorrect_cvc',
      'invalid_cvc',
      'incorrect_zip',
      'incorrect_address',
      'invalid_expiry_month',
      'invalid_expiry_year',
      'invalid_account',
      'new_account_information_available',
      'incorrect_pin',
      'invalid_pin',
    ],
  ],
  [
    ['ask_customer', 'unsupported'],
    [
      'card_not_supported',
      'currency_not_supported',
      'invalid_amount',
      'not_permitted',
      'service_not_allowed',
      'transaction_not_allowed',
      'offline_pin_required',
      'online_or_offline_pin_required',
      'pin_try_exceeded',
    ],
  ],
  [
    ['ask_customer', 'authentication'],
    ['authentication_required', 'mobile_device_authentication_required'],
  ],
  [
    ['stop', 'hard'],
    [
      'lost_card',
      'stolen_card',
      'pickup_card',
      'restricted_card',
      'fraudulent',
      'highest_risk_level',
      'elevated_risk_level',
      'merchant_blacklist',
      'security_violation',
      'revocation_of_authorization',
      'revocation_of_all_authorizations',
      'stop_payment_order',
      'do_not_try_again',
    ],
  ],
]

/** By the error code, if the decline code is missing or unknown. */
const BY_CODE: readonly (readonly [kind: Kind, codes: readonly string[]])[] = [
  [
    ['retry_later', 'funds'],
    ['insufficient_funds', 'balance_insufficient', 'charge_exceeds_source_limit', 'charge_exceeds_transaction_limit'],
  ],
  [
    ['retry_later', 'no_reason'],
    [
      'card_declined',
      'card_decline_rate_limit_exceeded',
      'payment_method_provider_decline',
      'payment_method_customer_decline',
      'payment_intent_payment_attempt_failed',
      'bank_account_declined',
    ],
  ],
  [
    ['retry_later', 'bank_down'],
    ['processing_error', 'payment_method_provider_timeout', 'three_d_secure_authentication_upstream_error'],
  ],
  [
    ['ask_customer', 'expired'],
    ['expired_card', 'expired_payment_method'],
  ],
  [
    ['ask_customer', 'details'],
    [
      'incorrect_number',
      'invalid_number',
      'incorrect_cvc',
      'invalid_cvc',
      'incorrect_zip',
      'incorrect_postal_code',
      'incorrect_address',
      'invalid_expiry_month',
      'invalid_expiry_year',
      'no_account',
      'account_closed',
      'bank_account_unusable',
    ],
  ],
  [
    ['ask_customer', 'unsupported'],
    [
      'amount_too_large',
      'amount_too_small',
      'invalid_charge_amount',
      'invalid_card_type',
      'payment_method_currency_mismatch',
      'payment_method_not_available',
      'payment_method_unsupported_type',
      'three_d_secure_authentication_not_supported',
    ],
  ],
  [
    ['ask_customer', 'authentication'],
    [
      'authentication_required',
      'authentication_not_handled',
      'authentication_failure',
      'payment_intent_authentication_failure',
      'payment_intent_payment_attempt_expired',
      'setup_intent_authentication_failure',
    ],
  ],
  [
    ['stop', 'hard'],
    [
      'debit_not_authorized',
      'bank_account_restricted',
      'payment_method_restricted',
      'payment_intent_mandate_invalid',
      'india_recurring_payment_mandate_canceled',
      'refer_to_customer',
    ],
  ],
]

/** By the network's advice, for declines that the codes alone would retry or ask about. */
const BY_ADVICE_CODE: Readonly<Record<string, Kind>> = {
  // Waiting does not correct the data.
  confirm_card_data: ['ask_customer', 'details'],
  do_not_try_again: ['stop', 'hard'],
  try_again_later: ['retry_later', 'no_reason'],
}

const GRAVITY: Readonly<Record<DeclineAdvice, number>> = { retry_later: 0, ask_customer: 1, stop: 2 }

const asMap = (table: typeof BY_CODE) => new Map(table.flatMap(([kind, codes]) => codes.map((code) => [code, kind])))
const OF_DECLINE_CODE: ReadonlyMap<string, Kind> = asMap(BY_DECLINE_CODE)
const OF_CODE: ReadonlyMap<string, Kind> = asMap(BY_CODE)

const NO_REASON: Kind = ['retry_later', 'no_reason']

function kindOf(code: string): Kind | undefined {
  return OF_DECLINE_CODE.get(code) ?? OF_CODE.get(code)
}

/** Classifies a decline by its codes. The advice never makes it less serious. */
export function declineOf(answer: {
  /** The error code, such as `card_declined`. */
  readonly code: string | null
  readonly declineCode: string | null
  /** `do_not_try_again`, `try_again_later`, `confirm_card_data`. */
  readonly adviceCode: string | null
  readonly retryAfterMicros?: number | null
}): Decline {
  const code = answer.declineCode ?? answer.code ?? 'unknown'
  const byCodes = kindOf(code) ?? kindOf(answer.code ?? code) ?? NO_REASON
  const byAdvice = BY_ADVICE_CODE[answer.adviceCode ?? ''] ?? byCodes
  const [advice, why] = GRAVITY[byAdvice[0]] > GRAVITY[byCodes[0]] ? byAdvice : byCodes
  return { code, advice, why, retryAfterMicros: answer.retryAfterMicros ?? null }
}

/**
 * Returns the kind of decline to show to a person, by its stored code. The network's advice is not stored: if it made a
 * decline more serious, the resulting pause says so.
 */
export function whyDeclined(code: string): DeclineWhy {
  return code === LAPSED.code ? LAPSED.why : (kindOf(code) ?? NO_REASON)[1]
}

/** Canceled at the provider by a person or a rule there. Another try would only be canceled again. */
export const CANCELED_AT_PROVIDER: Decline = {
  code: 'canceled_at_provider',
  advice: 'ask_customer',
  why: 'no_reason',
  retryAfterMicros: null,
}

/** A requested approval that was not given in time. */
export const LAPSED: Decline = { code: 'approval_lapsed', advice: 'retry_later', why: 'lapsed', retryAfterMicros: null }
