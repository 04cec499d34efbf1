/** Notices: the most severe as a banner on top, the others as lines in the card they concern. */
import type { ReactNode } from 'react'
import { useWords } from '../texts/words.tsx'
import { Button } from './button.tsx'
import { Icon, type IconName } from './icon.tsx'
import './notice.css'

export type Severity = 'critical' | 'warning' | 'info' | 'success'

export interface NoticeAct {
  readonly label: string
  readonly onClick: () => void
}

export interface NoticeProps {
  readonly severity: Severity
  readonly title: string
  /** Empty if the title says everything. */
  readonly body: string
  /** The first is a button, the second a link; at most two. */
  readonly acts?: readonly NoticeAct[]
  readonly onDismiss?: (() => void) | undefined
}

const ICONS: Readonly<Record<Severity, IconName>> = {
  critical: 'critical',
  warning: 'warning',
  info: 'info',
  success: 'check',
}

export function Banner({ severity, title, body, acts = [], onDismiss }: NoticeProps) {
  const [button, link] = acts
  const { t } = useWords()
  return (
    <section className={`banner severity-${severity}`} aria-label={t(`severity.${severity}`)}>
      <Icon name={ICONS[severity]} />
      <div className="banner-text">
        <p className="banner-title">
          <SeverityWord severity={severity} />
          {title}
        </p>
        {body === '' ? null : <p>{body}</p>}
        {button ? (
          <div className="banner-acts">
            <Button kind={severity === 'critical' ? 'primary' : 'secondary'} onClick={button.onClick}>
              {button.label}
            </Button>
            {link ? <Link {...link} /> : null}
          </div>
        ) : null}
      </div>
      {onDismiss ? <Dismiss title={title} onClick={onDismiss} /> : null}
    </section>
  )
}

export function InlineNotice({ severity, title, body, acts = [], onDismiss }: NoticeProps) {
  return (
    <div className={`inline-notice severity-${severity}`}>
      <Icon name={ICONS[severity]} />
      <div className="inline-notice-text">
        <p>
          <strong>
            <SeverityWord severity={severity} />
            {title}
          </strong>{' '}
          {body}
        </p>
        {acts.length > 0 ? (
          <div className="inline-notice-acts">
            {acts.map((act) => (
              <Link key={act.label} {...act} />
            ))}
          </div>
        ) : null}
      </div>
      {onDismiss ? <Dismiss title={title} onClick={onDismiss} /> : null}
    </div>
  )
}

/** The severity in words, because colour and icon alone do not reach everybody. */
function SeverityWord({ severity }: { severity: Severity }): ReactNode {
  const { t } = useWords()
  const isShown = severity === 'critical' || severity === 'warning'
  return <span className={isShown ? '' : 'visually-hidden'}>{t(`severity.${severity}`)}: </span>
}

function Link({ label, onClick }: NoticeAct) {
  return (
    <button type="button" className="link-button" onClick={onClick}>
      {label}
    </button>
  )
}

function Dismiss({ title, onClick }: { title: string; onClick: () => void }) {
  const { t } = useWords()
  return (
    <button type="button" className="icon-button" aria-label={t('action.dismissNotice', { title })} onClick={onClick}>
      <Icon name="close" />
    </button>
  )
}
