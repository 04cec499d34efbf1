/**
 * The dialogs that move money and cards, connected to the API. One is open at a time; a payment continues without its
 * dialog.
 */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { accountQueries } from '../api/account.ts'
import type { Answered } from '../api/answered.ts'
import { loaded } from '../api/loaded.ts'
import { type PayApi, payApi } from '../api/pay.ts'
import type { Severity } from '../components/notice.tsx'
import type { PaymentMethod, Session } from '../credit/data.ts'
import { cardName } from '../credit/wording.ts'
import { useAnnouncer } from '../live/live-regions.tsx'
import { MoreWords, useWords, type Words } from '../texts/words.tsx'
import AddCreditDialog from './add-credit-dialog.tsx'
import ApproveDialog from './approve-dialog.tsx'
import { AutoTopUpOpened } from './auto-top-up-opened.tsx'
import type { KeptEntries } from './kept.ts'
import { isEmbedded, pageUrl } from './leave.ts'
import { MethodOpened } from './method-opened.tsx'
import type { Opened } from './opened.ts'
import { Pending } from './pending.tsx'
import { refusalWords } from './refusal-words.ts'
import RemoveMethodDialog from './remove-method-dialog.tsx'
import { usePayment } from './use-payment.ts'
import { beginVisit, useVisitEnd, type VisitEnd } from './use-visit.ts'

export interface PayDialogsProps {
  readonly isOpen: boolean
  readonly opened: Opened | null
  readonly onOpen: (opened: Opened | null) => void
  readonly onMessage: (message: string, severity: Severity) => void
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

/** Long, because it lists every dialog and what each one leads to. */
function AnyOpened({ opened, onOpen, onMessage, onChanged, session, queries }: PayDialogsProps) {
  const words = useWords()
  const { t } = words
  const { account_id: accountId, is_sandbox: isSandbox } = session
  const api = useMemo(() => payApi(accountId), [accountId])
  const announcer = useAnnouncer()
  const methods = useQuery(queries.methods)
  const autoTopUp = useQuery(queries.autoTopUp)
  const saved: readonly PaymentMethod[] = methods.data?.items ?? []
  const close = () => onOpen(null)
  const say = (message: string, severity: Severity = 'success') => {
    onMessage(message, severity)
    announcer.announce(message)
  }

  const visitElsewhere = async (makesDefault: boolean, entries: KeptEntries | null) => {
    const begun = await beginVisit(api, accountId, { makesDefault, consent: null, entries })
    // A frame needs a link, which the payment method dialog has.
    if (!('url' in begun) || isEmbedded()) onOpen({ dialog: 'method', entries })
  }
  useVisitEnd(api, accountId, opened?.dialog === 'visit', (end) => void finish(end))
  const finish = async ({ setup, entries }: VisitEnd) => {
    const fresh = (await methods.refetch()).data?.items ?? []
    onChanged()
    const method = fresh.find(({ method_id }) => method_id === setup?.method_id) ?? null
    say(visitText(setup, method, words), setup?.state === 'saved' ? 'success' : 'info')
    if (entries?.form === 'add_credit') {
      onOpen({ dialog: 'add_credit', amount: entries.amount, methodId: method?.method_id ?? null })
    } else onOpen(entries === null ? null : { dialog: 'auto', entries })
  }

  // The card that was the default when the dialog was opened: another must not take its place under the pointer.
  const toRemove = useRef<PaymentMethod | undefined>(undefined)
  if (opened?.dialog !== 'remove' || toRemove.current === undefined) {
    toRemove.current = saved.find(({ is_default }) => is_default) ?? saved[0]
  }
  return (
    <>
      <AddCredit
        api={api}
        session={session}
        opened={opened?.dialog === 'add_credit' ? opened : null}
        currency={autoTopUp.data?.currency}
        methods={methods.data === undefined ? null : saved}
        onClose={close}
        onChanged={onChanged}
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
      {opened?.dialog === 'method' && autoTopUp.data === undefined ? (
        <Pending part={t('part.autoTopUp')} query={autoTopUp} isOpen onClose={close} isSandbox={isSandbox} />
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
            say(savedText(saved.find(({ method_id }) => method_id === methodId) ?? null, words))
            onChanged()
            const entries = opened.entries ?? null
            if (entries === null) close()
            else if (entries.form === 'auto') onOpen({ dialog: 'auto', entries })
            else onOpen({ dialog: 'add_credit', amount: entries.amount, methodId })
          }}
        />
      ) : null}
      {toRemove.current === undefined ? null : (
        <RemoveMethod
          api={api}
          session={session}
          method={saved.find(({ method_id }) => method_id === toRemove.current?.method_id) ?? toRemove.current}
          isAutoTopUpOn={autoTopUp.data?.settings?.is_on ?? false}
          isOpen={opened?.dialog === 'remove'}
          onClose={close}
          onRemoved={(message) => {
            say(message)
            onChanged()
          }}
          onUnheard={() => {
            say(t('pay.unknown'), 'info')
            onChanged()
          }}
        />
      )}
      {opened?.dialog === 'approve' ? (
        <Approve api={api} topUpId={opened.topUpId} isSandbox={isSandbox} onClose={close} />
      ) : null}
    </>
  )
}

function savedText(method: PaymentMethod | null, words: Words): string {
  const card = cardName(method, words)
  return card === null ? words.t('method.savedUnnamed') : words.t('method.saved', { card })
}

/** The result of a visit to the provider's page; `method` is the card that was saved, if it is known. */
function visitText(setup: VisitEnd['setup'], method: PaymentMethod | null, words: Words): string {
  if (setup === null) return words.t('pay.unknown')
  if (setup.refusal === 'account_closed') return words.t('method.notSaved')
  if (setup.state !== 'saved') return words.t('method.unchanged')
  const text = savedText(method, words)
  return setup.refusal === null ? text : `${text}. ${words.t('method.savedNotDefault')}`
}

interface AddCreditProps {
  readonly api: PayApi
  readonly session: Session
  /** Null while the dialog is closed; its payment continues. */
  readonly opened: Extract<Opened, { dialog: 'add_credit' }> | null
  /** Undefined while it is not known; the quotes have it too. */
  readonly currency: string | undefined
  /** Null while loading. */
  readonly methods: readonly PaymentMethod[] | null
  readonly onClose: () => void
  readonly onChanged: () => void
  readonly onAddMethod: (amount: string | null) => void
}

/** Long, because payment, quotes and currency come together here. */
function AddCredit(props: AddCreditProps) {
  const { api, session, opened, methods, onClose, onChanged, onAddMethod } = props
  const { t } = useWords()
  const { account_id: accountId, is_sandbox: isSandbox, product } = session
  const isOpen = opened !== null
  const payment = usePayment({
    api,
    accountId,
    onEnd(shown) {
      // The account's stream announces the result.
      if (shown?.at === 'succeeded' && isOpen) onClose()
      onChanged()
    },
  })
  const quotes = useQuery({
    queryKey: ['account', accountId, 'top-up-quotes'],
    queryFn: async () => dataOf(await api.quoteTopUps(null)),
    enabled: isOpen,
    staleTime: 0,
  })
  // A form starts over when it is opened with other entries, and stays while it closes.
  const begins = useRef('')
  if (isOpen) begins.current = `${opened.amount ?? ''} ${opened.methodId ?? ''}`
  const { progress, backToForm } = payment
  const isSpent = isOpen && progress.at === 'succeeded'
  const reset = useRef(backToForm)
  reset.current = backToForm
  const wasOpen = useRef(false)
  useEffect(() => {
    // Reopened after a payment that has become credit.
    if (isSpent && !wasOpen.current) reset.current()
    wasOpen.current = isOpen
  }, [isOpen, isSpent])
  const askQuote = useMemo(() => (amount: string) => api.quoteTopUps(amount), [api])
  const currency = quotes.data?.currency ?? props.currency
  // An amount in a wrong currency would be worse than none.
  if (currency === undefined) {
    return (
      <Pending part={t('action.add_credit')} query={quotes} isOpen={isOpen} onClose={onClose} isSandbox={isSandbox} />
    )
  }
  return (
    <AddCreditDialog
      key={begins.current}
      isOpen={isOpen}
      onClose={() => {
        onClose()
        if (progress.at === 'declined' || progress.at === 'canceled') backToForm()
      }}
      isSandbox={isSandbox}
      product={product}
      currency={currency}
      quotes={methods === null ? { status: 'loading' } : loaded(quotes, (data) => data)}
      methods={methods ?? []}
      progress={progress}
      refusal={payment.refusal}
      initialAmount={opened?.amount ?? null}
      initialMethodId={opened?.methodId ?? null}
      askQuote={askQuote}
      onPay={payment.pay}
      onCheckAgain={payment.checkAgain}
      onBackToForm={backToForm}
      onAddMethod={onAddMethod}
    />
  )
}

interface RemoveMethodProps {
  readonly api: PayApi
  readonly session: Session
  readonly method: PaymentMethod
  readonly isAutoTopUpOn: boolean
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly onRemoved: (message: string) => void
  /** There was no answer. */
  readonly onUnheard: () => void
}

function RemoveMethod(props: RemoveMethodProps) {
  const { api, session, method, isAutoTopUpOn, isOpen, onClose, onRemoved, onUnheard } = props
  const words = useWords()
  const { t } = words
  return (
    <RemoveMethodDialog
      isOpen={isOpen}
      onClose={onClose}
      isSandbox={session.is_sandbox}
      method={method}
      isAutoTopUpOn={isAutoTopUpOn}
      onRemove={async () => {
        const answer = await api.removeMethod(method.method_id)
        if ('refusal' in answer) return refusalWords(answer.refusal, session.product, words)
        if ('silence' in answer) {
          // It may be removed: the list tells.
          onUnheard()
          return t('pay.unknown')
        }
        const card = cardName(method, words) ?? t('card.unnamed')
        onRemoved(t(answer.data.auto_top_up_turned_off ? 'method.removedAuto' : 'method.removed', { card }))
        return null
      }}
    />
  )
}

interface ApproveProps {
  readonly api: PayApi
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
