/**
 * State of the export dialog. An export is requested under a key that is kept until there is an answer, so a retry
 * requests the same one; then it is followed until it ends. Closing the dialog stops nothing.
 */
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { type Export, type ExportsApi, NotAnswered, type WantedExport } from '../api/exports.ts'
import type { ExportView } from './export-dialog.tsx'
import { isSameInstant } from './period.ts'

const LOOK_EVERY_MS = 1_000
const MAX_TRIES = 2

interface Shown {
  /** Null if none is shown and a period is being chosen. */
  readonly exportId: string | null
  readonly isAnother: boolean
}

export interface Exports {
  readonly view: ExportView
  /** Downloadable exports, without the one shown. */
  readonly earlier: Pick<UseQueryResult<readonly Export[]>, 'data' | 'error' | 'refetch'>
  readonly isSubmitting: boolean
  /** Why the last request failed, or why the export can no longer be followed. */
  readonly fault: NotAnswered | null
  readonly start: (wanted: WantedExport) => Promise<void>
  readonly chooseAnother: () => void
  readonly lookAgain: () => void
}

export interface ExportsOptions {
  readonly isOpen: boolean
  readonly showsNewest: boolean
}

/** Long, because list, request and follow-up share which export is shown. */
export function useExports(api: ExportsApi, accountId: string, { isOpen, showsNewest }: ExportsOptions): Exports {
  const client = useQueryClient()
  const listKey = ['account', accountId, 'exports']
  const keyOf = (exportId: string | null) => [...listKey, exportId]
  const [shown, setShown] = useState<Shown | null>(null)
  const [isSubmitting, setIsSubmitting] = useState(false)
  const [fault, setFault] = useState<NotAnswered | null>(null)
  const keys = useRef(new Map<string, string>())

  const list = useQuery({
    queryKey: listKey,
    queryFn: api.list,
    enabled: isOpen,
    retry: isWorthAnotherTry,
    staleTime: 0,
  })
  const exportId = shown?.exportId ?? null
  const followed = useQuery({
    queryKey: keyOf(exportId),
    queryFn: () => api.read(exportId!),
    enabled: isOpen && exportId !== null,
    retry: false,
    staleTime: 0,
    refetchInterval: ({ state: { data, error } }) => (data?.state === 'preparing' ? lookInMs(error) : false),
  })

  const show = (found: Export, isAnother: boolean) => {
    client.setQueryData(keyOf(found.export_id), found)
    setShown({ exportId: found.export_id, isAnother })
  }
  const newest = list.data?.[0]
  const begin = useRef(() => {})
  begin.current = () => {
    if (newest !== undefined && (newest.state === 'preparing' || showsNewest)) show(newest, false)
    else setShown({ exportId: null, isAnother: false })
  }
  // Only once: a later export by somebody else must not replace the form.
  const { isFetchedAfterMount } = list
  useEffect(() => {
    if (isFetchedAfterMount) begin.current()
  }, [isFetchedAfterMount])

  const isLookedAtAgain = lookInMs(followed.error) !== false
  const isOver = followed.data !== undefined && followed.data.state !== 'preparing'
  const lookAgain = useCallback(
    () => void client.invalidateQueries({ queryKey: ['account', accountId, 'exports'] }),
    [client, accountId],
  )
  useEffect(() => {
    if (isOver) lookAgain()
  }, [isOver, lookAgain])

  return {
    view: viewOf(shown, followed.data, followed.error !== null && isLookedAtAgain),
    earlier: {
      data: list.data?.filter(({ state, export_id }) => state === 'ready' && export_id !== exportId),
      error: list.error,
      refetch: list.refetch,
    },
    isSubmitting,
    fault: fault ?? (isLookedAtAgain ? null : (followed.error as NotAnswered)),
    async start(wanted) {
      const place = `${wanted.from} ${wanted.to} ${wanted.time_zone}`
      const key = keys.current.get(place) ?? crypto.randomUUID()
      keys.current.set(place, key)
      setIsSubmitting(true)
      setFault(null)
      try {
        const begun = await api.create(key, wanted)
        keys.current.delete(place)
        show(begun, isAnotherThan(wanted, begun))
      } catch (error) {
        if (!(error instanceof NotAnswered)) throw error
        setFault(error)
      } finally {
        setIsSubmitting(false)
      }
    },
    chooseAnother() {
      setFault(null)
      setShown({ exportId: null, isAnother: false })
    },
    lookAgain,
  }
}

/** A refusal is final, and an API that names a delay is not asked before. */
export function isWorthAnotherTry(failures: number, error: Error): boolean {
  return (
    failures < MAX_TRIES && error instanceof NotAnswered && error.status === null && error.retryAfterSeconds === null
  )
}

function viewOf(shown: Shown | null, found: Export | undefined, isUnheard: boolean): ExportView {
  if (shown === null) return { at: 'loading' }
  if (shown.exportId === null) return { at: 'choosing' }
  if (found === undefined) return { at: 'loading' }
  return { at: 'shown', export: found, isAnother: shown.isAnother, isUnheard }
}

/** No more looks for those who may no longer look. */
function lookInMs(error: Error | null): number | false {
  if (!(error instanceof NotAnswered)) return LOOK_EVERY_MS
  const { status, retryAfterSeconds } = error
  if (status !== null && status !== 429) return false
  return Math.max(LOOK_EVERY_MS, (retryAfterSeconds ?? 0) * 1_000)
}

/** A period that reached past now ends at the time of the request. */
function isAnotherThan(wanted: WantedExport, { from, to, requested_at }: Export): boolean {
  return !isSameInstant(from, wanted.from) || !(isSameInstant(to, wanted.to) || isSameInstant(to, requested_at))
}
