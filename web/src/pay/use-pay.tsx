/** Connects payments to the page. This is the part that the first view needs; dialogs load when opened. */
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import type { accountQueries } from '../api/account.ts'
import { Banner, type Severity } from '../components/notice.tsx'
import { loadedWhenOpened } from '../components/opened.tsx'
import type { CreditActions, NoticeOf, Session } from '../credit/data.ts'
import type { Opened } from './opened.ts'
import { tabStore } from './tab-store.ts'

const PayDialogs = loadedWhenOpened(() => import('./pay-dialogs.tsx'), ['pay', 'dialogs'])

export interface Pay {
  /** Empty for members and closed accounts. */
  readonly actions: CreditActions
  /** The result of a visit elsewhere; null if there is nothing to say. */
  readonly message: ReactNode
  readonly dialogs: ReactNode
}

export function usePay(queries: ReturnType<typeof accountQueries>, session: Session, isClosed: boolean): Pay {
  const { account_id: accountId } = session
  const client = useQueryClient()
  const mayPay = session.role === 'admin' && !isClosed
  const [opened, setOpened] = useState<Opened | null>(() => (mayPay ? leftOpen(accountId) : null))
  const [message, setMessage] = useState<{ readonly title: string; readonly severity: Severity } | null>(null)
  useReloadOnReturn()
  if (!mayPay) return { actions: {}, message: null, dialogs: null }
  const open = (dialog: Opened) => {
    setMessage(null)
    setOpened(dialog)
  }
  const [addCredit, change, auto] = [
    () => open({ dialog: 'add_credit' }),
    () => open({ dialog: 'method' }),
    () => open({ dialog: 'auto' }),
  ]
  return {
    actions: {
      onAddCredit: addCredit,
      onSetUpAutoTopUp: auto,
      onEditAutoTopUp: auto,
      onAddMethod: change,
      onChangeMethod: change,
      onRemoveMethod: () => open({ dialog: 'remove' }),
      onNotice: {
        add_credit: addCredit,
        pay_with_another_card: addCredit,
        use_another_card: change,
        change_payment_method: change,
        add_payment_method: change,
        resume: auto,
        raise_cap: auto,
        set_up_auto_top_up: auto,
        edit_auto_top_up: auto,
        approve_payment: (notice) =>
          open({ dialog: 'approve', topUpId: (notice as NoticeOf<'approve'>).figures.top_up_id }),
      },
    },
    message: message === null ? null : <Banner {...message} body="" onDismiss={() => setMessage(null)} />,
    dialogs: (
      <PayDialogs
        isOpen={opened !== null}
        opened={opened}
        onOpen={setOpened}
        onMessage={(title, severity) => setMessage({ title, severity })}
        onChanged={() => void client.invalidateQueries({ queryKey: ['account', accountId] })}
        session={session}
        queries={queries}
      />
    ),
  }
}

/** A payment without a definite end, or a visit to the provider's page that has just ended: see `kept.ts`. */
function leftOpen(accountId: string): Opened | null {
  const isKept = (what: string) => tabStore().getItem(`billing:${accountId}:${what}`) !== null
  if (isKept('visit')) return { dialog: 'visit' }
  return isKept('payments') ? { dialog: 'add_credit' } : null
}

/** Back in the browser may restore an old page: its data is reloaded. */
function useReloadOnReturn(): void {
  useEffect(() => {
    const onShow = (event: PageTransitionEvent) => {
      if (event.persisted) location.reload()
    }
    addEventListener('pageshow', onShow)
    return () => removeEventListener('pageshow', onShow)
  }, [])
}
