/**
 * The dialogs that move money and cards, connected to the API. One is open at a time; a payment continues without its
 * dialog.
 */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { accountQueries } from '../api/account.ts'
import type { Answered } from '../api/answered.ts'
import { loaded } from '../api/loaded.ts'
import { payApi } from '../api/pay.ts'
import type { PaymentMethod, Session } from '../credit/data.ts'
import { cardName } from '../credit/wording.ts'
import { useAnnouncer } from '../live/live-regions.tsx'
import { MoreWords, useWords } from '../texts/words.tsx'
import AddCreditDialog from './add-credit-dialog.tsx'
import ApproveDialog from './approve-dialog.tsx'
import { AutoTopUpOpened } from './auto-top-up-opened.tsx'
import type { KeptEntries } from './kept.ts'
import { isEmbedded, pageUrl } from './leave.ts'
import { MethodOpened } from './method-opened.tsx'
import type { Opened } from './opened.ts'
import { refusalWords } from './refusal-words.ts'
import RemoveMethodDialog from './remove-method-dialog.tsx'
import { usePayment } from './use-payment.ts'
import { beginVisit, useVisitEnd, type VisitEnd } from './use-visit.ts'

export interface PayDialogsProps {
  readonly isOpen: boolean
  readonly opened: Opened | null
  readonly onOpen: (opened: Opened | null) => void
  readonly onMessage: (message: string) => void
  /** Money or cards have moved: reload the page's data. */
  readonly onChanged: () => void
  readonly session: Session
  readonly queries: ReturnType<typeof accountQueries>
}

export default function PayDialogs(props: PayDialogsProps) {
  return (
    <MoreWords area="pay">
      <AnyOpened {...props} />
    </MoreWords>
  )
}

function AnyOpened({ opened, onOpen, onMessage, onChanged, session, queries }: PayDialogsProps) {
  const words = useWords()
  const { t } = words
  const { account_id: accountId, is_sandbox: isSandbox, product } = session
  const api = useMemo(() => payApi(accountId), [accountId])
  const announcer = useAnnouncer()
  const methods = useQuery(queries.methods)
  const autoTopUp = useQuery(queries.autoTopUp)
  const saved: readonly PaymentMethod[] = methods.data?.items ?? []
  const close = () => onOpen(null)
  const say = (message: string) => {
    onMessage(message)
    announcer.announce(message)
  }
  const payment = usePayment({
    api,
    accountId,
    onChanged(progress) {
      if (progress.at === 'succeeded') {
        // The account's stream announces the result.
        if (opened?.dialog === 'add_credit') close()
      }
      onChanged()
    },
  })
  const isAdding = opened?.dialog === 'add_credit'
  const quotes = useQuery({
    queryKey: ['account', accountId, 'top-up-quotes'],
    queryFn: async () => dataOf(await api.quoteTopUps(null)),
    enabled: isAdding,
    staleTime: 0,
  })
  // A form starts over when it is opened with other entries, and stays while it closes.
  const begins = useRef('')
  if (isAdding) begins.current = `${opened.amount ?? ''} ${opened.methodId ?? ''}`
  const { progress, backToForm } = payment
  const isSpent = isAdding && progress.at === 'succeeded'
  const reset = useRef(backToForm)
  reset.current = backToForm
  const wasAdding = useRef(false)
  useEffect(() => {
    // Reopened after a payment that has become credit.
    if (isSpent && !wasAdding.current) reset.current()
    wasAdding.current = isAdding
  }, [isAdding, isSpent])
  const askQuote = useMemo(() => (amount: string) => api.quoteTopUps(amount), [api])

  const visitElsewhere = async (makesDefault: boolean, entries: KeptEntries | null) => {
    const begun = await beginVisit(api, accountId, { makesDefault, consent: null, entries })
    // A frame needs a link, which the payment method dialog has.
    if (!('url' in begun) || isEmbedded()) onOpen({ dialog: 'method', entries })
  }
  useVisitEnd(api, accountId, opened?.dialog === 'visit', (end) => void finish(end))
  const finish = async ({ setup, entries }: VisitEnd) => {
    const fresh = (await methods.refetch()).data?.items ?? []
    onChanged()
    const isSaved = setup?.state === 'saved'
    const method = fresh.find(({ method_id }) => method_id === setup?.method_id) ?? null
    if (setup?.refusal === 'account_closed') say(t('method.notSaved'))
    else if (!isSaved) say(t('method.unchanged'))
    else {
      const card = cardName(method, words)
      const text = card === null ? t('method.savedUnnamed') : t('method.saved', { card })
      say(setup.refusal === null ? text : `${text}. ${t('method.savedNotDefault')}`)
    }
    if (entries?.form === 'add_credit') {
      onOpen({ dialog: 'add_credit', amount: entries.amount, methodId: method?.method_id ?? null })
    } else onOpen(entries === null ? null : { dialog: 'auto', entries })
  }

  const byDefault = saved.find(({ is_default }) => is_default) ?? saved[0]
  return (
    <>
      <AddCreditDialog
        key={begins.current}
        isOpen={isAdding}
        onClose={() => {
          close()
          if (payment.progress.at === 'declined' || payment.progress.at === 'canceled') payment.backToForm()
        }}
        isSandbox={isSandbox}
        product={product}
        currency={autoTopUp.data?.currency ?? 'EUR'}
        quotes={methods.data === undefined ? { status: 'loading' } : loaded(quotes, (data) => data)}
        methods={saved}
        progress={payment.progress}
        refusal={payment.refusal}
        initialAmount={isAdding ? (opened.amount ?? null) : null}
        initialMethodId={isAdding ? (opened.methodId ?? null) : null}
        askQuote={askQuote}
        onPay={payment.pay}
        onCheckAgain={payment.checkAgain}
        onBackToForm={payment.backToForm}
        onAddMethod={(amount) => {
          const entries = { form: 'add_credit', amount } as const
          const isFirst = saved.length === 0
          // If the card may be charged automatically from then on, consent comes first.
          if (isFirst && autoTopUp.data?.state !== 'off') onOpen({ dialog: 'method', entries })
          else void visitElsewhere(isFirst, entries)
        }}
      />
      {opened?.dialog === 'auto' ? (
        <AutoTopUpOpened
          key={JSON.stringify(opened.entries ?? null)}
          api={api}
          session={session}
          entries={opened.entries ?? null}
          onClose={close}
          onSaved={() => {
            say(t('auto.saved'))
            onChanged()
          }}
          onChangeMethod={(entries, isSimple) => {
            if (isSimple && saved.length === 0) void visitElsewhere(true, entries)
            else onOpen({ dialog: 'method', entries })
          }}
        />
      ) : null}
      {opened?.dialog === 'method' && autoTopUp.data !== undefined ? (
        <MethodOpened
          api={api}
          session={session}
          methods={saved}
          autoTopUp={autoTopUp.data}
          entries={opened.entries ?? null}
          onClose={close}
          onVisitEnd={(end) => void finish(end)}
          onChosen={(methodId) => {
            const card = cardName(saved.find(({ method_id }) => method_id === methodId) ?? null, words)
            say(card === null ? t('method.savedUnnamed') : t('method.saved', { card }))
            onChanged()
            const entries = opened.entries ?? null
            if (entries === null) close()
            else if (entries.form === 'auto') onOpen({ dialog: 'auto', entries })
            else onOpen({ dialog: 'add_credit', amount: entries.amount, methodId })
          }}
        />
      ) : null}
      {byDefault === undefined ? null : (
        <RemoveMethodDialog
          isOpen={opened?.dialog === 'remove'}
          onClose={close}
          isSandbox={isSandbox}
          method={byDefault}
          isAutoTopUpOn={autoTopUp.data?.settings?.is_on ?? false}
          onRemove={async () => {
            const answer = await api.removeMethod(byDefault.method_id)
            if ('refusal' in answer) return refusalWords(answer.refusal, product, words)
            if ('silence' in answer) return t('pay.failed')
            const card = cardName(byDefault, words) ?? t('card.unnamed')
            say(t(answer.data.auto_top_up_turned_off ? 'method.removedAuto' : 'method.removed', { card }))
            onChanged()
            return null
          }}
        />
      )}
      {opened?.dialog === 'approve' ? (
        <Approve api={api} topUpId={opened.topUpId} isSandbox={isSandbox} onClose={close} />
      ) : null}
    </>
  )
}

interface ApproveProps {
  readonly api: ReturnType<typeof payApi>
  readonly topUpId: string
  readonly isSandbox: boolean
  readonly onClose: () => void
}

function Approve({ api, topUpId, isSandbox, onClose }: ApproveProps) {
  const { t } = useWords()
  const [isGoing, setIsGoing] = useState(false)
  const page = useQuery({
    queryKey: ['approval', topUpId],
    queryFn: async () => {
      const { url } = dataOf(await api.approve(topUpId, pageUrl()))
      if (!isEmbedded() && !isGoing) {
        setIsGoing(true)
        location.assign(url)
      }
      return url
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  })
  return (
    <ApproveDialog
      isOpen
      onClose={onClose}
      isSandbox={isSandbox}
      url={page.data ?? null}
      fault={page.error === null ? null : t('pay.approveFailed')}
    />
  )
}

/** For a query: throws what is not data. */
export function dataOf<Data>(answer: Answered<Data>): Data {
  if ('data' in answer) return answer.data
  throw new Error('silence' in answer ? 'no answer' : `refused with ${answer.refusal.status}`)
}
