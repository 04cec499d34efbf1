/** The trail of movements shown in the drawer, and what was read of them since it was opened. */
import { useEffect, useState } from 'react'
import type { ExplainedMovement, Loaded, ReadMovement } from '../credit/data.ts'

type Answer = { readonly status: 'error' } | { readonly status: 'ready'; readonly data: ExplainedMovement }

interface Trail {
  /** From the opened row to the movement shown. */
  readonly sequences: readonly number[]
  readonly answers: ReadonlyMap<number, Answer>
}

export interface Shown {
  readonly sequence: number
  readonly explained: Loaded<ExplainedMovement>
  /** Null if it is the one that was opened. */
  readonly before: ExplainedMovement | null
  readonly onGo: (sequence: number) => void
  readonly onBack: () => void
}

/** Starts over whenever the drawer is opened, because the state of a payment may have changed. */
export function useTrail(opened: number, isOpen: boolean, read: ReadMovement): Shown {
  const [wasOpen, setWasOpen] = useState(isOpen)
  const [trail, setTrail] = useState<Trail>({ sequences: [opened], answers: new Map() })
  if (isOpen !== wasOpen) {
    setWasOpen(isOpen)
    if (isOpen) setTrail({ sequences: [opened], answers: new Map() })
  }
  const sequence = trail.sequences.at(-1) ?? opened
  const answer = trail.answers.get(sequence)

  useEffect(() => {
    if (!isOpen || answer !== undefined) return
    let isCurrent = true
    const keep = (kept: Answer) => {
      if (isCurrent)
        setTrail(({ sequences, answers }) => ({ sequences, answers: new Map(answers).set(sequence, kept) }))
    }
    read(sequence).then(
      (data) => keep({ status: 'ready', data }),
      () => keep({ status: 'error' }),
    )
    return () => {
      isCurrent = false
    }
  }, [isOpen, answer, sequence, read])

  const onRetry = () =>
    setTrail(({ sequences, answers }) => ({
      sequences,
      answers: new Map([...answers].filter(([known]) => known !== sequence)),
    }))
  const before = trail.answers.get(trail.sequences.at(-2) ?? 0)
  return {
    sequence,
    explained:
      answer === undefined ? { status: 'loading' } : answer.status === 'ready' ? answer : { status: 'error', onRetry },
    before: before?.status === 'ready' ? before.data : null,
    onGo: (next) => setTrail(({ sequences, answers }) => ({ sequences: [...sequences, next], answers })),
    onBack: () => setTrail(({ sequences, answers }) => ({ sequences: sequences.slice(0, -1), answers })),
  }
}
