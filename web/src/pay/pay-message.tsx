/** The state of a payment in its dialog; screen readers announce it. */
import type { ReactNode } from 'react'
import { Icon, type IconName } from '../components/icon.tsx'
import './pay.css'

export interface PayMessageProps {
  readonly tone?: 'critical' | 'warning' | 'info'
  readonly title: string
  readonly children?: ReactNode
}

const ICONS = { critical: 'critical', warning: 'warning', info: 'clock' } as const satisfies Record<string, IconName>

export function PayMessage({ tone = 'info', title, children }: PayMessageProps) {
  return (
    <div className={`pay-message is-${tone}`} role={tone === 'critical' ? 'alert' : 'status'}>
      <Icon name={ICONS[tone]} />
      <div className="pay-message-text">
        <p className="pay-message-title">{title}</p>
        {children}
      </div>
    </div>
  )
}
