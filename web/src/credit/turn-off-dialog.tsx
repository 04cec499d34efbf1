/** Asks once more, with how long credit lasts without. Loaded once it is opened. */
import { Button } from '../components/button.tsx'
import Dialog from '../components/dialog.tsx'
import { MoreWords, useWords } from '../texts/words.tsx'
import type { Forecast } from './data.ts'
import { SaveFault, useSaving } from './save-fault.tsx'
import type { Readers } from './save-fault-text.ts'
import { daysPhrase } from './wording.ts'

export interface TurnOffDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly onTurnOff: () => Promise<void>
  readonly onLoad: () => Promise<unknown>
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

function WithWords({ isOpen, onClose, onTurnOff, onLoad, forecast, people, isSandbox }: TurnOffDialogProps) {
  const words = useWords()
  const { t } = words
  const { isSubmitting, error, save, clear } = useSaving(onClose)
  const close = () => {
    clear()
    onClose()
  }
  const days = forecast === null ? null : daysPhrase(forecast, words)
  return (
    <Dialog
      title={t('auto.turnOffTitle')}
      isOpen={isOpen}
      onClose={close}
      isSandbox={isSandbox}
      footer={
        <>
          <Button kind="primary" onClick={() => void save(onTurnOff)} isSubmitting={isSubmitting}>
            {t('action.turnOff')}
          </Button>
          <Button onClick={close}>{t('action.keepOn')}</Button>
        </>
      }
    >
      <p>{days === null ? t('auto.turnOffTextUnknown') : t('auto.turnOffText', { days })}</p>
      <SaveFault
        error={error}
        people={people}
        onLoadCurrent={async () => {
          await onLoad()
          clear()
        }}
      />
    </Dialog>
  )
}
