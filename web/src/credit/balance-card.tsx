/**
 * The balance: whether calls work, how much credit there is, how long it lasts, what comes next. Its size never
 * changes.
 */
import type { ReactNode } from 'react'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { Icon } from '../components/icon.tsx'
import { ErrorPart, LoadingBlocks } from '../components/states.tsx'
import { StatusLine } from '../components/status-line.tsx'
import { signOf } from '../format/decimal.ts'
import { useWords, type Words } from '../texts/words.tsx'
import type { AutoTopUp, Balance, CreditActions, Forecast, Loaded, Notice } from './data.ts'
import { daysPhrase, shownBalance } from './wording.ts'

/** Target of the link after a payment has become credit. */
export const BALANCE_ID = 'balance'

export interface BalanceCardProps {
  readonly balance: Loaded<Balance>
  readonly forecast: Loaded<Forecast>
  /** Null if unknown; then the next top-up is not mentioned. */
  readonly autoTopUp: AutoTopUp | null
  readonly notices: readonly Notice[]
  readonly isClosed: boolean
  /** Whether another button on the page is the primary one. */
  readonly isSecondary: boolean
  readonly actions: Pick<CreditActions, 'onAddCredit' | 'onNotice'>
  /** Beside the heading, where it moves nothing else. */
  readonly aside?: ReactNode
  readonly children?: ReactNode
}

export function BalanceCard(props: BalanceCardProps) {
  const { balance, actions, isSecondary, aside, children } = props
  const { t } = useWords()
  return (
    <Card title={t('part.balance')} className="balance-card" aside={aside}>
      {balance.status === 'loading' ? <LoadingBlocks sizes={['balance', 'line', 'line', 'short']} /> : null}
      {balance.status === 'error' ? (
        <>
          <p className="balance-figure">—</p>
          <ErrorPart part={t('part.balance')} onRetry={balance.onRetry} />
        </>
      ) : null}
      {balance.status === 'ready' ? <Known {...props} balance={balance.data} /> : null}
      {children}
      {actions.onAddCredit && balance.status === 'ready' ? (
        <div className="card-actions">
          <Button kind={isSecondary ? 'secondary' : 'primary'} onClick={actions.onAddCredit}>
            {t('action.add_credit')}
          </Button>
        </div>
      ) : null}
    </Card>
  )
}

type KnownProps = Omit<BalanceCardProps, 'balance'> & { readonly balance: Balance }

function Known({ balance, forecast, autoTopUp, notices, actions, isClosed }: KnownProps) {
  const words = useWords()
  const { t } = words
  const money = words.money(balance.currency)
  return (
    <>
      <p id={BALANCE_ID} tabIndex={-1} className="balance-figure amount">
        {shownBalance(balance.balance, words, money)}
      </p>
      {isClosed ? null : <ServiceStatus balance={balance} notices={notices} />}
      {forecast.status === 'ready' ? (
        <ul className="facts">
          {isClosed ? null : <li>{lastsLine(forecast.data, autoTopUp, words)}</li>}
          <UsedToday forecast={forecast.data} onSeeUsage={actions.onNotice?.see_what_used_it && seeUsage(notices)} />
          {notices.map((notice) =>
            notice.key === 'processing' && notice.is_banner ? (
              <li key={notice.occurrence}>
                {t('balance.processing', { amount: money.amount(notice.figures.amount) })}
              </li>
            ) : null,
          )}
        </ul>
      ) : null}
      {forecast.status === 'loading' ? <LoadingBlocks sizes={['line', 'line']} /> : null}
    </>
  )

  function seeUsage(shown: readonly Notice[]) {
    const notice = shown.find(({ actions: possible }) => possible.includes('see_what_used_it'))
    return notice && (() => actions.onNotice?.see_what_used_it?.(notice))
  }
}

function ServiceStatus({ balance, notices }: { balance: Balance; notices: readonly Notice[] }) {
  const { t, dates } = useWords()
  if (balance.status === 'active') {
    return (
      <StatusLine tone="success" icon="check">
        {t('service.active')}
      </StatusLine>
    )
  }
  const isSaid = notices.some(({ key }) => key === 'exhausted' || key === 'exhausted_and_paused')
  return (
    <>
      <StatusLine tone="critical" icon="blocked">
        {t('balance.blocked')}
      </StatusLine>
      {isSaid ? null : (
        <p className="muted">{t('balance.blockedSince', { time: dates.moment(balance.status_since) })}</p>
      )}
    </>
  )
}

/** Never empty, so that the card keeps its height. */
function lastsLine(forecast: Forecast, autoTopUp: AutoTopUp | null, words: Words): string {
  const { t } = words
  // Without a payment method nothing would be charged.
  const next = autoTopUp?.state === 'on' && autoTopUp.method !== null ? forecast.days_to_top_up : null
  const toTopUp = next === null ? null : daysPhrase({ days_left: next, no_days_left_reason: null }, words)
  if (toTopUp !== null) return t('balance.nextTopUp', { days: toTopUp })
  const days = daysPhrase(forecast, words)
  if (days !== null) return t('balance.lasts', { days })
  if (forecast.no_days_left_reason === 'no_usage') return t('balance.noUsage', { count: forecast.days })
  return t(`lasts.${forecast.no_days_left_reason ?? 'not_enough_usage'}`)
}

function UsedToday({ forecast, onSeeUsage }: { forecast: Forecast; onSeeUsage: (() => void) | undefined }) {
  const words = useWords()
  const { t } = words
  const money = words.money(forecast.currency)
  // Today's corrections may exceed today's usage.
  const used = money.amount(signOf(forecast.used_today) < 0 ? '0' : forecast.used_today)
  if (forecast.usual_day === null) return <li>{t('balance.usedTodayOnly', { used })}</li>
  const usual = money.amount(forecast.usual_day)
  if (!forecast.is_unusual) return <li>{t('balance.usedToday', { used, usual })}</li>
  return (
    <li className="fact-warning">
      <Icon name="warning" />
      <span>
        {t('balance.unusual', { used, usual })}
        {onSeeUsage ? (
          <>
            {' '}
            <button type="button" className="link-button" onClick={onSeeUsage}>
              {t('action.see_what_used_it')}
            </button>
          </>
        ) : null}
      </span>
    </li>
  )
}
