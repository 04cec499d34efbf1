/** Rows for the saved card and for alert levels with their contacts, with a button to change each. */
import { type ReactNode, useState } from 'react'
import { Button } from '../components/button.tsx'
import { SettingsRow } from '../components/card.tsx'
import { loadedWhenOpened } from '../components/opened.tsx'
import { useWords, type Words } from '../texts/words.tsx'
import type { Alerts, CreditActions, PaymentMethod } from './data.ts'
import { cardName, expiryOf } from './wording.ts'

export interface PaymentMethodRowProps {
  readonly methods: readonly PaymentMethod[]
  readonly actions: Pick<CreditActions, 'onAddMethod' | 'onChangeMethod' | 'onRemoveMethod'>
  readonly children?: ReactNode
}

export function PaymentMethodRow({ methods, actions, children }: PaymentMethodRowProps) {
  const words = useWords()
  const { t } = words
  const { onAddMethod, onChangeMethod, onRemoveMethod } = actions
  const method = methods.find(({ is_default }) => is_default) ?? methods[0]
  const buttons =
    method === undefined ? (
      onAddMethod && (
        <Button onClick={onAddMethod} label={t('action.add_payment_method')}>
          {t('action.add_payment_method')}
        </Button>
      )
    ) : (
      <>
        {onChangeMethod ? (
          <Button onClick={onChangeMethod} label={t('action.change_payment_method')}>
            {t('action.change')}
          </Button>
        ) : null}
        {onRemoveMethod ? (
          <Button kind="text" onClick={onRemoveMethod} label={t('action.removePaymentMethod')}>
            {t('action.remove')}
          </Button>
        ) : null}
      </>
    )
  return (
    <>
      <SettingsRow label={t('part.paymentMethod')} actions={onAddMethod || onChangeMethod ? buttons : null}>
        {method === undefined ? t('method.none') : methodLine(method, words)}
      </SettingsRow>
      {children}
    </>
  )
}

function methodLine(method: PaymentMethod, words: Words): string {
  const name = cardName(method, words)
  const expiry = expiryOf(method)
  return name === null ? words.t('method.until', { expiry }) : `${name}, ${expiry}`
}

const AlertsDialog = loadedWhenOpened(() => import('./alerts-dialog.tsx'), ['dialogs'])

export interface AlertsRowProps {
  readonly alerts: Alerts
  /** The reader. */
  readonly self: { readonly id: string }
  readonly isSandbox: boolean
  readonly actions: Pick<CreditActions, 'onSaveAlerts' | 'onLoadAlerts'>
  readonly children?: ReactNode
}

export function AlertsRow({ alerts, self, isSandbox, actions, children }: AlertsRowProps) {
  const words = useWords()
  const { onSaveAlerts, onLoadAlerts } = actions
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <SettingsRow
        label={words.t('part.alerts')}
        actions={
          onSaveAlerts ? (
            <Button onClick={() => setIsOpen(true)} label={words.t('action.editAlerts')}>
              {words.t('action.edit')}
            </Button>
          ) : null
        }
      >
        {alertsLine(alerts, words)}
      </SettingsRow>
      {onSaveAlerts && onLoadAlerts ? (
        <AlertsDialog
          alerts={alerts}
          self={self}
          isSandbox={isSandbox}
          isOpen={isOpen}
          onClose={() => setIsOpen(false)}
          onSave={onSaveAlerts}
          onLoad={onLoadAlerts}
        />
      ) : null}
      {children}
    </>
  )
}

function alertsLine({ levels, contacts }: Alerts, { t, money, list }: Words): string {
  if (contacts.length === 0) return t('alerts.nobody')
  const { amount } = money(levels.currency)
  const amounts = levels.custom === null ? [levels.low] : [levels.custom, levels.low]
  const named = list([...amounts.map((level) => amount(level)), t('alerts.zero')])
  const names = contacts.flatMap(({ email }) => (email === null ? [] : [email]))
  return names.length < contacts.length
    ? t('alerts.ruleUnnamed', { levels: named, count: contacts.length })
    : t('alerts.rule', { levels: named, names: list(names) })
}
