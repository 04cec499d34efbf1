/**
 * Declines, sorted: whether waiting can help, whether the customer must do something first, or whether the card may never
 * be charged again. The sorting is what keeps a dead card from being hammered: networks fine for it, and banks block it.
 *
 * Codes are Stripe's (https://docs.stripe.com/declines/codes): the network's decline code where it is known, else the
 * error code. The network's advice (https://docs.stripe.com/declines/card#advice-codes) only ever makes it graver.
 * A code nobody has seen yet may be tried again, as often as any other.
 */

/** `retry_later`: may pass by itself. `ask_customer`: not before the card or its data change. `stop`: never with this card. */
export type DeclineAdvice = 'retry_later' | 'ask_customer' | 'stop'

/** Why, in the few kinds that a person is shown; the bank's code never is. */
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
  /** The provider's code: for operators, metrics and support. */
  readonly code: string
  readonly advice: DeclineAdvice
  readonly why: DeclineWhy
  /** The network's own advice on when to try again, from now; null: none was given. */
  readonly retryAfterMicros: number | null
}

const KINDS: readonly (readonly [advice: DeclineAdvice, why: DeclineWhy, codes: readonly string[]])[] = [
  [
    'retry_later',
    'funds',
    ['insufficient_funds', 'card_velocity_exceeded', 'withdrawal_count_limit_exceeded', 'balance_insufficient'],
  ],
  [
    'retry_later',
    'no_reason',
    [
      'generic_decline',
      'do_not_honor',
      'call_issuer',
      'no_action_taken',
      'approve_with_id',
      'card_declined',
      'duplicate_transaction',
      'card_decline_rate_limit_exceeded',
      'testmode_decline',
    ],
  ],
  ['retry_later', 'bank_down', ['issuer_not_available', 'processing_error', 'reenter_transaction', 'try_again_later']],
  ['ask_customer', 'expired', ['expired_card']],
  [
    'ask_customer',
    'details',
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
    'ask_customer',
    'unsupported',
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
    'ask_customer',
    'authentication',
    [
      'authentication_required',
      'authentication_not_handled',
      'mobile_device_authentication_required',
      'payment_intent_authentication_failure',
    ],
  ],
  [
    'stop',
    'hard',
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

const KIND_OF_CODE = new Map(KINDS.flatMap(([advice, why, codes]) => codes.map((code) => [code, { advice, why }])))

const NO_REASON = { advice: 'retry_later', why: 'no_reason' } as const

/** Sorts a decline by the codes that came with it. */
export function declineOf(answer: {
  /** The error's own code, such as `card_declined`. */
  readonly code: string | null
  readonly declineCode: string | null
  /** `do_not_try_again`, `try_again_later`, `confirm_card_data`. */
  readonly adviceCode: string | null
  readonly retryAfterMicros?: number | null
}): Decline {
  const code = answer.declineCode ?? answer.code ?? 'unknown'
  const { advice, why } = KIND_OF_CODE.get(code) ?? KIND_OF_CODE.get(answer.code ?? code) ?? NO_REASON
  const retryAfterMicros = answer.retryAfterMicros ?? null
  if (answer.adviceCode === 'do_not_try_again') return { code, advice: 'stop', why: 'hard', retryAfterMicros }
  // The network asks for other data: waiting brings none. It never softens what is already final.
  if (answer.adviceCode === 'confirm_card_data' && advice === 'retry_later') {
    return { code, advice: 'ask_customer', why: 'details', retryAfterMicros }
  }
  return { code, advice, why, retryAfterMicros }
}

/**
 * Why, for a person, by the code that is kept of a decline. The network's advice is not kept: where it made a decline graver,
 * the pause that came of it says so.
 */
export function whyDeclined(code: string): DeclineWhy {
  return code === LAPSED.code ? LAPSED.why : (KIND_OF_CODE.get(code) ?? NO_REASON).why
}

/** Canceled at the provider by somebody, or by a rule there: trying again by itself would only be canceled again. */
export const CANCELED_AT_PROVIDER: Decline = {
  code: 'canceled_at_provider',
  advice: 'ask_customer',
  why: 'no_reason',
  retryAfterMicros: null,
}

/** An approval that was asked for and not given in time. */
export const LAPSED: Decline = { code: 'approval_lapsed', advice: 'retry_later', why: 'lapsed', retryAfterMicros: null }
