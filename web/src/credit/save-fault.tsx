/** Why something was not saved, in the dialog that tried; changed by somebody else meanwhile, there is a way to go on. */
import { useState } from 'react'
import { Refused } from '../api/account.ts'
import { Icon } from '../components/icon.tsx'
import { useWords } from '../texts/words.tsx'
import { type Readers, saveFaultText } from './save-fault-text.ts'
import '../components/field.css'

export interface Saving {
  readonly isSubmitting: boolean
  readonly error: unknown
  /** Closes the dialog once it is saved. */
  save(work: () => Promise<void>): Promise<void>
  clear(): void
}

export function useSaving(onClose: () => void): Saving {
  const [isSubmitting, setIsSubmitting] = useState(false)
  const [error, setError] = useState<unknown>(null)
  return {
    isSubmitting,
    error,
    async save(work) {
      setIsSubmitting(true)
      setError(null)
      try {
        await work()
        onClose()
      } catch (thrown) {
        setError(thrown)
      } finally {
        setIsSubmitting(false)
      }
    },
    clear: () => setError(null),
  }
}

export interface SaveFaultProps {
  readonly error: unknown
  /** For the name of whoever was faster. */
  readonly people: Readers
  /** Reads what it is now. */
  readonly onLoadCurrent: () => Promise<void>
}

export function SaveFault({ error, people, onLoadCurrent }: SaveFaultProps) {
  const words = useWords()
  const [isLoading, setIsLoading] = useState(false)
  // What ends a session is said above, in the same dialog.
  if (error === null || (error instanceof Refused && error.status === 401)) return <div role="alert" />
  const isChanged = error instanceof Refused && error.status === 412
  const load = async () => {
    setIsLoading(true)
    await onLoadCurrent().catch(() => undefined)
    setIsLoading(false)
  }
  return (
    <div role="alert">
      <p className="field-fault">
        <Icon name="critical" />
        <span>{saveFaultText(error instanceof Refused ? error : null, people, words)}</span>
      </p>
      {isChanged ? (
        <button
          type="button"
          className="link-button"
          aria-disabled={isLoading || undefined}
          onClick={() => void load()}
        >
          {words.t('save.loadCurrent')}
        </button>
      ) : null}
    </div>
  )
}
