/** What people change from the page, each on condition that it is still as they saw it. Loaded when the first one is asked for. */
import type { Alerts, AutoTopUp, Notice } from '../credit/data.ts'
import { answerOf, openClient } from './account.ts'

const api = openClient()

const pathOf = (accountId: string) => ({ path: { account_id: accountId } })

/** Its figures stay, so that it can be turned on again as it was. Throws `Refused`. */
export async function turnOffAutoTopUp(seen: AutoTopUp): Promise<void> {
  if (seen.settings === null) return
  await answerOf(
    api.PUT('/v1/accounts/{account_id}/auto-top-up', {
      params: { ...pathOf(seen.account_id), header: { 'if-match': seen.etag } },
      body: { ...seen.settings, is_on: false, consent: null },
    }),
  )
}

/** Throws `Refused`. */
export async function saveAlerts({ levels }: Alerts, custom: string | null): Promise<void> {
  await answerOf(
    api.PUT('/v1/accounts/{account_id}/alert-levels', {
      params: { ...pathOf(levels.account_id), header: { 'if-match': levels.etag } },
      body: { low: levels.own_low, custom },
    }),
  )
}

/** For oneself. Answers the notices that are left. Throws `Refused`. */
export function dismissNotice(accountId: string, { key, occurrence }: Notice) {
  return answerOf(
    api.POST('/v1/accounts/{account_id}/notices/dismissals', {
      params: pathOf(accountId),
      body: { key, occurrence },
    }),
  )
}
