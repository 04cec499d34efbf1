/** A date field, the browser's own. */
import { Icon } from '../components/icon.tsx'
import { FIRST_DAY } from './period.ts'
import type { DayState } from './use-period.ts'

interface DayFieldProps {
  readonly id: string
  readonly label: string
  readonly day: DayState
  /** The latest date that may be chosen. */
  readonly max?: string
}

export function DayField({ id, label, day: { value, fault, onChange, onBlur }, max }: DayFieldProps) {
  return (
    <div className="field export-day">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="date"
        required
        min={FIRST_DAY}
        max={max}
        value={value}
        aria-invalid={fault === null ? undefined : true}
        aria-describedby={fault === null ? undefined : `${id}-fault`}
        onChange={(event) => onChange(event.target.value)}
        onBlur={onBlur}
      />
      {fault === null ? null : (
        <p className="field-fault" id={`${id}-fault`}>
          <Icon name="critical" />
          <span>{fault}</span>
        </p>
      )}
    </div>
  )
}
