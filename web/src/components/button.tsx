/** Buttons: one primary per view; destructive ones are plain text. While submitting, a button keeps its size. */
import type { ReactNode, Ref } from 'react'
import './button.css'

export interface ButtonProps {
  readonly kind?: 'primary' | 'secondary' | 'text'
  readonly children: ReactNode
  readonly onClick?: (() => void) | undefined
  /** In progress: pressing it again does nothing. */
  readonly isSubmitting?: boolean
  readonly type?: 'button' | 'submit'
  /** Accessible name, for those who do not see its context. */
  readonly label?: string | undefined
  readonly ref?: Ref<HTMLButtonElement>
}

export function Button(props: ButtonProps) {
  const { kind = 'secondary', children, onClick, isSubmitting = false, type = 'button', label, ref } = props
  return (
    <button
      ref={ref}
      type={type}
      className={`button button-${kind}`}
      aria-label={label}
      // Not `disabled`, which would lose the focus.
      aria-disabled={isSubmitting || undefined}
      data-submitting={isSubmitting || undefined}
      onClick={(event) => {
        if (isSubmitting) event.preventDefault()
        else onClick?.()
      }}
    >
      <span className="button-label">{children}</span>
      {isSubmitting ? <span className="button-dots" aria-hidden="true" /> : null}
    </button>
  )
}

/** A link that looks like a button, for going elsewhere: to the bank or the dashboard. */
export function LinkButton({
  href,
  target,
  children,
}: {
  href: string
  target?: '_blank' | undefined
  children: ReactNode
}) {
  return (
    <a className="button button-primary" href={href} target={target} rel={target && 'noreferrer'}>
      <span className="button-label">{children}</span>
    </a>
  )
}
