/** A text field for an amount of money; its state is in use-amount.ts. */
import type { ReactNode } from 'react'
import { TextField } from './field.tsx'
import type { AmountState } from './use-amount.ts'

interface AmountFieldProps {
  readonly id: string
  readonly label: string
  readonly hint?: ReactNode
  readonly amount: AmountState
  /** Overrides the amount's own fault. */
  readonly fault?: string | null
  readonly isLocked?: boolean
}

export function AmountField({ id, label, hint, amount, fault = amount.fault, isLocked = false }: AmountFieldProps) {
  return (
    <TextField
      id={id}
      label={label}
      hint={hint}
      inputMode="decimal"
      value={amount.text}
      fault={fault}
      readBack={amount.readBack}
      onChange={amount.onChange}
      onBlur={amount.onBlur}
      isLocked={isLocked}
    />
  )
}
