/** Asks once more, with how long credit lasts without. Loaded once it is opened. */
import { useState } from 'react'
import { Button } from '../components/button.tsx'
import Dialog from '../components/dialog.tsx'
import { useWords } from '../texts/words.tsx'
import type { Forecast } from './data.ts'
import { daysPhrase } from './wording.ts'

export interface TurnOffDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly onTurnOff: () => Promise<void>
  readonly forecast: Forecast | null
  readonly isSandbox: boolean
}

export default function TurnOffDialog({ isOpen, onClose, onTurnOff, forecast, isSandbox }: TurnOffDialogProps) {
  const words = useWords()
  const { t } = words
  const [isSubmitting, setIsSubmitting] = useState(false)
  const days = forecast === null ? null : daysPhrase(forecast, words)
  const turnOff = async () => {
    setIsSubmitting(true)
    try {
      await onTurnOff()
      onClose()
    } finally {
      setIsSubmitting(false)
    }
  }
  return (
    <Dialog
      title={t('auto.turnOffTitle')}
      isOpen={isOpen}
      onClose={onClose}
      isSandbox={isSandbox}
      footer={
        <>
          <Button kind="primary" onClick={() => void turnOff()} isSubmitting={isSubmitting}>
            {t('action.turnOff')}
          </Button>
          <Button onClick={onClose}>{t('action.keepOn')}</Button>
        </>
      }
    >
      <p>{days === null ? t('auto.turnOffTextUnknown') : t('auto.turnOffText', { days })}</p>
    </Dialog>
  )
}
