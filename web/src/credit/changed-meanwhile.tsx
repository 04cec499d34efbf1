/**
 * Says that somebody else has changed something meanwhile: who, when and what; and offers to load the current state.
 */
import { useState } from 'react'
import type { Change } from '../api/answered.ts'
import { Button } from '../components/button.tsx'
import { PayMessage } from '../pay/pay-message.tsx'
import { useWords, type Words } from '../texts/words.tsx'
import { changeText, type Readers } from './changes.ts'

export interface ChangedMeanwhileProps {
  readonly change: Change
  /** Null if the current state could not be read. */
  readonly changesIn: ((words: Words) => readonly string[]) | null
  readonly people: Readers
  /** Absent: there is nothing to load. */
  readonly onLoadCurrent?: (() => Promise<void> | void) | undefined
}

/** Needs the texts of the area `dialogs`. */
export function ChangedMeanwhile({ change, changesIn, people, onLoadCurrent }: ChangedMeanwhileProps) {
  const words = useWords()
  const [isLoading, setIsLoading] = useState(false)
  const load = async () => {
    setIsLoading(true)
    await onLoadCurrent?.()
    setIsLoading(false)
  }
  return (
    <PayMessage tone="warning" title={changeText(change, changesIn?.(words) ?? null, people, words)}>
      {onLoadCurrent ? (
        <Button isSubmitting={isLoading} onClick={() => void load()}>
          {words.t('changed.loadCurrent')}
        </Button>
      ) : null}
    </PayMessage>
  )
}
