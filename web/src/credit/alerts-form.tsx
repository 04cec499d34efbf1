/** The form of the alerts dialog: one amount, checked on leaving it and on submitting. */
import { type FormEvent, useRef, useState } from 'react'
import { AmountField } from '../components/amount-field.tsx'
import { FaultSummary } from '../components/field.tsx'
import { useAmount } from '../components/use-amount.ts'
import { useWords } from '../texts/words.tsx'
import type { Alerts } from './data.ts'

const FIELD = 'alerts-custom'

export interface AlertsFormProps {
  readonly id: string
  readonly alerts: Alerts
  readonly onSubmit: (custom: string | null) => void
}

export function AlertsForm({ id, alerts, onSubmit }: AlertsFormProps) {
  const { t, money, list } = useWords()
  const { levels, contacts } = alerts
  const summary = useRef<HTMLElement>(null)
  const [isRefused, setIsRefused] = useState(false)
  const level = useAmount({ currency: levels.currency, initial: levels.custom, isOptional: true, min: '0.01' })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const result = level.submit()
    setIsRefused('fault' in result)
    if ('amount' in result) onSubmit(result.amount)
    else queueMicrotask(() => summary.current?.focus())
  }
  const faults = isRefused && level.fault !== null ? [{ fieldId: FIELD, message: level.fault }] : []
  const names = contacts.flatMap(({ email }) => (email === null ? [] : [email]))
  const hint =
    names.length === 0
      ? t('alerts.hintNobody')
      : t('alerts.hint', { low: money(levels.currency).amount(levels.low), names: list(names) })
  return (
    <form id={id} className="form" noValidate onSubmit={submit}>
      <FaultSummary faults={faults} ref={summary} />
      <AmountField
        id={FIELD}
        label={`${t('alerts.field')} (${levels.currency}, ${t('field.optional')})`}
        hint={hint}
        amount={level}
      />
    </form>
  )
}
