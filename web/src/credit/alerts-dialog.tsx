/** One field: a level of the customer's own, beside the fixed ones that are named with it. */
import { lazy, Suspense, useState } from 'react'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/lazy-dialog.tsx'
import { useWords } from '../texts/words.tsx'
import type { Alerts } from './data.ts'

export interface AlertsDialogProps {
  readonly alerts: Alerts
  readonly isSandbox: boolean
  readonly onSave: (custom: string | null) => Promise<void>
}

const FORM = 'alerts-form'

/** What reads and checks amounts is loaded when one is typed. */
const AlertsForm = lazy(() => import('./alerts-form.tsx'))

export function AlertsDialog({ alerts, isSandbox, onSave }: AlertsDialogProps) {
  const { t } = useWords()
  const [isOpen, setIsOpen] = useState(false)
  const [isSubmitting, setIsSubmitting] = useState(false)
  const close = () => setIsOpen(false)
  const save = async (custom: string | null) => {
    setIsSubmitting(true)
    try {
      await onSave(custom)
      close()
    } finally {
      setIsSubmitting(false)
    }
  }
  return (
    <>
      <Button onClick={() => setIsOpen(true)} label={t('action.editAlerts')}>
        {t('action.edit')}
      </Button>
      <Dialog
        title={t('alerts.title')}
        isOpen={isOpen}
        onClose={close}
        isSandbox={isSandbox}
        footer={
          <>
            <SubmitButton isSubmitting={isSubmitting} />
            <Button onClick={close}>{t('action.cancel')}</Button>
          </>
        }
      >
        <Suspense fallback={null}>
          <AlertsForm id={FORM} alerts={alerts} onSubmit={(custom) => void save(custom)} />
        </Suspense>
      </Dialog>
    </>
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
