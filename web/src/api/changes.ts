/**
 * Changes made on the page, each refused if somebody has changed the thing since it was read. Loaded with the first
 * change.
 */
import type { Alerts, AutoTopUp, Notice } from '../credit/data.ts'
import { answerOf, openClient } from './account.ts'

const api = openClient()

const pathOf = (accountId: string) => ({ path: { account_id: accountId } })

/** Turns it off and keeps its figures for turning it on again. Throws `Refused`. */
export async function turnOffAutoTopUp(seen: AutoTopUp): Promise<void> {
  if (seen.settings === null) return
  await answerOf(
    api.PUT('/v1/accounts/{account_id}/auto-top-up', {
      params: { ...pathOf(seen.account_id), header: { 'if-match': seen.etag } },
      body: { ...seen.settings, is_on: false, consent: null },
    }),
  )
}

/** Saves the customer's own alert level. Throws `Refused`. */
export async function saveAlerts({ levels }: Alerts, custom: string | null): Promise<void> {
  await answerOf(
    api.PUT('/v1/accounts/{account_id}/alert-levels', {
      params: { ...pathOf(levels.account_id), header: { 'if-match': levels.etag } },
      body: { low: levels.own_low, custom },
    }),
  )
}

/** Dismisses a notice for the reader alone, and returns the remaining ones. Throws `Refused`. */
export function dismissNotice(accountId: string, { key, occurrence }: Notice) {
  return answerOf(
    api.POST('/v1/accounts/{account_id}/notices/dismissals', {
      params: pathOf(accountId),
      body: { key, occurrence },
    }),
  )
}
