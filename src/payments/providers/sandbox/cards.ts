/**
 * The numbers that the sandbox accepts, and their behaviour. They are Stripe's public test numbers and behave as they do there
 * (https://docs.stripe.com/testing), with one difference: of the cards that decline, Stripe saves only 4000000000000341 with a
 * customer. The sandbox saves them all, so that every decline of a saved card can be tried.
 *
 * No test card has a processing time, so for that there are Stripe's test accounts for SEPA debits
 * (https://docs.stripe.com/payments/sepa-debit/accept-a-payment).
 *
 * The number itself is never stored, only the name of its behaviour, the brand and the last four digits.
 */
import { MICROS_PER_SECOND } from '../../../core/instant.ts'

/** The provider's codes of a decline; `declineOf` in the core interprets them. */
export interface DeclineCodes {
  readonly code: string
  readonly declineCode: string | null
  readonly adviceCode: string | null
}

export interface Behaviour {
  /** When the bank asks for the customer's approval; absent: never. */
  readonly authentication?: 'always' | 'on_session' | 'unless_set_up'
  /** The processing time before it succeeds or is declined; absent: none. */
  readonly processingMicros?: number
  /** It is declined with these codes, after any approval and processing. */
  readonly decline?: DeclineCodes
  /** A dispute is opened right after the charge; an inquiry moves no money. */
  readonly dispute?: 'inquiry' | 'open'
  /** `late`: a refund takes a while. `fails`: it is made at once, and fails after a while. */
  readonly refund?: 'late' | 'fails'
}

/** What "a while" is. */
export const SHORTLY_MICROS = 30 * MICROS_PER_SECOND
const LATE_MICROS = 180 * MICROS_PER_SECOND

const cardDeclined = (declineCode: string): Behaviour => ({
  decline: { code: 'card_declined', declineCode, adviceCode: null },
})
const cardError = (code: string): Behaviour => ({ decline: { code, declineCode: null, adviceCode: null } })

export const BEHAVIOURS = {
  succeeds: {},
  generic_decline: cardDeclined('generic_decline'),
  insufficient_funds: cardDeclined('insufficient_funds'),
  lost_card: cardDeclined('lost_card'),
  stolen_card: cardDeclined('stolen_card'),
  velocity_exceeded: cardDeclined('card_velocity_exceeded'),
  blocked_as_fraudulent: cardDeclined('fraudulent'),
  expired_card: cardError('expired_card'),
  incorrect_cvc: cardError('incorrect_cvc'),
  processing_error: cardError('processing_error'),
  approval_unless_set_up: { authentication: 'unless_set_up' },
  approval_on_session: { authentication: 'on_session' },
  approval_always: { authentication: 'always' },
  approval_then_decline: { authentication: 'always', ...cardDeclined('generic_decline') },
  approval_then_insufficient_funds: { authentication: 'unless_set_up', ...cardDeclined('insufficient_funds') },
  disputed: { dispute: 'open' },
  inquired: { dispute: 'inquiry' },
  refund_late: { refund: 'late' },
  refund_fails: { refund: 'fails' },
  debit_succeeds: { processingMicros: SHORTLY_MICROS },
  debit_succeeds_late: { processingMicros: LATE_MICROS },
  debit_declines: { processingMicros: SHORTLY_MICROS, ...cardDeclined('generic_decline') },
  debit_declines_late: { processingMicros: LATE_MICROS, ...cardDeclined('generic_decline') },
  debit_insufficient_funds: { processingMicros: SHORTLY_MICROS, ...cardDeclined('insufficient_funds') },
  debit_disputed: { processingMicros: SHORTLY_MICROS, dispute: 'open' },
} as const satisfies Record<string, Behaviour>

export type BehaviourName = keyof typeof BEHAVIOURS

export interface TestNumber {
  readonly number: string
  readonly brand: string
  readonly behaviour: BehaviourName
}

const TABLE: readonly (readonly [behaviour: BehaviourName, brand: string, numbers: readonly string[]])[] = [
  ['succeeds', 'visa', ['4242424242424242', '4000056655665556']],
  ['succeeds', 'mastercard', ['5555555555554444', '2223003122003222', '5200828282828210', '5105105105105100']],
  ['succeeds', 'amex', ['378282246310005', '371449635398431']],
  ['succeeds', 'discover', ['6011111111111117', '6011000990139424', '6011981111111113']],
  ['succeeds', 'diners', ['3056930009020004', '36227206271667']],
  ['succeeds', 'jcb', ['3566002020360505']],
  ['succeeds', 'unionpay', ['6200000000000005', '6200000000000047', '6205500000000000004']],
  // Of Austria, France, Germany, the Netherlands and the United Kingdom.
  [
    'succeeds',
    'visa',
    ['4000000400000008', '4000002500000003', '4000002760000016', '4000005280000002', '4000008260000000'],
  ],
  // Their funds are available to the seller at once, which does not matter here.
  ['succeeds', 'visa', ['4000000000000077', '4000003720000278']],
  // Elevated risk, failing checks of address or CVC, and an early fraud warning: charged nevertheless.
  [
    'succeeds',
    'visa',
    [
      '4000000000009235',
      '4000000000000101',
      '4000000000000036',
      '4000000000000028',
      '4000000000000010',
      '4000000000000044',
      '4000000000005423',
    ],
  ],
  ['generic_decline', 'visa', ['4000000000000002', '4000000000000341']],
  ['insufficient_funds', 'visa', ['4000000000009995']],
  ['lost_card', 'visa', ['4000000000009987']],
  ['stolen_card', 'visa', ['4000000000009979']],
  ['expired_card', 'visa', ['4000000000000069']],
  ['incorrect_cvc', 'visa', ['4000000000000127']],
  ['processing_error', 'visa', ['4000000000000119']],
  ['velocity_exceeded', 'visa', ['4000000000006975']],
  ['blocked_as_fraudulent', 'visa', ['4100000000000019', '4000000000004954']],
  ['approval_unless_set_up', 'visa', ['4000002500003155']],
  ['approval_on_session', 'visa', ['4000003800000446']],
  ['approval_always', 'visa', ['4000002760003184', '4000000000003220', '4000000000003063']],
  ['approval_then_insufficient_funds', 'visa', ['4000008260003178']],
  ['approval_then_decline', 'visa', ['4000008400001629']],
  // Approval is needed but not supported.
  ['generic_decline', 'visa', ['4000008400001280']],
  // Approval is supported but not needed.
  ['succeeds', 'visa', ['4000000000003055', '4000000000003097']],
  ['disputed', 'visa', ['4000000000000259', '4000000000002685']],
  ['inquired', 'visa', ['4000000000001976']],
  ['refund_late', 'visa', ['4000000000007726']],
  ['refund_fails', 'visa', ['4000000000005126']],
  ['debit_succeeds', 'sepa_debit', ['AT611904300234573201']],
  ['debit_succeeds_late', 'sepa_debit', ['AT321904300235473204']],
  ['debit_declines', 'sepa_debit', ['AT861904300235473202']],
  ['debit_declines_late', 'sepa_debit', ['AT051904300235473205']],
  ['debit_insufficient_funds', 'sepa_debit', ['AT981904300002222227']],
  ['debit_disputed', 'sepa_debit', ['AT591904300235473203']],
]

export const TEST_NUMBERS: readonly TestNumber[] = TABLE.flatMap(([behaviour, brand, numbers]) =>
  numbers.map((number) => ({ number, brand, behaviour })),
)

const BY_NUMBER = new Map(TEST_NUMBERS.map((one) => [one.number, one]))

/** Finds a test number, written with or without spaces; null: it is not a test number. */
export function findTestNumber(text: string): TestNumber | null {
  return BY_NUMBER.get(text.replaceAll(/[\s-]/g, '').toUpperCase()) ?? null
}
