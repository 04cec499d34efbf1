/**
 * Requests that move money or cards. Refusals are values: each is explained to the reader, and some end the key of a
 * payment.
 */
import type { ApiClient, Schema } from '../../../src/api/client/client.ts'
import { openClient } from './account.ts'
import { answered, SILENCE_MS } from './answered.ts'

export type TopUpQuotes = Schema<'TopUpQuotes'>
export type TopUpQuote = Schema<'TopUpQuote'>
export type AutoTopUpQuote = Schema<'AutoTopUpQuote'>
export type MethodSetup = Schema<'MethodSetup'>
export type TopUpState = Schema<'TopUp'>

export interface WantedAutoTopUp {
  readonly threshold: string
  readonly amount: string
  readonly monthly_cap: string | null
}

/** The consent, with the figures that were shown with it. */
export interface WantedConsent extends WantedAutoTopUp {
  readonly text: string
  readonly text_version: string
  readonly locale: string
}

export type PayApi = ReturnType<typeof payApi>

/** The requests of one account; long, because there is one entry per request. */
export function payApi(accountId: string) {
  const api: ApiClient = openClient()
  const path = { account_id: accountId }
  const params = { path }
  const signal = () => AbortSignal.timeout(SILENCE_MS)
  return {
    quoteTopUps: (amount: string | null) =>
      answered(
        api.GET('/v1/accounts/{account_id}/top-up-quotes', {
          params: { path, query: amount === null ? {} : { amount } },
          signal: signal(),
        }),
      ),
    quoteAutoTopUp: (wanted: WantedAutoTopUp | null) => {
      const { monthly_cap, ...figures } = wanted ?? { monthly_cap: null }
      const query = { ...figures, ...(monthly_cap === null ? {} : { monthly_cap }) }
      return answered(
        api.GET('/v1/accounts/{account_id}/auto-top-up-quote', { params: { path, query }, signal: signal() }),
      )
    },
    /** One payment per key, however often it is requested. */
    pay: (key: string, amount: string, methodId: string) =>
      answered(
        api.POST('/v1/accounts/{account_id}/top-ups', {
          params: { path, header: { 'idempotency-key': key } },
          body: { amount, method_id: methodId },
          signal: signal(),
        }),
      ),
    readTopUp: (topUpId: string) =>
      answered(
        api.GET('/v1/accounts/{account_id}/top-ups/{top_up_id}', {
          params: { path: { ...path, top_up_id: topUpId } },
          signal: signal(),
        }),
      ),
    approve: (topUpId: string, returnUrl: string) =>
      answered(
        api.POST('/v1/accounts/{account_id}/top-ups/{top_up_id}/approve', {
          params: { path: { ...path, top_up_id: topUpId } },
          body: { return_url: returnUrl },
          signal: signal(),
        }),
      ),
    openSetup: (key: string, returnUrl: string, makeDefault: boolean, consent: WantedConsent | null) =>
      answered(
        api.POST('/v1/accounts/{account_id}/payment-method-setups', {
          params: { path, header: { 'idempotency-key': key } },
          body: { return_url: returnUrl, make_default: makeDefault, consent },
          signal: signal(),
        }),
      ),
    readSetup: (setupId: string) =>
      answered(
        api.GET('/v1/accounts/{account_id}/payment-method-setups/{setup_id}', {
          params: { path: { ...path, setup_id: setupId } },
          signal: signal(),
        }),
      ),
    readMethods: () => answered(api.GET('/v1/accounts/{account_id}/payment-methods', { params, signal: signal() })),
    chooseDefault: (methodId: string, consent: (WantedConsent & { readonly method_id: string }) | null) =>
      answered(
        api.PUT('/v1/accounts/{account_id}/payment-methods/{method_id}/default', {
          params: { path: { ...path, method_id: methodId } },
          body: { consent },
          signal: signal(),
        }),
      ),
    removeMethod: (methodId: string) =>
      answered(
        api.DELETE('/v1/accounts/{account_id}/payment-methods/{method_id}', {
          params: { path: { ...path, method_id: methodId } },
          signal: signal(),
        }),
      ),
    /** With its ETag, which `saveAutoTopUp` needs. */
    readAutoTopUp: () => answered(api.GET('/v1/accounts/{account_id}/auto-top-up', { params, signal: signal() })),
    saveAutoTopUp: (
      key: string,
      etag: string,
      wanted: WantedAutoTopUp,
      consent: (WantedConsent & { readonly method_id: string | null }) | null,
    ) =>
      answered(
        api.PUT('/v1/accounts/{account_id}/auto-top-up', {
          params: { path, header: { 'if-match': etag, 'idempotency-key': key } },
          body: { is_on: true, ...wanted, consent },
          signal: signal(),
        }),
      ),
  }
}
