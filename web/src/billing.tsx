/** The page at work: whose session it is, and then each part of the account as its query goes. */
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

type Queries = ReturnType<typeof accountQueries>

/** Below the first view, so it is fetched while that waits for its answers, texts and all. */
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

/** Whatever has not answered by then comes by itself, and may move what is below it. */
const WAIT_FOR_ALL_MS = 3_000

export function Billing({ queries }: { queries: Queries }) {
  return (
    <Suspense fallback={null}>
      <SessionOrMessage queries={queries} />
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
    void queries.signOut().then(() => location.assign('/portal/signed-out'))
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

/** Null until it is there, the movements that it shows first asked for. */
function useBelow(queries: Queries): Below | null {
  const client = useQueryClient()
  const [below, setBelow] = useState<Below | null>(null)
  useEffect(() => {
    void untilLoaded(loadBelow).then((loaded) => {
      // What fails is asked for again where it is shown.
      void loaded.readMovementsAhead(client, queries).catch(() => undefined)
      setBelow(loaded)
    })
  }, [client, queries])
  return below
}

/** Where the reader goes on from there: it is not on the first screen. */
function showWhatUsedIt() {
  const card = document.querySelector('.usage-card')
  card?.scrollIntoView()
  card?.querySelector<HTMLElement>(':checked')?.focus({ preventScroll: true })
}

/** `isFirst`: the blocks stand until all of the first view is there, which then comes at once. Nothing is pushed about. */
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
      balance: part(balance, (data) => data),
      forecast: part(forecast, (data) => data),
      autoTopUp: part(autoTopUp, (data) => data),
      methods: part(methods, (data) => data.items),
      alerts: part(alerts, (data) => data),
      admins: [...new Set(items.flatMap(({ ask_admins }) => ask_admins))],
    },
  }
}

/** Asking again cannot mend a refusal; a fault of the moment may be over. */
export function isWorthRetrying(failures: number, error: Error): boolean {
  return failures < 2 && !(error instanceof Refused && error.status < 500 && error.status !== 429)
}
