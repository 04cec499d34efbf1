/** A level of the customer's own, beside the fixed ones that are named with it. Loaded once it is opened. */
import { useState } from 'react'
import { Button } from '../components/button.tsx'
import Dialog from '../components/dialog.tsx'
import { useWords } from '../texts/words.tsx'
import { AlertsForm } from './alerts-form.tsx'
import type { Alerts } from './data.ts'

export interface AlertsDialogProps {
  readonly alerts: Alerts
  readonly isSandbox: boolean
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly onSave: (custom: string | null) => Promise<void>
}

const FORM = 'alerts-form'

export default function AlertsDialog({ alerts, isSandbox, isOpen, onClose, onSave }: AlertsDialogProps) {
  const { t } = useWords()
  const [isSubmitting, setIsSubmitting] = useState(false)
  const save = async (custom: string | null) => {
    setIsSubmitting(true)
    try {
      await onSave(custom)
      onClose()
    } finally {
      setIsSubmitting(false)
    }
  }
  return (
    <Dialog
      title={t('alerts.title')}
      isOpen={isOpen}
      onClose={onClose}
      isSandbox={isSandbox}
      footer={
        <>
          <SubmitButton isSubmitting={isSubmitting} />
          <Button onClick={onClose}>{t('action.cancel')}</Button>
        </>
      }
    >
      <AlertsForm id={FORM} alerts={alerts} onSubmit={(custom) => void save(custom)} />
    </Dialog>
  )
}

/** Outside of the form that it submits, so that it stays in sight. */
function SubmitButton({ isSubmitting }: { isSubmitting: boolean }) {
  const { t } = useWords()
  return (
    <Button
      kind="primary"
      isSubmitting={isSubmitting}
      onClick={() => (document.getElementById(FORM) as HTMLFormElement | null)?.requestSubmit()}
    >
      {t('action.save')}
    </Button>
  )
}
