/** Dialog for the customer's own alert level; it also names the fixed levels. Loaded when opened. */
import { useState } from 'react'
import { Button } from '../components/button.tsx'
import Dialog from '../components/dialog.tsx'
import { MoreWords, useWords } from '../texts/words.tsx'
import { AlertsForm } from './alerts-form.tsx'
import { alertChanges } from './changes.ts'
import type { Alerts } from './data.ts'
import { SaveFault, useSaving } from './save-fault.tsx'

export interface AlertsDialogProps {
  readonly alerts: Alerts
  /** The reader. */
  readonly self: { readonly id: string }
  readonly isSandbox: boolean
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly onSave: (custom: string | null, seen: Alerts) => Promise<void>
  readonly onLoad: () => Promise<Alerts>
}

const FORM = 'alerts-form'

export default function AlertsDialog(props: AlertsDialogProps) {
  return (
    <MoreWords area="dialogs">
      <WithWords {...props} />
    </MoreWords>
  )
}

function WithWords({ alerts, self, isSandbox, isOpen, onClose, onSave, onLoad }: AlertsDialogProps) {
  const { t } = useWords()
  // As it was on opening: a change by somebody else is found on saving, and must not discard what is being typed.
  const [seen, setSeen] = useState(alerts)
  const [wasOpen, setWasOpen] = useState(isOpen)
  const { isSubmitting, fault, save, clear } = useSaving(onClose, onLoad)
  if (isOpen !== wasOpen) {
    setWasOpen(isOpen)
    if (isOpen) setSeen(alerts)
    clear()
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
      <AlertsForm
        key={seen.levels.etag}
        id={FORM}
        alerts={seen}
        onSubmit={(custom) => void save(() => onSave(custom, seen))}
      />
      <SaveFault
        fault={fault}
        changesIn={(current, words) => alertChanges(seen.levels, current.levels, words)}
        people={{ self, contacts: seen.contacts }}
        onLoad={onLoad}
        onLoaded={(current) => {
          setSeen(current)
          clear()
          document.getElementById(FORM)?.querySelector('input')?.focus()
        }}
      />
    </Dialog>
  )
}

/** Outside its form, so that it stays visible while the form scrolls. */
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
