/** A choice of a few options of one or two lines: native radio buttons, so arrow keys work. */
import type { ReactNode } from 'react'
import './choices.css'

export interface Choice {
  readonly value: string
  readonly label: ReactNode
  readonly note?: ReactNode
}

export interface ChoicesProps {
  readonly name: string
  readonly legend: string
  readonly choices: readonly Choice[]
  readonly value: string | null
  readonly onChange: (value: string) => void
  readonly isLocked?: boolean
  /** Below the options: the field of the last one. */
  readonly children?: ReactNode
}

export function Choices({ name, legend, choices, value, onChange, isLocked = false, children }: ChoicesProps) {
  return (
    <fieldset className="choices" disabled={isLocked}>
      <legend>{legend}</legend>
      {choices.map((choice) => (
        <label key={choice.value} className="choice">
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          <span className="choice-text">
            <span className="choice-label">{choice.label}</span>
            {choice.note ? <span className="muted">{choice.note}</span> : null}
          </span>
        </label>
      ))}
      {children}
    </fieldset>
  )
}
