/**
 * The button for new movements, which wait behind it so that nothing moves while somebody reads. Its space is reserved.
 */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { Account } from '../api/account.ts'
import { later } from '../live/later.ts'
import { createPacer, type Pacer } from '../live/pacer.ts'
import { useWords } from '../texts/words.tsx'
import { countNew } from './newest.ts'
import type { ReadMovements } from './use-movements.ts'

export interface ShowNewProps {
  /** Null: there are some, but their number is unknown. */
  readonly count: number | null
  /** Rejects if they could not be loaded. */
  readonly onShow: () => Promise<void>
}

export function ShowNew({ count, onShow }: ShowNewProps) {
  const { t } = useWords()
  const [state, setState] = useState<'waiting' | 'loading' | 'failed'>('waiting')
  if (count === 0) return null
  const show = async () => {
    if (state === 'loading') return
    setState('loading')
    await onShow().then(
      () => setState('waiting'),
      () => setState('failed'),
    )
  }
  return (
    <>
      <button type="button" className="link-button" onClick={() => void show()}>
        {count === null ? t('new.show') : t('new.showCount', { count })}
      </button>
      {state === 'failed' ? (
        <span className="muted" role="alert">
          {t('part.notLoaded', { part: t('part.movements') })}
        </span>
      ) : null}
    </>
  )
}

export interface NewMovementsProps {
  readonly queries: Account
  readonly read: ReadMovements
  readonly onShown: () => void
}

/** Without a filter the number is known from the balance; with one, only a search can tell. */
export function NewMovements({ queries, read, onShown }: NewMovementsProps) {
  const { data: balance } = useQuery(queries.balance)
  const hasMatch = useNewMatch(read, balance?.last_sequence)
  const { shown, request, showNew } = read
  if (shown === null || balance === undefined) return null
  const count = request === null ? countNew(shown, balance) : hasMatch ? null : 0
  return <ShowNew count={count} onShow={() => showNew().then(onShown)} />
}

/** Each look is a search on the server, and an account may have ten movements a second. */
const LOOK_EVERY_MS = 15_000

function useNewMatch({ api, request, shown }: ReadMovements, lastSequence: number | undefined): boolean {
  const [newest, setNewest] = useState<{ readonly request: object; readonly sequence: number } | null>(null)
  const pacer = useRef<Pacer<number> | null>(null)
  useEffect(() => {
    if (request === null) return
    let isOver = false
    const look = async () => {
      const page = await api.page(request, { cursor: null, limit: 1 }).catch(() => null)
      if (isOver || page === null || !('items' in page)) return
      setNewest({ request, sequence: page.items[0]?.sequence ?? 0 })
    }
    pacer.current = createPacer({
      everyMs: LOOK_EVERY_MS,
      pass: () => void look(),
      nowMs: () => performance.now(),
      later,
    })
    return () => {
      isOver = true
      pacer.current?.stop()
      pacer.current = null
    }
  }, [api, request])
  const isAhead = shown !== null && newest !== null && newest.request === request && newest.sequence > shown.sequence
  const looked = useRef<{ readonly request: object | null; readonly sequence: number } | null>(null)
  useEffect(() => {
    if (lastSequence === undefined || shown === null || isAhead) return
    // What was there when the list was requested is in it.
    const known = Math.max(
      shown.asOf?.last_sequence ?? 0,
      looked.current?.request === request ? looked.current.sequence : 0,
    )
    if (lastSequence <= known) return
    looked.current = { request, sequence: lastSequence }
    pacer.current?.take(lastSequence)
  }, [lastSequence, request, shown, isAhead])
  return isAhead
}
