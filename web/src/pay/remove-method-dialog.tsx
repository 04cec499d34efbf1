/** Asks for confirmation before a card is removed, and says what ends with it. */
import { useState } from 'react'
import { Button } from '../components/button.tsx'
import Dialog from '../components/dialog.tsx'
import type { PaymentMethod } from '../credit/data.ts'
import { cardName } from '../credit/wording.ts'
import { useWords } from '../texts/words.tsx'
import { PayMessage } from './pay-message.tsx'

export interface RemoveMethodDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly isSandbox: boolean
  readonly method: PaymentMethod
  readonly isAutoTopUpOn: boolean
  /** Resolves to what went wrong; null if nothing did. */
  readonly onRemove: () => Promise<string | null>
}

export default function RemoveMethodDialog(props: RemoveMethodDialogProps) {
  const words = useWords()
  const { t } = words
  const { isOpen, onClose, isSandbox, method, isAutoTopUpOn, onRemove } = props
  const [isSubmitting, setIsSubmitting] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  const remove = async () => {
    setIsSubmitting(true)
    const wrong = await onRemove()
    setIsSubmitting(false)
    setFault(wrong)
    if (wrong === null) onClose()
  }
  return (
    <Dialog
      title={t('method.removeTitle', { card: cardName(method, words) ?? t('card.unnamed') })}
      isOpen={isOpen}
      onClose={onClose}
      isSandbox={isSandbox}
      footer={
        <>
          <Button kind="primary" onClick={() => void remove()} isSubmitting={isSubmitting}>
            {t('method.removeButton')}
          </Button>
          <Button onClick={onClose}>{t('method.keep')}</Button>
        </>
      }
    >
      {fault === null ? null : <PayMessage tone="critical" title={fault} />}
      <p>
        {t('method.removeText')}
        {isAutoTopUpOn && method.is_default ? ` ${t('method.removeAuto')}` : null}
      </p>
    </Dialog>
  )
}
