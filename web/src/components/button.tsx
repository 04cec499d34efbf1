/** One primary a view; what takes away is a text button. While it submits, a button keeps its width and its place. */
import type { ReactNode, Ref } from 'react'
import './button.css'

export interface ButtonProps {
  readonly kind?: 'primary' | 'secondary' | 'text'
  readonly children: ReactNode
  readonly onClick?: (() => void) | undefined
  /** Under way: pressing it again does nothing. */
  readonly isSubmitting?: boolean
  readonly type?: 'button' | 'submit'
  /** What it says to those who do not see what it stands beside. */
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
      // Not `disabled`: that would take the focus from it.
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

/** A link that looks like a button goes somewhere: the bank, the dashboard. */
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
