/** The entries of automatic top-up, their faults, and what they would charge at once. */
import { useEffect, useState } from 'react'
import type { Answered } from '../api/answered.ts'
import type { AutoTopUpQuote, WantedAutoTopUp } from '../api/pay.ts'
import type { Fault } from '../components/field.tsx'
import { type AmountState, useAmount } from '../components/use-amount.ts'
import type { AutoTopUp } from '../credit/data.ts'
import { isBelow } from '../format/decimal.ts'
import { useWords } from '../texts/words.tsx'

export const FIELDS = { threshold: 'auto-threshold', amount: 'auto-amount', cap: 'auto-cap' } as const

const QUOTE_AFTER_MS = 250

export interface AutoEntries {
  readonly threshold: string
  readonly amount: string
  readonly cap: string | null
}

export interface AutoTopUpFields {
  readonly threshold: AmountState
  readonly amount: AmountState
  readonly cap: AmountState
  readonly capFault: string | null
  /** Null unless all entries are valid. */
  readonly figures: WantedAutoTopUp | null
  /** For exactly these figures; null if not known yet. */
  readonly quote: AutoTopUpQuote | null
  /** Asks for the quote of the figures, which must be valid. */
  readonly quoteNow: () => Promise<Answered<AutoTopUpQuote>>
  /** Returns the faults, which are shown from now on. */
  readonly submit: () => readonly Fault[]
  readonly load: (entries: AutoEntries) => void
}

export type AskAutoQuote = (figures: WantedAutoTopUp) => Promise<Answered<AutoTopUpQuote>>

export function useAutoTopUpFields(
  autoTopUp: AutoTopUp,
  initial: AutoEntries,
  askQuote: AskAutoQuote,
): AutoTopUpFields {
  const { t, money } = useWords()
  const { currency, bounds } = autoTopUp
  const threshold = useAmount({ currency, initial: initial.threshold, ...bounds.threshold })
  const amount = useAmount({ currency, initial: initial.amount, ...bounds.amount })
  const cap = useAmount({ currency, initial: initial.cap, isOptional: true })
  const isCapTooLow = cap.value !== null && amount.value !== null && isBelow(cap.value, amount.value)
  const tooLow = isCapTooLow ? t('auto.capFault', { amount: money(currency).amount(amount.value!) }) : null
  const isCapTaken = cap.text.trim() === '' || (cap.value !== null && !isCapTooLow)
  const figures =
    threshold.value === null || amount.value === null || !isCapTaken
      ? null
      : { threshold: threshold.value, amount: amount.value, monthly_cap: cap.value }
  const [known, setKnown] = useState<{ readonly of: string; readonly quote: AutoTopUpQuote } | null>(null)
  const of = JSON.stringify(figures)
  const ask = async (): Promise<Answered<AutoTopUpQuote>> => {
    if (figures === null) throw new TypeError('there is no quote for figures that are not valid')
    const answer = await askQuote(figures)
    if ('data' in answer) setKnown({ of, quote: answer.data })
    return answer
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks when the figures change
  useEffect(() => {
    if (figures === null) return
    const timer = setTimeout(() => void ask(), QUOTE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [of])
  return {
    threshold,
    amount,
    cap,
    capFault: cap.fault ?? tooLow,
    figures,
    quote: known?.of === of ? known.quote : null,
    quoteNow: ask,
    submit() {
      const results = [
        [FIELDS.threshold, threshold.submit()],
        [FIELDS.amount, amount.submit()],
        [FIELDS.cap, tooLow === null ? cap.submit() : { fault: tooLow }],
      ] as const
      return results.flatMap(([fieldId, result]) => ('fault' in result ? [{ fieldId, message: result.fault }] : []))
    },
    load(entries) {
      threshold.set(entries.threshold)
      amount.set(entries.amount)
      cap.set(entries.cap)
    },
  }
}
