/**
 * Asks for confirmation before auto top-up is turned off, and says how long credit lasts without it. Loaded when
 * opened.
 */
import { useState } from 'react'
import { Button } from '../components/button.tsx'
import Dialog from '../components/dialog.tsx'
import { MoreWords, useWords } from '../texts/words.tsx'
import { autoTopUpChanges, type Readers } from './changes.ts'
import type { AutoTopUp, Forecast } from './data.ts'
import { SaveFault, useSaving } from './save-fault.tsx'
import { daysPhrase } from './wording.ts'

export interface TurnOffDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  /** Where the focus goes after closing; null: what opened it. */
  readonly returnsTo: () => HTMLElement | null
  readonly autoTopUp: AutoTopUp
  readonly onTurnOff: (seen: AutoTopUp) => Promise<void>
  readonly onLoad: () => Promise<AutoTopUp>
  readonly forecast: Forecast | null
  readonly people: Readers
  readonly isSandbox: boolean
}

export default function TurnOffDialog(props: TurnOffDialogProps) {
  return (
    <MoreWords area="dialogs">
      <WithWords {...props} />
    </MoreWords>
  )
}

function WithWords(props: TurnOffDialogProps) {
  const { isOpen, onClose, returnsTo, autoTopUp, onTurnOff, onLoad, forecast, people, isSandbox } = props
  const words = useWords()
  const { t } = words
  // As it was on opening: a change by somebody else is found and reported on turning it off.
  const [seen, setSeen] = useState(autoTopUp)
  const [wasOpen, setWasOpen] = useState(isOpen)
  const { isSubmitting, fault, save, clear } = useSaving(onClose, onLoad)
  if (isOpen !== wasOpen) {
    setWasOpen(isOpen)
    if (isOpen) setSeen(autoTopUp)
    clear()
  }
  const days = forecast === null ? null : daysPhrase(forecast, words)
  return (
    <Dialog
      title={t('auto.turnOffTitle')}
      isOpen={isOpen}
      onClose={onClose}
      returnsTo={returnsTo}
      isSandbox={isSandbox}
      footer={
        <>
          <Button kind="primary" onClick={() => void save(() => onTurnOff(seen))} isSubmitting={isSubmitting}>
            {t('action.turnOff')}
          </Button>
          <Button onClick={onClose}>{t('action.keepOn')}</Button>
        </>
      }
    >
      <p>{days === null ? t('auto.turnOffTextUnknown') : t('auto.turnOffText', { days })}</p>
      <SaveFault
        fault={fault}
        changesIn={(current, changeWords) => autoTopUpChanges(seen, current, changeWords)}
        people={people}
        onLoad={onLoad}
        onLoaded={(current) => {
          // Somebody else has turned it off already.
          if (!current.settings?.is_on) return onClose()
          setSeen(current)
          clear()
        }}
      />
    </Dialog>
  )
}
