/** Amount and card: suggested amounts or one's own, each with what it brings. */
import { useEffect, useState } from 'react'
import type { Answered } from '../api/answered.ts'
import type { TopUpQuote, TopUpQuotes } from '../api/pay.ts'
import { AmountField } from '../components/amount-field.tsx'
import { Choices } from '../components/choices.tsx'

import { useAmount } from '../components/use-amount.ts'
import type { PaymentMethod } from '../credit/data.ts'
import { cardName, daysPhrase, expiryOf } from '../credit/wording.ts'
import { signOf } from '../format/decimal.ts'
import { useWords, type Words } from '../texts/words.tsx'

const OWN = 'own'
export const OWN_FIELD = 'pay-own-amount'
const QUOTE_AFTER_MS = 250

export interface AddCreditFields {
  readonly amount: ReturnType<typeof useAmount>
  readonly choice: string
  readonly setChoice: (choice: string) => void
  readonly methodId: string | null
  readonly setMethodId: (methodId: string) => void
  /** For the chosen amount; null if not known yet. */
  readonly quote: TopUpQuote | null
  /** The chosen amount; null if it is not valid. */
  readonly chosen: string | null
}

export interface AddCreditFieldsOptions {
  /** Null while loading. */
  readonly quotes: TopUpQuotes | null
  readonly currency: string
  readonly methods: readonly PaymentMethod[]
  /** The amount that was entered before the page was left. */
  readonly initialAmount: string | null
  readonly initialMethodId: string | null
  readonly askQuote: (amount: string) => Promise<Answered<TopUpQuotes>>
}

export function useAddCreditFields(options: AddCreditFieldsOptions): AddCreditFields {
  const { quotes, currency, methods, initialAmount, initialMethodId, askQuote } = options
  const suggested = quotes?.suggested ?? []
  const [picked, setChoice] = useState<string | null>(null)
  const first = suggested.find(({ is_automatic_amount }) => is_automatic_amount) ?? suggested[0]
  const isSuggested = suggested.some(({ amount: one }) => one === initialAmount)
  const choice = picked ?? (initialAmount === null ? (first?.amount ?? OWN) : isSuggested ? initialAmount : OWN)
  const [pickedMethodId, setMethodId] = useState(initialMethodId)
  const byDefault = methods.find(({ is_default }) => is_default) ?? methods[0]
  const method = methods.find(({ method_id }) => method_id === pickedMethodId) ?? byDefault
  const methodId = method?.method_id ?? null
  const bounds = quotes === null ? {} : { min: quotes.min, max: quotes.max }
  const amount = useAmount({ currency, initial: initialAmount, ...bounds })
  const [ownQuote, setOwnQuote] = useState<TopUpQuote | null>(null)
  const typed = choice === OWN ? amount.value : null
  useEffect(() => {
    setOwnQuote(null)
    if (typed === null) return
    let isStale = false
    const timer = setTimeout(async () => {
      const answer = await askQuote(typed)
      if (!isStale && 'data' in answer) setOwnQuote(answer.data.quote)
    }, QUOTE_AFTER_MS)
    return () => {
      isStale = true
      clearTimeout(timer)
    }
  }, [typed, askQuote])
  const quote = choice === OWN ? ownQuote : (suggested.find((one) => one.amount === choice) ?? null)
  return { amount, choice, setChoice, methodId, setMethodId, quote, chosen: choice === OWN ? typed : choice }
}

export interface AddCreditFormProps {
  readonly fields: AddCreditFields
  readonly quotes: TopUpQuotes
  readonly methods: readonly PaymentMethod[]
  readonly isLocked: boolean
}

export function AddCreditForm({ fields, quotes, methods, isLocked }: AddCreditFormProps) {
  const words = useWords()
  const { t } = words
  const money = words.money(quotes.currency)
  const { amount, choice, setChoice, methodId, setMethodId, quote } = fields
  return (
    <>
      <Choices
        name="pay-amount"
        legend={t('pay.amount')}
        isLocked={isLocked}
        value={choice}
        onChange={setChoice}
        choices={[
          ...quotes.suggested.map((one) => ({
            value: one.amount,
            label: money.amount(one.amount),
            note: noteOf(one, quotes, words),
          })),
          { value: OWN, label: t('pay.own') },
        ]}
      >
        {choice === OWN ? (
          <AmountField
            id={OWN_FIELD}
            label={t('pay.ownField', { currency: quotes.currency })}
            hint={t('pay.ownHint', { min: money.amount(quotes.min), max: money.amount(quotes.max) })}
            amount={amount}
            isLocked={isLocked}
          />
        ) : null}
      </Choices>
      {methods.length === 0 ? (
        <p>{t('pay.noMethod')}</p>
      ) : (
        <Choices
          name="pay-method"
          legend={t('method.choose')}
          isLocked={isLocked}
          value={methodId}
          onChange={setMethodId}
          choices={methods.map((method) => ({
            value: method.method_id,
            label: `${cardName(method, words) ?? t('card.unnamed')}, ${expiryOf(method)}`,
          }))}
        />
      )}
      <div className="pay-outcome">
        {quote === null ? null : (
          <p className="amount">
            {t('pay.after', {
              balance: money.balance(quote.balance_after) ?? t('money.less_than', { amount: money.cent }),
            })}
          </p>
        )}
        {quote?.is_blocked_after ? (
          <p className="pay-warning">{t('pay.stayBlocked', { owed: money.amount(quotes.owed) })}</p>
        ) : null}
        <p className="muted">{t('pay.noRefund')}</p>
      </div>
    </>
  )
}

function noteOf(quote: TopUpQuote, { owed, currency }: TopUpQuotes, words: Words): string | null {
  const { t, money } = words
  const days = daysPhrase(
    quote.days !== null && quote.days > 90
      ? { days_left: null, no_days_left_reason: 'more_than_90_days' }
      : { days_left: quote.days, no_days_left_reason: null },
    words,
  )
  if (signOf(owed) > 0) {
    const written = money(currency).amount(owed)
    return days === null ? t('pay.pays', { owed: written }) : t('pay.paysAndLasts', { owed: written, days })
  }
  if (days !== null) return t('pay.lasts', { days })
  return quote.is_automatic_amount ? t('pay.automatic') : null
}
