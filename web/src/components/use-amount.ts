/** State of an amount that is being typed: its value, and its fault once one should be shown. */
import { useState } from 'react'
import { type AmountBounds, parseAmount } from '../format/parse-amount.ts'
import { useWords } from '../texts/words.tsx'

export interface AmountOptions extends AmountBounds {
  readonly currency: string
  /** A decimal string; null for an empty field. */
  readonly initial: string | null
  readonly isOptional?: boolean
}

export interface AmountState {
  readonly text: string
  /** Null if it is empty or not valid. */
  readonly value: string | null
  readonly fault: string | null
  readonly readBack: string | null
  readonly onChange: (text: string) => void
  readonly onBlur: () => void
  /** Sets it as if typed. */
  readonly set: (amount: string | null) => void
  /** The amount, null if optional and empty, or a fault. Faults are shown from now on. */
  readonly submit: () => { readonly amount: string | null } | { readonly fault: string }
}

export function useAmount({ currency, initial, isOptional = false, min, max }: AmountOptions): AmountState {
  const { locale, t, money } = useWords()
  const format = money(currency)
  const [text, setText] = useState(initial === null ? '' : format.typed(initial))
  const [isEdited, setIsEdited] = useState(false)
  const [isSaid, setIsSaid] = useState(false)

  const parsed = parseAmount(text, locale, { ...(min ? { min } : {}), ...(max ? { max } : {}) })
  const isAbsent = 'fault' in parsed && parsed.fault === 'empty' && isOptional
  const fault = 'amount' in parsed || isAbsent ? null : messageOf(parsed.fault)
  const written = 'amount' in parsed ? format.amount(parsed.amount) : null
  return {
    text,
    value: 'amount' in parsed ? parsed.amount : null,
    fault: isSaid ? fault : null,
    readBack: written === null || !isEdited ? null : t('field.readBack', { amount: written }),
    onChange(typed) {
      setText(typed)
      setIsEdited(true)
    },
    onBlur: () => setIsSaid((before) => before || isEdited),
    set: (amount) => setText(amount === null ? '' : format.typed(amount)),
    submit() {
      setIsSaid(true)
      return fault === null ? { amount: 'amount' in parsed ? parsed.amount : null } : { fault }
    },
  }

  function messageOf(which: 'empty' | 'digits' | 'decimals' | 'min' | 'max'): string {
    switch (which) {
      case 'empty':
        return t('field.empty')
      case 'digits':
        return t('field.digits', { example: format.typed('25') })
      case 'decimals':
        return t('field.decimals')
      case 'min':
        return t('field.min', { min: format.amount(min!) })
      case 'max':
        return t('field.max', { max: format.amount(max!) })
    }
  }
}
