/** The queries of the charts, loaded with them after the first view. */
import { queryOptions } from '@tanstack/react-query'
import { answerOf, openClient } from './account.ts'

/** Keeps showing the previous range until the next one is loaded. */
const placeholderData = <Data>(before: Data | undefined) => before

export function chartQueries(accountId: string) {
  const api = openClient()
  const path = { account_id: accountId }
  const key = (...of: readonly (string | number)[]) => ['account', accountId, 'charts', ...of] as const
  return {
    balanceHistory: (days: number) =>
      queryOptions({
        queryKey: key('balance-history', days),
        queryFn: () => {
          // By day, a week would have only seven steps.
          const query = { days, step: days <= 7 ? ('hour' as const) : ('day' as const) }
          return answerOf(api.GET('/v1/accounts/{account_id}/balance-history', { params: { path, query } }))
        },
        placeholderData,
      }),
    usage: (by: 'kind' | 'user' | 'destination', days: number, limit: number) =>
      queryOptions({
        queryKey: key('usage', by, days),
        queryFn: () =>
          answerOf(api.GET('/v1/accounts/{account_id}/usage', { params: { path, query: { by, days, limit } } })),
        placeholderData,
      }),
  }
}
