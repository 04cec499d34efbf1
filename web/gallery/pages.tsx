/** Whole pages, each with an account in another state. */
import { useEffect } from 'react'
import type { ChartsProps } from '../src/charts/charts.tsx'
import AlertsDialog from '../src/credit/alerts-dialog.tsx'
import { CreditPage } from '../src/credit/credit-page.tsx'
import type { CreditActions, CreditModel, Notice } from '../src/credit/data.ts'
import { History, type HistoryModel, type HistoryProps } from '../src/credit/history.tsx'
import { ExportButton } from '../src/export/export-credit.tsx'
import { type Connection, setConnection } from '../src/live/connection.ts'
import { Criticals } from '../src/live/criticals.tsx'
import { Ended, Reconnecting } from '../src/live/live-account.tsx'
import type { MovementsModel } from '../src/movements/found.ts'
import { MoreWords } from '../src/texts/words.tsx'
import { EMPTY_CHARTS, FAILED_CHARTS, LOADING_CHARTS, PlantedCharts } from './charts.tsx'
import { ALERTS, AUTO_STATES, BALANCE, BLOCKED, FORECAST, MEMBER, MODEL, NO_FORECAST, NOW, ready } from './planted.ts'
import { readMovement } from './planted-explanations.ts'
import { foundMovements, HISTORY, MOVEMENTS_MODEL } from './planted-history.ts'
import { NOTICE_KEYS, notice } from './planted-notices.ts'

const nothing = () => undefined
const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 300))

const ON_NOTICE = Object.fromEntries(
  NOTICE_KEYS.flatMap((key) => notice(key).actions).map((action) => [action, nothing]),
) as CreditActions['onNotice']

const ADMIN: CreditActions = {
  onNotice: ON_NOTICE,
  onDismiss: nothing,
  onAddCredit: nothing,
  onSetUpAutoTopUp: nothing,
  onEditAutoTopUp: nothing,
  onTurnOffAutoTopUp: soon,
  onLoadAutoTopUp: async () => AUTO_STATES.on!,
  onAddMethod: nothing,
  onChangeMethod: nothing,
  onRemoveMethod: nothing,
  onSaveAlerts: soon,
  onLoadAlerts: async () => ALERTS,
  onSignOut: nothing,
}
const LOOKING: CreditActions = { onDismiss: nothing, onSignOut: nothing }

const LOADING = { status: 'loading' } as const
const FAILED = { status: 'error', onRetry: nothing } as const
const movements = (found: MovementsModel['found']): MovementsModel => ({ ...MOVEMENTS_MODEL, found })
const NOTHING_YET: Partial<HistoryModel> = {
  ...HISTORY,
  movements: movements(ready(foundMovements([]))),
  payments: ready({ items: [] }),
}

interface PageProps {
  readonly model?: Partial<CreditModel>
  readonly history?: Partial<HistoryModel> & Pick<HistoryProps, 'initialTab'>
  readonly charts?: Partial<ChartsProps>
  readonly actions?: CreditActions
  /** The state of the connection, which the gallery does not have. */
  readonly connection?: Connection
}

export function Page({ model, history, charts, actions = ADMIN, connection = 'live' }: PageProps) {
  const shown = { ...MODEL, ...model }
  useEffect(() => setConnection(connection), [connection])
  return (
    <CreditPage
      model={shown}
      actions={actions}
      charts={<PlantedCharts {...charts} />}
      history={
        <History
          {...HISTORY}
          readMovement={readMovement}
          {...history}
          aside={shown.session.role === 'admin' ? <ExportButton onClick={nothing} /> : null}
        />
      }
      live={
        <>
          <Criticals notices={shown.notices} currency="EUR" />
          {connection === 'lost' ? (
            <MoreWords area="live">
              <Reconnecting asOf={NOW} />
            </MoreWords>
          ) : null}
        </>
      }
      top={<Ended session={shown.session} />}
    />
  )
}

/** A notice with some of its figures replaced. */
function withFigures(one: Notice, figures: object): Notice {
  return { ...one, figures: { ...one.figures, ...figures } } as Notice
}

function notices(first: Notice['key'], ...others: Notice['key'][]): readonly Notice[] {
  return [notice(first, { isBanner: true }), ...others.map((key) => notice(key))]
}

const auto = (state: string) => ready(AUTO_STATES[state]!)
const blocked = {
  balance: ready(BLOCKED),
  forecast: ready({ ...FORECAST, days_left: null, no_days_left_reason: 'no_credit' as const, owed: '3.420000' }),
}
const isNew = {
  balance: ready({ ...BALANCE, balance: '0.000000', status: 'blocked' as const }),
  forecast: ready(NO_FORECAST),
  autoTopUp: auto('never-set-up'),
}

export const PAGES: Readonly<Record<string, () => React.ReactNode>> = {
  'page-healthy': () => <Page />,
  'page-payments': () => <Page history={{ initialTab: 'payments' }} />,
  'page-low': () => (
    <Page
      model={{
        balance: ready({ ...BALANCE, balance: '8.420000' }),
        forecast: ready({ ...FORECAST, days_left: 2 }),
        notices: notices('low'),
        autoTopUp: auto('off'),
      }}
    />
  ),
  'page-exhausted': () => <Page model={{ ...blocked, notices: notices('exhausted'), autoTopUp: auto('off') }} />,
  'page-exhausted-paused': () => (
    <Page model={{ ...blocked, notices: notices('exhausted_and_paused'), autoTopUp: auto('paused') }} />
  ),
  'page-cap': () => (
    <Page
      model={{
        balance: ready({ ...BALANCE, balance: '18.300000' }),
        forecast: ready({ ...FORECAST, days_left: 4, days_to_top_up: null }),
        notices: notices('cap'),
        autoTopUp: auto('waiting'),
      }}
    />
  ),
  'page-declined': () => (
    <Page
      model={{
        balance: ready({ ...BALANCE, balance: '24.800000' }),
        forecast: ready({ ...FORECAST, days_left: 5, days_to_top_up: null }),
        notices: notices('failed'),
      }}
      history={{ initialTab: 'payments' }}
    />
  ),
  'page-approval': () => (
    <Page
      model={{
        balance: ready({ ...BALANCE, balance: '24.800000' }),
        forecast: ready({ ...FORECAST, days_left: 5, days_to_top_up: null }),
        notices: notices('approve'),
        autoTopUp: auto('needs-approval'),
      }}
      history={{ initialTab: 'payments' }}
    />
  ),
  'page-five-notices': () => (
    <Page
      model={{
        balance: ready({ ...BALANCE, balance: '18.300000' }),
        forecast: ready({ ...FORECAST, days_left: 4, days_to_top_up: null }),
        notices: [
          ...notices('paused', 'expiring', 'custom', 'checking'),
          withFigures(notice('added'), { amount: '5.000000', balance: '18.500000', calls_work_again_since: null }),
        ],
        autoTopUp: auto('paused'),
      }}
    />
  ),
  'page-unusual': () => (
    <Page
      model={{
        balance: ready({ ...BALANCE, balance: '24.800000' }),
        forecast: ready({
          ...FORECAST,
          average: '12.300000',
          days_left: 2,
          days_to_top_up: null,
          used_today: '38.900000',
          usual_day: '12.300000',
          is_unusual: true,
        }),
        notices: [
          withFigures(notice('day_limit', { isBanner: true }), {
            days_left: 2,
            lasts_until: '2026-07-16T10:00:00.000000Z',
          }),
          notice('small'),
        ],
        autoTopUp: auto('waiting-a-day'),
      }}
    />
  ),
  'page-added': () => (
    <Page
      model={{
        balance: ready({ ...BALANCE, balance: '46.580000' }),
        forecast: ready({ ...FORECAST, days_left: 11, days_to_top_up: 5 }),
        notices: notices('added'),
      }}
    />
  ),
  'page-less-than-a-cent': () => (
    <Page
      model={{
        balance: ready({ ...BALANCE, balance: '0.004000' }),
        forecast: ready({ ...FORECAST, days_left: 0 }),
        autoTopUp: auto('off'),
      }}
    />
  ),
  'page-large': () => (
    <Page
      model={{
        session: { ...MODEL.session, brand_color: '#ffd400', is_sandbox: false },
        balance: ready({ ...BALANCE, balance: '1234567.890000' }),
        forecast: ready({
          ...FORECAST,
          days_left: null,
          days_to_top_up: null,
          no_days_left_reason: 'more_than_90_days',
        }),
        autoTopUp: auto('on-without-cap'),
      }}
    />
  ),
  'page-member': () => <Page model={MEMBER} actions={LOOKING} />,
  'page-member-exhausted': () => (
    <Page
      model={{
        ...MEMBER,
        ...blocked,
        notices: [notice('exhausted_and_paused', { isBanner: true, isMember: true })],
        autoTopUp: ready({
          ...AUTO_STATES.paused!,
          pause: null,
          method: { ...AUTO_STATES.paused!.method!, brand: null, last4: null },
        }),
      }}
      actions={LOOKING}
    />
  ),
  'page-closed': () => (
    <Page
      model={{
        closedAt: '2026-07-10T12:00:00.000000Z',
        balance: ready({ ...BALANCE, balance: '12.080000' }),
        forecast: ready({ ...FORECAST, days_left: 2, used_today: '0.000000' }),
        notices: notices('closed'),
        autoTopUp: auto('off'),
      }}
      actions={LOOKING}
    />
  ),
  'page-first-set-up': () => (
    <Page
      model={{ ...isNew, methods: ready([]), notices: notices('never_topped_up') }}
      charts={EMPTY_CHARTS}
      history={NOTHING_YET}
    />
  ),
  'page-first-set-up-with-method': () => (
    <Page
      model={{
        ...isNew,
        notices: [{ ...notice('never_topped_up'), figures: { has_method: true, is_auto_top_up_on: false } } as Notice],
      }}
      charts={EMPTY_CHARTS}
      history={NOTHING_YET}
    />
  ),
  'page-no-contacts': () => (
    <Page
      model={{
        alerts: ready({ ...ALERTS, contacts: [] }),
        methods: ready([]),
        notices: notices('no_method'),
        autoTopUp: auto('on-without-method'),
      }}
    />
  ),
  'page-reconnecting': () => <Page connection="lost" />,
  'page-session-ended': () => <Page connection="ended" />,
  'page-session-ended-in-dialog': () => (
    <>
      <Page connection="ended" />
      <AlertsDialog
        isOpen
        onClose={nothing}
        alerts={ALERTS}
        self={MODEL.session.person}
        isSandbox
        onSave={soon}
        onLoad={async () => ALERTS}
      />
    </>
  ),
  'page-loading': () => (
    <Page
      model={{ balance: LOADING, forecast: LOADING, autoTopUp: LOADING, methods: LOADING, alerts: LOADING }}
      charts={LOADING_CHARTS}
      history={{ movements: movements(LOADING), payments: LOADING }}
    />
  ),
  'page-errors': () => (
    <Page
      model={{ balance: FAILED, forecast: FAILED, autoTopUp: FAILED, methods: FAILED, alerts: FAILED }}
      charts={FAILED_CHARTS}
      history={{ movements: movements(FAILED), payments: FAILED }}
    />
  ),
}
