/** A field for an amount of money, as it is being typed (use-amount.ts). */
import type { ReactNode } from 'react'
import { TextField } from './field.tsx'
import type { AmountState } from './use-amount.ts'

interface AmountFieldProps {
  readonly id: string
  readonly label: string
  readonly hint?: ReactNode
  readonly amount: AmountState
  /** Where more is to be said of it than the amount itself knows. */
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
