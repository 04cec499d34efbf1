/** The page's requests to the API, with the session cookie. The page talks to no other server. */
import { queryOptions } from '@tanstack/react-query'
import { type ApiClient, createApiClient, type Schema } from '../../../src/api/client/client.ts'
import { setConnection } from '../live/connection.ts'
import { keepNewest } from '../live/newer.ts'

/** A refusal by the API: a code to act on, and what it says. */
export class Refused extends Error {
  readonly status: number
  readonly problem: Schema<'Problem'> | undefined

  constructor(status: number, problem?: Schema<'Problem'>) {
    super(`refused with ${status}`)
    this.status = status
    this.problem = problem
  }
}

/** A client with the session cookie; any request notices the end of the session. */
export function openClient(): ApiClient {
  return createApiClient({
    baseUrl: location.origin,
    credentials: 'same-origin',
    fetch: async (request) => {
      const response = await fetch(request)
      if (response.status === 401) setConnection('ended')
      return response
    },
  })
}

export type Account = ReturnType<typeof accountQueries>

/** The queries of one account. Each part of the page has its own, so that it fails and is retried on its own. */
export function accountQueries(accountId: string) {
  const api = openClient()
  const params = { path: { account_id: accountId } }
  const key = (part: string) => ['account', accountId, part] as const
  return {
    accountId,
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
      structuralSharing: keepNewest<Schema<'Notices'>>(({ epoch, as_of }) => ({ epoch, version: as_of })),
    }),
    balance: queryOptions({
      queryKey: key('balance'),
      queryFn: () => answerOf(api.GET('/v1/accounts/{account_id}/balance', { params })),
      structuralSharing: keepNewest<Schema<'Balance'>>((balance) => balance),
    }),
    forecast: queryOptions({
      queryKey: key('forecast'),
      queryFn: () => answerOf(api.GET('/v1/accounts/{account_id}/usage-forecast', { params })),
    }),
    autoTopUp: queryOptions({
      queryKey: key('auto-top-up'),
      queryFn: () => withEtag(api.GET('/v1/accounts/{account_id}/auto-top-up', { params })),
    }),
    methods: queryOptions({
      queryKey: key('payment-methods'),
      queryFn: () => answerOf(api.GET('/v1/accounts/{account_id}/payment-methods', { params })),
    }),
    alerts: queryOptions({
      queryKey: key('alerts'),
      queryFn: async () => {
        const [levels, { contacts }] = await Promise.all([
          withEtag(api.GET('/v1/accounts/{account_id}/alert-levels', { params })),
          answerOf(api.GET('/v1/accounts/{account_id}/contacts', { params })),
        ])
        return { levels, contacts }
      },
    }),
    payments: queryOptions({
      queryKey: key('payments'),
      queryFn: () => answerOf(api.GET('/v1/accounts/{account_id}/top-ups', { params })),
    }),
    movement: (sequence: number) =>
      answerOf(
        api.GET('/v1/accounts/{account_id}/movements/{sequence}', {
          params: { path: { account_id: accountId, sequence: String(sequence) } },
        }),
      ),
    signOut: () => answerOf(api.DELETE('/v1/portal-session', { params: { query: { account_id: accountId } } })),
  }
}

type Asked<Data> = Promise<{ data?: Data; error?: unknown; response: Response }>

/** The data of an answer. Throws `Refused`, or what `fetch` throws if there is no answer. */
export async function answerOf<Data>(asked: Asked<Data>): Promise<Exclude<Data, undefined>> {
  const { data, error, response } = await asked
  if (!response.ok) throw new Refused(response.status, error as Schema<'Problem'> | undefined)
  return data as Exclude<Data, undefined>
}

/** The data with its ETag, which a change sends as `If-Match`. If it is missing, none matches, so nothing is overwritten. */
async function withEtag<Data extends object | undefined>(asked: Asked<Data>) {
  return { ...(await answerOf(asked)), etag: (await asked).response.headers.get('etag') ?? '""' }
}
