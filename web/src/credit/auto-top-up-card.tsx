/** Automatic top-up: when it charges, how much, the monthly cap, and how much of the cap is used. */
import { type ReactNode, useRef, useState } from 'react'
import { Button } from '../components/button.tsx'
import type { IconName } from '../components/icon.tsx'
import { loadedWhenOpened } from '../components/opened.tsx'
import { StatusLine, type Tone } from '../components/status-line.tsx'
import { useWords, type Words } from '../texts/words.tsx'
import type { Readers } from './changes.ts'
import type { AutoTopUp, CreditActions, Forecast } from './data.ts'
import { cardName } from './wording.ts'

const TurnOffDialog = loadedWhenOpened(() => import('./turn-off-dialog.tsx'), ['dialogs'])

type Actions = Pick<CreditActions, 'onSetUpAutoTopUp' | 'onEditAutoTopUp' | 'onTurnOffAutoTopUp' | 'onLoadAutoTopUp'>

export interface AutoTopUpProps {
  readonly autoTopUp: AutoTopUp
  readonly forecast: Forecast | null
  readonly people: Readers
  readonly isSandbox: boolean
  readonly actions: Actions
  readonly children?: ReactNode
}

const STATES: Readonly<Record<AutoTopUp['state'], { readonly tone: Tone; readonly icon: IconName }>> = {
  on: { tone: 'success', icon: 'check' },
  waiting: { tone: 'warning', icon: 'clock' },
  paused: { tone: 'critical', icon: 'pause' },
  needs_approval: { tone: 'warning', icon: 'person' },
  off: { tone: 'muted', icon: 'off' },
}

export function AutoTopUpState({ autoTopUp }: { autoTopUp: AutoTopUp }) {
  const { t, dates } = useWords()
  const { state, waits_until } = autoTopUp
  const words = () => {
    switch (state) {
      case 'on':
        return t('auto_top_up.on')
      case 'waiting':
        return waits_until === null
          ? t('auto.waitingOpen')
          : t('auto_top_up.waiting', { time: dates.moment(waits_until) })
      case 'paused':
        return t('auto_top_up.paused')
      case 'needs_approval':
        return t('auto_top_up.needs_approval')
      case 'off':
        return t('auto_top_up.off')
    }
  }
  return <StatusLine {...STATES[state]}>{words()}</StatusLine>
}

export function AutoTopUpBody({ autoTopUp, forecast, people, isSandbox, actions, children }: AutoTopUpProps) {
  const words = useWords()
  const { t } = words
  const { state } = autoTopUp
  const { onSetUpAutoTopUp, onEditAutoTopUp, onTurnOffAutoTopUp, onLoadAutoTopUp } = actions
  const isOff = state === 'off'
  const [isTurningOff, setIsTurningOff] = useState(false)
  const facts = useRef<HTMLUListElement>(null)
  const isTurnedOff = useRef(false)
  return (
    <>
      <ul className="facts" ref={facts} tabIndex={-1}>
        {(isOff ? offLines(autoTopUp, words) : onLines(autoTopUp, words)).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {children}
      <div className="card-actions">
        {isOff && onSetUpAutoTopUp ? (
          <Button onClick={onSetUpAutoTopUp}>{t('action.set_up_auto_top_up')}</Button>
        ) : null}
        {!isOff && onEditAutoTopUp ? (
          <Button onClick={onEditAutoTopUp} label={t('action.editAutoTopUp')}>
            {t('action.edit')}
          </Button>
        ) : null}
        {!isOff && onTurnOffAutoTopUp ? (
          <Button
            kind="text"
            onClick={() => {
              isTurnedOff.current = false
              setIsTurningOff(true)
            }}
            label={t('action.turnOffAutoTopUp')}
          >
            {t('action.turnOff')}
          </Button>
        ) : null}
        {/* Stays open if somebody else has changed the settings, to say so. */}
        {onTurnOffAutoTopUp && onLoadAutoTopUp ? (
          <TurnOffDialog
            isOpen={isTurningOff}
            onClose={() => setIsTurningOff(false)}
            // The button that opened it is gone, so the changed text takes the focus.
            returnsTo={() => (isOff || isTurnedOff.current ? facts.current : null)}
            autoTopUp={autoTopUp}
            onTurnOff={async (seen) => {
              await onTurnOffAutoTopUp(seen)
              isTurnedOff.current = true
            }}
            onLoad={onLoadAutoTopUp}
            forecast={forecast}
            people={people}
            isSandbox={isSandbox}
          />
        ) : null}
      </div>
    </>
  )
}

function offLines({ settings, currency }: AutoTopUp, { t, money }: Words): string[] {
  if (settings === null) return [t('auto.recommended')]
  const { amount } = money(currency)
  return [
    t('auto.offText'),
    t('auto.offRule', { threshold: amount(settings.threshold), amount: amount(settings.amount) }),
  ]
}

function onLines(autoTopUp: AutoTopUp, words: Words): string[] {
  const { settings, currency, method, charged_this_month, waits_until: until } = autoTopUp
  if (settings === null) return []
  const { t, dates } = words
  const { amount: written } = words.money(currency)
  const [threshold, amount] = [written(settings.threshold), written(settings.amount)]
  const card = cardName(method, words)
  const rule = () => {
    if (method === null) return t('auto.ruleNoMethod', { threshold, amount })
    return card === null
      ? t('auto.ruleWithoutCard', { threshold, amount })
      : t('auto.rule', { threshold, amount, card })
  }
  const month = dates.thisMonth
  const spent = written(charged_this_month)
  const cap = settings.monthly_cap === null ? null : written(settings.monthly_cap)
  return [
    // First, because it overrides the rule below.
    ...(until === null ? [] : [t('auto.nothingBefore', { time: dates.moment(until) })]),
    rule(),
    cap === null ? t('auto.limitsWithoutCap') : t('auto.limits', { cap }),
    cap === null ? t('auto.monthWithoutCap', { month, spent }) : t('auto.month', { month, spent, cap }),
  ]
}
