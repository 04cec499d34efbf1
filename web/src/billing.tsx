/** The running page: loads the session, then each part of the account by its own query. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Suspense, useEffect, useState } from 'react'
import { type accountQueries, Refused } from './api/account.ts'
import { loaded } from './api/loaded.ts'
import { CreditPage } from './credit/credit-page.tsx'
import type { CreditModel, Session } from './credit/data.ts'
import { showBrand } from './design/show-brand.ts'
import { Message } from './message.tsx'
import { usePay } from './pay/use-pay.tsx'
import { useSettingsActions } from './settings.ts'
import { loadTexts } from './texts/texts.ts'
import { WordsProvider } from './texts/words.tsx'
import { untilLoaded } from './until-loaded.ts'
import { WhenBroken } from './when-broken.tsx'

type Queries = ReturnType<typeof accountQueries>

/** The part below the first view, with its texts: fetched while the first view waits for its data. */
async function loadBelow() {
  const language = document.documentElement.lang
  const [charts, history, live] = await Promise.all([
    import('./account-charts.tsx'),
    import('./account-history.tsx'),
    import('./live/live-account.tsx'),
    ...(['charts', 'history', 'movements', 'live'] as const).map((area) => loadTexts(language, area)),
  ])
  return {
    ...history,
    ...live,
    AccountCharts: charts.default,
    AccountHistory: history.default,
    LiveAccount: live.default,
  }
}
type Below = Awaited<ReturnType<typeof loadBelow>>

/** Parts that have not loaded by then appear one by one, and may move what is below them. */
const WAIT_FOR_ALL_MS = 3_000

export function Billing({ queries }: { queries: Queries }) {
  return (
    <Suspense fallback={null}>
      <WhenBroken>
        <SessionOrMessage queries={queries} />
      </WhenBroken>
    </Suspense>
  )
}

function SessionOrMessage({ queries }: { queries: Queries }) {
  const session = useQuery(queries.session)
  if (session.data === undefined) {
    if (session.error === null) return null
    const locale = navigator.language
    return (
      <WordsProvider options={{ locale }}>
        <Message error={session.error} onRetry={() => void session.refetch()} />
      </WordsProvider>
    )
  }
  return (
    <WordsProvider options={{ locale: session.data.locale }}>
      <Account queries={queries} session={session.data} />
    </WordsProvider>
  )
}

function Account({ queries, session }: { queries: Queries; session: Session }) {
  useEffect(() => showBrand(document.documentElement, session.brand_color), [session.brand_color])
  const { model, isFirst } = useModel(queries, session)
  const onSignOut = () => {
    const signOut = () =>
      queries.signOut().catch((error) => {
        // A final refusal: the session is over already.
        if (isWorthRetrying(0, error)) throw error
      })
    void untilLoaded(signOut).then(() => location.assign('/portal/signed-out'))
  }
  const below = useBelow(queries)
  const settings = useSettingsActions(queries, session, model.closedAt !== null)
  const pay = usePay(queries, session, model.closedAt !== null)
  const shown = isFirst ? null : below
  return (
    <>
      <CreditPage
        key={String(isFirst)}
        model={{ ...model, notices: model.notices.filter(settings.isShown) }}
        actions={{
          ...settings.actions,
          ...pay.actions,
          onNotice: { ...pay.actions.onNotice, see_what_used_it: showWhatUsedIt },
          onSignOut,
        }}
        charts={
          shown && (
            <shown.AccountCharts accountId={session.account_id} queries={queries} isSandbox={session.is_sandbox} />
          )
        }
        history={shown && <shown.AccountHistory queries={queries} session={session} />}
        live={shown && <shown.LiveAccount session={session} queries={queries} />}
        top={below && <below.Ended session={session} />}
        message={pay.message}
      />
      {pay.dialogs}
    </>
  )
}

/** Null until it is loaded; its first movements are requested at the same time. */
function useBelow(queries: Queries): Below | null {
  const client = useQueryClient()
  const [below, setBelow] = useState<Below | null>(null)
  useEffect(() => {
    void untilLoaded(loadBelow).then((loaded) => {
      // If this fails, the list requests it again when it is shown.
      void loaded.readMovementsAhead(client, queries).catch(() => undefined)
      setBelow(loaded)
    })
  }, [client, queries])
  return below
}

/** Moves the reader there, because it is not on the first screen. */
function showWhatUsedIt() {
  const card = document.querySelector('.usage-card')
  card?.scrollIntoView()
  card?.querySelector<HTMLElement>(':checked')?.focus({ preventScroll: true })
}

/** `isFirst`: placeholders are shown until the whole first view is loaded, so that nothing moves afterwards. */
function useModel(queries: Queries, session: Session): { model: CreditModel; isFirst: boolean } {
  const account = useQuery(queries.account)
  const notices = useQuery(queries.notices)
  const [balance, forecast] = [useQuery(queries.balance), useQuery(queries.forecast)]
  const [autoTopUp, methods] = [useQuery(queries.autoTopUp), useQuery(queries.methods)]
  const alerts = useQuery(queries.alerts)
  const isThere = [account, notices, balance, forecast, autoTopUp, methods, alerts].every(({ isPending }) => !isPending)
  const [isFirst, setIsFirst] = useState(true)
  useEffect(() => {
    const timer = setTimeout(setIsFirst, isThere ? 0 : WAIT_FOR_ALL_MS, false)
    return () => clearTimeout(timer)
  }, [isThere])
  const items = isFirst ? [] : (notices.data?.items ?? [])
  const part: typeof loaded = (query, show) => (isFirst ? { status: 'loading' } : loaded(query, show))
  return {
    isFirst,
    model: {
      session,
      closedAt: account.data?.closed_at ?? null,
      notices: items,
      currency: notices.data?.currency ?? '',
      balance: part(balance, (data) => data),
      forecast: part(forecast, (data) => data),
      autoTopUp: part(autoTopUp, (data) => data),
      methods: part(methods, (data) => data.items),
      alerts: part(alerts, (data) => data),
      admins: [...new Set(items.flatMap(({ ask_admins }) => ask_admins))],
    },
  }
}

/** A refusal is final; other failures may be transient. */
export function isWorthRetrying(failures: number, error: Error): boolean {
  return failures < 2 && !(error instanceof Refused && error.status < 500 && error.status !== 429)
}
