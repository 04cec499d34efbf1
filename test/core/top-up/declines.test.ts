/** Declines, classified by what can be done about them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { declineOf, LAPSED } from '../../../src/core/top-up/declines.ts'

const SORTED = `
retry_later   funds           insufficient_funds card_velocity_exceeded withdrawal_count_limit_exceeded balance_insufficient
retry_later   no_reason       generic_decline do_not_honor call_issuer no_action_taken approve_with_id card_declined
retry_later   no_reason       duplicate_transaction card_decline_rate_limit_exceeded testmode_decline
retry_later   bank_down       issuer_not_available processing_error reenter_transaction try_again_later
ask_customer  expired         expired_card
ask_customer  details         incorrect_number invalid_number incorrect_cvc invalid_cvc incorrect_zip incorrect_address
ask_customer  details         invalid_expiry_month invalid_expiry_year invalid_account new_account_information_available
ask_customer  details         incorrect_pin invalid_pin
ask_customer  unsupported     card_not_supported currency_not_supported invalid_amount not_permitted service_not_allowed
ask_customer  unsupported     transaction_not_allowed offline_pin_required online_or_offline_pin_required pin_try_exceeded
ask_customer  authentication  authentication_required authentication_not_handled mobile_device_authentication_required
ask_customer  authentication  payment_intent_authentication_failure
stop          hard            lost_card stolen_card pickup_card restricted_card fraudulent highest_risk_level elevated_risk_level
stop          hard            merchant_blacklist security_violation revocation_of_authorization
stop          hard            revocation_of_all_authorizations stop_payment_order do_not_try_again
`
/** Error codes that come without a decline code, or with an unknown one. */
const SORTED_BY_CODE = `
retry_later   funds           charge_exceeds_source_limit charge_exceeds_transaction_limit
retry_later   no_reason       payment_method_provider_decline payment_method_customer_decline bank_account_declined
retry_later   no_reason       payment_intent_payment_attempt_failed
retry_later   bank_down       payment_method_provider_timeout three_d_secure_authentication_upstream_error
ask_customer  expired         expired_payment_method
ask_customer  details         incorrect_postal_code no_account account_closed bank_account_unusable
ask_customer  unsupported     amount_too_large amount_too_small invalid_charge_amount invalid_card_type
ask_customer  unsupported     payment_method_currency_mismatch payment_method_not_available payment_method_unsupported_type
ask_customer  unsupported     three_d_secure_authentication_not_supported
ask_customer  authentication  authentication_failure payment_intent_payment_attempt_expired setup_intent_authentication_failure
stop          hard            debit_not_authorized bank_account_restricted payment_method_restricted refer_to_customer
stop          hard            payment_intent_mandate_invalid india_recurring_payment_mandate_canceled
`

const said = (code: string | null, declineCode: string | null = null, adviceCode: string | null = null) =>
  declineOf({ code, declineCode, adviceCode })

function rowsOf(table: string) {
  return table
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const [advice, why, ...codes] = line.split(/ +/)
      return codes.map((code) => [code, advice, why] as const)
    })
}

describe('a decline', () => {
  it.each(rowsOf(SORTED))('%s: %s, %s', (code, advice, why) => {
    expect(said('card_declined', code)).toEqual({ code, advice, why, retryAfterMicros: null })
    // A known decline code takes precedence over the error code.
    expect(said('expired_card', code)).toEqual({ code, advice, why, retryAfterMicros: null })
  })

  it.each(rowsOf(SORTED_BY_CODE))('by the error code %s: %s, %s', (code, advice, why) => {
    expect(said(code)).toEqual({ code, advice, why, retryAfterMicros: null })
    expect(said(code, 'never_heard_of')).toMatchObject({ advice, why })
  })

  it.each([
    // error code, network's decline code, classified as, consequence
    ['expired_card', null, 'expired_card', 'ask_customer'],
    ['card_declined', 'stolen_card', 'stolen_card', 'stop'],
    ['incorrect_cvc', 'never_heard_of', 'never_heard_of', 'ask_customer'],
    ['card_declined', 'never_heard_of', 'never_heard_of', 'retry_later'],
    ['never_heard_of', null, 'never_heard_of', 'retry_later'],
    [null, null, 'unknown', 'retry_later'],
  ])('with the codes %s and %s is %s: %s', (code, declineCode, known, advice) => {
    expect(said(code, declineCode)).toMatchObject({ code: known, advice })
  })

  it('with an unknown code gives no reason', () => {
    expect(said('never_heard_of').why).toBe('no_reason')
  })

  it.each([
    // decline code, the network's advice, consequence, what a person sees
    ['insufficient_funds', 'do_not_try_again', 'stop', 'hard'],
    ['expired_card', 'do_not_try_again', 'stop', 'hard'],
    ['never_heard_of', 'do_not_try_again', 'stop', 'hard'],
    ['insufficient_funds', 'confirm_card_data', 'ask_customer', 'details'],
    ['expired_card', 'confirm_card_data', 'ask_customer', 'expired'],
    ['stolen_card', 'confirm_card_data', 'stop', 'hard'],
    ['insufficient_funds', 'try_again_later', 'retry_later', 'funds'],
    ['expired_card', 'try_again_later', 'ask_customer', 'expired'],
    ['stolen_card', 'try_again_later', 'stop', 'hard'],
    ['stolen_card', 'never_heard_of', 'stop', 'hard'],
  ])('%s, advised to %s: %s, %s; advice never softens', (code, adviceCode, advice, why) => {
    expect(said('card_declined', code, adviceCode)).toEqual({ code, advice, why, retryAfterMicros: null })
  })

  it.each([null, 'do_not_try_again', 'confirm_card_data'])('keeps when the network would retry (%s)', (adviceCode) => {
    const answer = { code: 'card_declined', declineCode: null, adviceCode, retryAfterMicros: 5 }
    expect(declineOf(answer).retryAfterMicros).toBe(5)
  })

  it('by an expired approval may be temporary', () => {
    expect(LAPSED).toEqual({ code: 'approval_lapsed', advice: 'retry_later', why: 'lapsed', retryAfterMicros: null })
  })
})

it('docs/PAYMENTS.md lists each code with its consequence, and no others', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/PAYMENTS.md'), 'utf8')
  const rows = [...text.matchAll(/^\| (retry_later|ask_customer|stop) \| (\w+) \| (.*) \|$/gm)].flatMap(
    ([, advice, why, codes]) => [...codes!.matchAll(/`(\w+)`/g)].map(([, code]) => [code!, advice!, why!] as const),
  )
  expect(rows.map(([code]) => code).toSorted()).toEqual(
    [...rowsOf(SORTED), ...rowsOf(SORTED_BY_CODE)].map(([code]) => code).toSorted(),
  )
  for (const [code, advice, why] of rows) expect(said(code)).toMatchObject({ code, advice, why })
})
