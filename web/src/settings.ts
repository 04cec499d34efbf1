/** Actions on the page itself (dismiss, turn off, save), and the queries that are reloaded after them. */
import { useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { Account } from './api/account.ts'
import type { CreditActions, Notice, Session } from './credit/data.ts'

const changes = () => import('./api/changes.ts')

/** Those who may not change anything can still dismiss notices, which concerns only themselves. */
export function useSettingsActions(queries: Account, { account_id: accountId, role }: Session, isClosed: boolean) {
  const client = useQueryClient()
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set())
  const actions = useMemo((): CreditActions => {
    const onDismiss = async (notice: Notice) => {
      const id = idOf(notice)
      setDismissed((before) => new Set([...before, id]))
      try {
        const left = await (await changes()).dismissNotice(accountId, notice)
        client.setQueryData(queries.notices.queryKey, left)
      } catch {
        setDismissed((before) => new Set([...before].filter((other) => other !== id)))
        void client.invalidateQueries(queries.notices)
      }
    }
    if (role !== 'admin' || isClosed) return { onDismiss }
    return {
      onDismiss,
      onTurnOffAutoTopUp: async (seen) => {
        await (await changes()).turnOffAutoTopUp(seen)
        void client.invalidateQueries(queries.notices)
        await client.invalidateQueries(queries.autoTopUp)
      },
      onLoadAutoTopUp: () => client.fetchQuery({ ...queries.autoTopUp, staleTime: 0 }),
      onSaveAlerts: async (custom, seen) => {
        await (await changes()).saveAlerts(seen, custom)
        void client.invalidateQueries(queries.notices)
        await client.invalidateQueries(queries.alerts)
      },
      onLoadAlerts: () => client.fetchQuery({ ...queries.alerts, staleTime: 0 }),
    }
  }, [client, queries, accountId, role, isClosed])
  return { actions, isShown: (notice: Notice) => !dismissed.has(idOf(notice)) }
}

function idOf({ key, occurrence }: Notice): string {
  return `${key} ${occurrence}`
}
