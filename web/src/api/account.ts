/** What the page asks the API, by the cookie of its session. Nothing is asked of anybody else. */
import { queryOptions } from '@tanstack/react-query'
import type { ApiClient } from '../../../src/api/client/client.ts'
import { pageClient } from './client.ts'

/** A refusal of the API: its code, for what is to be done about it. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number) {
    super(`refused with ${status}`)
    this.status = status
  }
}

export type Account = ReturnType<typeof accountQueries>

/** The queries of one account. Each part of the page has its own, so each fails and is tried again by itself. */
export function accountQueries(accountId: string) {
  const api: ApiClient = pageClient()
  const params = { path: { account_id: accountId } }
  const key = (part: string) => ['account', accountId, part] as const
  return {
    session: queryOptions({
      queryKey: key('session'),
      queryFn: () => answerOf(api.GET('/v1/portal-session', { params: { query: { account_id: accountId } } })),
    }),
    account: queryOptions({
      queryKey: key('account'),
      queryFn: () => answerOf(api.GET('/v1/accounts/{account_id}', { params })),
    }),
    notices: queryOptions({
      queryKey: key('notices'),
      queryFn: () => answerOf(api.GET('/v1/accounts/{account_id}/notices', { params })),
    }),
    balance: queryOptions({
      queryKey: key('balance'),
      queryFn: () => answerOf(api.GET('/v1/accounts/{account_id}/balance', { params })),
    }),
    forecast: queryOptions({
      queryKey: key('forecast'),
      queryFn: () => answerOf(api.GET('/v1/accounts/{account_id}/usage-forecast', { params })),
    }),
    autoTopUp: queryOptions({
      queryKey: key('auto-top-up'),
      queryFn: () => answerOf(api.GET('/v1/accounts/{account_id}/auto-top-up', { params })),
    }),
    methods: queryOptions({
      queryKey: key('payment-methods'),
      queryFn: () => answerOf(api.GET('/v1/accounts/{account_id}/payment-methods', { params })),
    }),
    alerts: queryOptions({
      queryKey: key('alerts'),
      queryFn: async () => {
        const [levels, { contacts }] = await Promise.all([
          answerOf(api.GET('/v1/accounts/{account_id}/alert-levels', { params })),
          answerOf(api.GET('/v1/accounts/{account_id}/contacts', { params })),
        ])
        return { levels, contacts }
      },
    }),
    payments: queryOptions({
      queryKey: key('payments'),
      queryFn: () => answerOf(api.GET('/v1/accounts/{account_id}/top-ups', { params })),
    }),
    movements: {
      queryKey: key('movements'),
      page: (cursor: string | null) =>
        answerOf(
          api.GET('/v1/accounts/{account_id}/movements', {
            params: { ...params, query: { limit: 50, ...(cursor === null ? {} : { cursor }) } },
          }),
        ),
    },
    signOut: () => answerOf(api.DELETE('/v1/portal-session', { params: { query: { account_id: accountId } } })),
  }
}

async function answerOf<Data>(
  asked: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Exclude<Data, undefined>> {
  const { data, response } = await asked
  if (!response.ok) throw new Refused(response.status)
  return data as Exclude<Data, undefined>
}
