/** A part of the page, with its heading, and what is to be known about it below that. */
import { type ReactNode, useId } from 'react'
import './card.css'

export interface CardProps {
  readonly title: string
  /** Beside the heading: the state of what the card is about. */
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
  /** At the right: Edit, Change, Remove. */
  readonly actions?: ReactNode
}

/** A setting as it is: never a field that cannot be typed into. */
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
