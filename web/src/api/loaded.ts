/** A query as the state of a part of the page. */
import type { Loaded } from '../credit/data.ts'

interface Query<Data> {
  readonly data: Data | undefined
  readonly error: Error | null
  readonly isPlaceholderData?: boolean
  readonly refetch: () => unknown
}

/** Data that was loaded once stays visible, even if a later request fails. */
export function loaded<Data, Shown>(query: Query<Data>, show: (data: Data) => Shown): Loaded<Shown> {
  const { data, isPlaceholderData: isOld = false } = query
  if (data !== undefined) return { status: 'ready', data: show(data), isOld }
  return query.error === null ? { status: 'loading' } : { status: 'error', onRetry: () => void query.refetch() }
}
