/**
 * Fields with label, hint and error, linked so that screen readers read them together. A fault is shown on leaving a
 * changed field and on submitting; after a submit a summary of the faults takes the focus, and links to the fields.
 */
import { type ReactNode, type Ref, useId } from 'react'
import { useWords } from '../texts/words.tsx'
import { Icon } from './icon.tsx'
import './field.css'

export interface TextFieldProps {
  readonly id: string
  readonly label: string
  readonly hint?: ReactNode
  readonly fault: string | null
  readonly value: string
  readonly onChange: (value: string) => void
  readonly onBlur?: (() => void) | undefined
  readonly inputMode?: 'decimal' | 'text'
  /** How the input was understood, if it is written differently. */
  readonly readBack?: string | null
  readonly isLocked?: boolean
}

export function TextField(props: TextFieldProps) {
  const { id, label, hint, fault, value, onChange, onBlur, inputMode = 'text', readBack, isLocked } = props
  const described = [hint ? `${id}-hint` : null, fault === null ? null : `${id}-fault`].filter((one) => one !== null)
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="field-line">
        <input
          id={id}
          type="text"
          inputMode={inputMode}
          autoComplete="off"
          value={value}
          readOnly={isLocked}
          aria-invalid={fault === null ? undefined : true}
          aria-describedby={described.length === 0 ? undefined : described.join(' ')}
          onChange={(event) => onChange(event.target.value)}
          onBlur={onBlur}
        />
        {readBack ? <span className="muted amount">{readBack}</span> : null}
      </div>
      {fault === null ? null : (
        <p className="field-fault" id={`${id}-fault`}>
          <Icon name="critical" />
          <span>{fault}</span>
        </p>
      )}
      {hint ? (
        <p className="muted" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
    </div>
  )
}

export interface CheckboxProps {
  readonly id: string
  readonly isChecked: boolean
  readonly onChange: (isChecked: boolean) => void
  readonly fault?: string | null
  readonly children: ReactNode
}

export function Checkbox({ id, isChecked, onChange, fault = null, children }: CheckboxProps) {
  return (
    <div className="field">
      <label className="checkbox">
        <input
          id={id}
          type="checkbox"
          checked={isChecked}
          aria-invalid={fault === null ? undefined : true}
          aria-describedby={fault === null ? undefined : `${id}-fault`}
          onChange={(event) => onChange(event.target.checked)}
        />
        <span>{children}</span>
      </label>
      {fault === null ? null : (
        <p className="field-fault" id={`${id}-fault`}>
          <Icon name="critical" />
          <span>{fault}</span>
        </p>
      )}
    </div>
  )
}

export interface Fault {
  readonly fieldId: string
  readonly message: string
}

/** Give it `ref` and focus it after a submit with faults. */
export function FaultSummary({ faults, ref }: { faults: readonly Fault[]; ref: Ref<HTMLElement> }) {
  const id = useId()
  const { t } = useWords()
  return (
    <section className="fault-summary" aria-labelledby={id} tabIndex={-1} ref={ref} hidden={faults.length === 0}>
      <p id={id}>{t('form.faults', { count: faults.length })}</p>
      <ul>
        {faults.map(({ fieldId, message }) => (
          <li key={fieldId}>
            <a
              href={`#${fieldId}`}
              onClick={(event) => {
                // Keep the page's address.
                event.preventDefault()
                document.getElementById(fieldId)?.focus()
              }}
            >
              {message}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
