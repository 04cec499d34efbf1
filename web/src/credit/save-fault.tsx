/**
 * Why saving failed, in the dialog that tried. After a change by somebody else it offers to continue from the current
 * state.
 */
import { useState } from 'react'
import { Refused } from '../api/account.ts'
import { Icon } from '../components/icon.tsx'
import { useWords, type Words } from '../texts/words.tsx'
import { ChangedMeanwhile } from './changed-meanwhile.tsx'
import type { Readers } from './changes.ts'
import { saveFaultText } from './save-fault-text.ts'
import '../components/field.css'

interface Fault<Current> {
  readonly error: unknown
  /** The current state; null if nobody else changed it, or it could not be read. */
  readonly current: Current | null
}

export interface Saving<Current> {
  readonly isSubmitting: boolean
  readonly fault: Fault<Current> | null
  /** Closes the dialog once it is saved. Does nothing while it is being saved, as Enter in a field may ask again. */
  save(work: () => Promise<void>): Promise<void>
  clear(): void
}

/** State of saving in a dialog. `onLoad` reads the current state. */
export function useSaving<Current>(onClose: () => void, onLoad: () => Promise<Current>): Saving<Current> {
  const [isSubmitting, setIsSubmitting] = useState(false)
  const [fault, setFault] = useState<Fault<Current> | null>(null)
  return {
    isSubmitting,
    fault,
    async save(work) {
      if (isSubmitting) return
      setIsSubmitting(true)
      setFault(null)
      try {
        await work()
        onClose()
      } catch (error) {
        const current = changeIn(error) === null ? null : await onLoad().catch(() => null)
        setFault({ error, current })
      } finally {
        setIsSubmitting(false)
      }
    },
    clear: () => setFault(null),
  }
}

export interface SaveFaultProps<Current> {
  readonly fault: Fault<Current> | null
  readonly changesIn: (current: Current, words: Words) => readonly string[]
  /** To name who changed it. */
  readonly people: Readers
  readonly onLoad: () => Promise<Current>
  /** Continues from the current state. */
  readonly onLoaded: (current: Current) => void
}

export function SaveFault<Current>({ fault, changesIn, people, onLoad, onLoaded }: SaveFaultProps<Current>) {
  const { t } = useWords()
  const { error = null, current = null } = fault ?? {}
  const change = changeIn(error)
  if (change !== null) {
    return (
      <ChangedMeanwhile
        change={change}
        changesIn={current === null ? null : (words) => changesIn(current, words)}
        people={people}
        onLoadCurrent={async () => {
          const loaded = current ?? (await onLoad().catch(() => null))
          if (loaded !== null) onLoaded(loaded)
        }}
      />
    )
  }
  // The end of the session is reported elsewhere in the dialog.
  if (error === null || (error instanceof Refused && error.status === 401)) return null
  return (
    <div role="alert">
      <p className="field-fault">
        <Icon name="critical" />
        <span>{saveFaultText(error instanceof Refused ? error.status : null, t)}</span>
      </p>
    </div>
  )
}

function changeIn(error: unknown) {
  return error instanceof Refused && error.status === 412 ? (error.problem?.current ?? null) : null
}
