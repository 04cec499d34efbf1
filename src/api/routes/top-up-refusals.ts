/** The ledger's refusals about top-ups, cards and their settings, as problems. */
import { formatMoney } from '../../core/money.ts'
import type { SettingsFault } from '../../core/top-up/settings.ts'
import type { ChangedMeanwhile } from '../../ledger/changes/last-change.ts'
import { noAccount } from '../access/authenticate.ts'
import { changedMeanwhile } from '../protocol/etags.ts'
import { ApiProblem, type FieldFault, ofFaults } from '../protocol/problem.ts'

export type Refusal =
  | 'unknown_account'
  | 'request_key_reused'
  | 'account_closed'
  | 'needs_another_method'
  | 'consent_needed'
  | 'consent_differs'
  | ChangedMeanwhile
  | { readonly faults: readonly SettingsFault[] }

/** The problem for a refusal; `place` is the part of the request that held the values. */
export function problemOfRefusal(refused: Refusal, accountId: string, place: 'body' | 'query' = 'body'): ApiProblem {
  if (typeof refused !== 'string') {
    if ('changedMeanwhile' in refused) return changedMeanwhile('automatic top-up', refused.changedMeanwhile)
    return ofFaults(
      'not_possible',
      refused.faults.map((fault) => faultOf(fault, place)),
    )
  }
  switch (refused) {
    case 'unknown_account':
      return noAccount(accountId)
    case 'request_key_reused':
      return new ApiProblem(
        'request_key_reused',
        'this Idempotency-Key was already used for a different request: send another',
      )
    case 'account_closed':
      return new ApiProblem('account_closed', `account ${accountId} is closed and can no longer be charged`)
    case 'needs_another_method':
      return new ApiProblem(
        'needs_another_method',
        'the payment method must not be charged again: make another one the default, then save',
      )
    case 'consent_needed':
      return new ApiProblem('consent_needed', 'this could charge more than before: send a consent to the new settings')
    case 'consent_differs':
      return new ApiProblem(
        'consent_differs',
        'the consent is for figures or a payment method other than what would be charged: read them again, and ask the customer again',
      )
  }
}

function faultOf(fault: SettingsFault, place: 'body' | 'query'): FieldFault {
  const path = `/${place}/${fault.field}`
  switch (fault.kind) {
    case 'more_than_2_decimals':
      return { path, code: fault.kind, detail: 'must have at most 2 decimals' }
    case 'below_min':
      return withLimit(path, 'too_low', 'must be at least', fault.minMicros)
    case 'above_max':
      return withLimit(path, 'too_high', 'must be at most', fault.maxMicros)
    case 'cap_below_amount':
      return withLimit(path, fault.kind, 'must cover one top-up, so must be at least', fault.amountMicros)
  }
}

function withLimit(path: string, code: string, detail: string, limitMicros: bigint): FieldFault {
  const limit = formatMoney(limitMicros)
  return { path, code, detail: `${detail} ${limit}`, limit }
}

/** The problem for something that does not exist. */
export function noSuch(what: string, id: string): ApiProblem {
  return new ApiProblem('not_found', `this account has no ${what} ${id}`)
}

/** The provider did not answer, or not clearly. */
export function providerUnavailable(retryAfterMicros: number | null = null): ApiProblem {
  const retryAfterSeconds = retryAfterMicros === null ? 5 : Math.ceil(retryAfterMicros / 1_000_000)
  return new ApiProblem(
    'provider_unavailable',
    'the payment provider is not responding: repeat the request, with the same Idempotency-Key if you sent one',
    { retryAfterSeconds },
  )
}
