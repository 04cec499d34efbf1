/** The page, from whether calls work to the list of movements; on narrow screens in the same order. */
import { lazy, type ReactNode, Suspense, useRef } from 'react'
import { Card } from '../components/card.tsx'
import { LoadingBlocks } from '../components/states.tsx'
import { useWords } from '../texts/words.tsx'
import { AutoTopUpBody, AutoTopUpState } from './auto-top-up-card.tsx'
import { BalanceCard } from './balance-card.tsx'
import type { CreditActions, CreditModel, Loaded, NoticeOf } from './data.ts'
import { bannerOf, NoticeBanner, NoticesAt } from './notices.tsx'
import { Part } from './part.tsx'
import { AlertsRow, PaymentMethodRow } from './settings-rows.tsx'
import './credit-page.css'

/** Only for new accounts. */
const SetUp = lazy(() => import('./set-up.tsx'))

export interface CreditPageProps {
  readonly model: CreditModel
  readonly actions: CreditActions
  /** Both charts, which load later. */
  readonly charts: ReactNode
  /** Movements and payments, which may load later. */
  readonly history: ReactNode
  /** The state of the live connection if it is not good, inside the balance card. */
  readonly live?: ReactNode
  /** Above everything else. */
  readonly top?: ReactNode
  /** The result of an action on another page. */
  readonly message?: ReactNode
}

export function CreditPage({ model, actions: given, charts, history, live, top, message }: CreditPageProps) {
  const { t, dates } = useWords()
  const heading = useRef<HTMLHeadingElement>(null)
  const { session, notices, currency } = model
  const actions: CreditActions = given.onDismiss
    ? {
        ...given,
        onDismiss: (notice) => {
          // The dismissed notice has taken its button along.
          heading.current?.focus()
          given.onDismiss?.(notice)
        },
      }
    : given
  const banner = bannerOf(notices)
  const setUp = notices.find((notice): notice is NoticeOf<'never_topped_up'> => notice.key === 'never_topped_up')
  const blocks = <LoadingBlocks sizes={['row', 'row', 'row', 'row', 'row', 'row']} />
  const loadingBelow = <section className="card history">{blocks}</section>
  return (
    <main className="page">
      <PageHeader session={session} />
      {top ? <Suspense fallback={null}>{top}</Suspense> : null}
      <div className="intro">
        <h2 ref={heading} tabIndex={-1}>
          {t('page.credit')}
        </h2>
        <p className="muted">{t('page.intro')}</p>
        <WhoMayChange model={model} />
      </div>
      {message}
      {/* Whatever is below a new account's checklist appears together with it. */}
      <Suspense fallback={blocks}>
        {setUp ? <SetUp notice={setUp} actions={actions} /> : null}
        {banner && !setUp ? <NoticeBanner notice={banner} currency={currency} actions={actions} /> : null}
        <div className="columns">
          <BalanceCard
            balance={model.balance}
            forecast={model.forecast}
            autoTopUp={dataOf(model.autoTopUp)}
            notices={notices}
            isClosed={model.closedAt !== null}
            aside={<Suspense fallback={null}>{live}</Suspense>}
            isSecondary={setUp !== undefined || (banner?.severity === 'critical' && banner.actions.length > 0)}
            actions={actions}
          >
            <NoticesAt placement="balance" notices={notices} currency={currency} actions={actions} />
          </BalanceCard>
          <SettingsCard model={model} actions={actions} />
        </div>
        {/* Charts, movements and what is below them appear together. */}
        {history === null ? (
          loadingBelow
        ) : (
          <Suspense fallback={loadingBelow}>
            <div className="columns charts">{charts}</div>
            <section className="card history" aria-label={t('part.movements')}>
              <NoticesAt placement="payments" notices={notices} currency={currency} actions={actions} />
              {history}
              <p className="muted zone">{t('page.zone', { zone: dates.zoneName })}</p>
            </section>
            <PageFooter session={session} onSignOut={actions.onSignOut} />
          </Suspense>
        )}
      </Suspense>
    </main>
  )
}

function PageHeader({ session: { is_sandbox } }: Pick<CreditModel, 'session'>) {
  const { t } = useWords()
  return (
    <header className="page-header">
      <h1>{t('page.billing')}</h1>
      {is_sandbox ? <p className="sandbox-label">{t('page.sandbox')}</p> : null}
    </header>
  )
}

function WhoMayChange({ model: { session, closedAt, admins } }: { model: CreditModel }) {
  const { t, list } = useWords()
  if (session.role === 'admin' || closedAt !== null) return null
  return (
    <p className="muted">
      {admins.length === 0 ? t('page.onlyAdminsUnnamed') : t('page.onlyAdmins', { names: list(admins) })}
    </p>
  )
}

interface SettingsCardProps {
  readonly model: CreditModel
  readonly actions: CreditActions
}

/** Auto top-up, its payment method, and alerts. */
function SettingsCard({ model, actions }: SettingsCardProps) {
  const { t } = useWords()
  const { autoTopUp, methods, alerts, notices, currency } = model
  const isSandbox = model.session.is_sandbox
  const people = { self: model.session.person, contacts: dataOf(alerts)?.contacts ?? [] }
  const at = (placement: 'auto' | 'method' | 'alerts') => (
    <NoticesAt placement={placement} notices={notices} currency={currency} actions={actions} />
  )
  return (
    <Card
      title={t('part.autoTopUp')}
      className="settings-card"
      aside={autoTopUp.status === 'ready' ? <AutoTopUpState autoTopUp={autoTopUp.data} /> : null}
    >
      <Part name={t('part.autoTopUp')} loaded={autoTopUp} blocks={['line', 'line', 'short', 'button']}>
        {(data) => (
          <AutoTopUpBody
            autoTopUp={data}
            forecast={dataOf(model.forecast)}
            people={people}
            isSandbox={isSandbox}
            actions={actions}
          >
            {at('auto')}
          </AutoTopUpBody>
        )}
      </Part>
      <div className="settings-rows">
        <Part name={t('part.paymentMethod')} loaded={methods} blocks={['short', 'line']}>
          {(data) => (
            <PaymentMethodRow methods={data} actions={actions}>
              {at('method')}
            </PaymentMethodRow>
          )}
        </Part>
        <Part name={t('part.alerts')} loaded={alerts} blocks={['short', 'line']}>
          {(data) => (
            <AlertsRow alerts={data} self={people.self} isSandbox={isSandbox} actions={actions}>
              {at('alerts')}
            </AlertsRow>
          )}
        </Part>
      </div>
    </Card>
  )
}

function PageFooter({ session, onSignOut }: Pick<CreditModel, 'session'> & Pick<CreditActions, 'onSignOut'>) {
  const { t } = useWords()
  return (
    <footer className="page-footer">
      <a href={session.dashboard_url} target="_top">
        {t('page.back', { product: session.product })}
      </a>
      <span className="muted">{t('page.signedIn', { name: session.person.name })}</span>
      {onSignOut ? (
        <button type="button" className="link-button" onClick={onSignOut}>
          {t('page.signOut')}
        </button>
      ) : null}
    </footer>
  )
}

function dataOf<Data>(loaded: Loaded<Data>): Data | null {
  return loaded.status === 'ready' ? loaded.data : null
}
