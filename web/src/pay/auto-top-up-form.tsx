/** Threshold, amount, cap and card, and what they would charge at once. */
import type { AutoTopUpQuote } from '../api/pay.ts'
import { AmountField } from '../components/amount-field.tsx'
import { Button } from '../components/button.tsx'
import { SettingsRow } from '../components/card.tsx'
import type { AutoTopUp } from '../credit/data.ts'
import { cardName, expiryOf } from '../credit/wording.ts'
import { useWords } from '../texts/words.tsx'
import { PayMessage } from './pay-message.tsx'
import { type AutoTopUpFields, FIELDS } from './use-auto-top-up-fields.ts'

export interface AutoTopUpFormProps {
  readonly fields: AutoTopUpFields
  readonly autoTopUp: AutoTopUp
  /** Null if nothing is charged at once. */
  readonly chargesNow: AutoTopUpQuote | null
  readonly suggestedThreshold: string | null
  readonly isLocked: boolean
  readonly onChangeMethod: () => void
}

export function AutoTopUpForm(props: AutoTopUpFormProps) {
  const words = useWords()
  const { t } = words
  const { fields, autoTopUp, chargesNow, suggestedThreshold, isLocked, onChangeMethod } = props
  const { currency, method } = autoTopUp
  const { threshold, amount, cap, quote } = fields
  const written = words.money(currency).amount
  const suggested = suggestedThreshold === null ? null : written(suggestedThreshold)
  const average = quote?.average ? written(quote.average) : null
  return (
    <>
      <AmountField
        id={FIELDS.threshold}
        label={t('auto.threshold', { currency })}
        hint={
          suggested === null || suggestedThreshold === null ? null : (
            <>
              {t('auto.suggested', { suggested })}{' '}
              <button type="button" className="link-button" onClick={() => threshold.set(suggestedThreshold)}>
                {t('auto.use', { suggested })}
              </button>
            </>
          )
        }
        amount={threshold}
        isLocked={isLocked}
      />
      <AmountField id={FIELDS.amount} label={t('auto.amount', { currency })} amount={amount} isLocked={isLocked} />
      <AmountField
        id={FIELDS.cap}
        label={t('auto.cap', { currency })}
        hint={t('auto.capHint')}
        amount={cap}
        fault={fields.capFault}
        isLocked={isLocked}
      />
      <SettingsRow
        label={t('auto.method')}
        actions={method === null ? null : <Button onClick={onChangeMethod}>{t('action.change')}</Button>}
      >
        {method === null ? t('auto.noMethod') : `${cardName(method, words) ?? t('card.unnamed')}, ${expiryOf(method)}`}
      </SettingsRow>
      {average !== null && quote?.is_amount_below_a_day ? (
        <PayMessage tone="warning" title={t('auto.warnAmount', { average })} />
      ) : null}
      {average !== null && quote?.is_threshold_below_a_day ? (
        <PayMessage tone="warning" title={t('auto.warnThreshold', { average })} />
      ) : null}
      {quote?.is_cap_used_up ? <PayMessage tone="warning" title={t('auto.warnCap')} /> : null}
      {chargesNow === null ? null : (
        <PayMessage
          title={t('auto.now', {
            count: chargesNow.charges,
            amount: written(fields.figures?.amount ?? chargesNow.total),
            total: written(chargesNow.total),
          })}
        >
          {chargesNow.limit === null ? null : <p>{t(LIMITS[chargesNow.limit])}</p>}
        </PayMessage>
      )}
    </>
  )
}

const LIMITS = {
  day_limit: 'auto.nowLimitDay',
  monthly_cap: 'auto.nowLimitCap',
  manual_payment: 'auto.nowManual',
} as const
