/** A section of the page with a heading. */
import { type ReactNode, useId } from 'react'
import './card.css'

export interface CardProps {
  readonly title: string
  /** Beside the heading: the state of the card's subject. */
  readonly aside?: ReactNode
  readonly className?: string
  readonly children: ReactNode
}

export function Card({ title, aside, className = '', children }: CardProps) {
  const id = useId()
  return (
    <section className={`card ${className}`} aria-labelledby={id}>
      <header className="card-header">
        <h3 id={id}>{title}</h3>
        {aside}
      </header>
      {children}
    </section>
  )
}

export interface SettingsRowProps {
  readonly label: string
  readonly children: ReactNode
  /** On the right: Edit, Change, Remove. */
  readonly actions?: ReactNode
}

/** A setting that is shown, not edited in place. */
export function SettingsRow({ label, children, actions }: SettingsRowProps) {
  const id = useId()
  return (
    <section className="settings-row" aria-labelledby={id}>
      <div className="settings-row-text">
        <h3 id={id}>{label}</h3>
        <div className="settings-row-value">{children}</div>
      </div>
      {actions ? <div className="settings-row-actions">{actions}</div> : null}
    </section>
  )
}
