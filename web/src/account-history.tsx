/** Movements, a page after another, and payments, as their queries go. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { accountQueries } from './api/account.ts'
import { loaded } from './api/loaded.ts'
import type { Session } from './credit/data.ts'
import { History } from './credit/history.tsx'
import { ExportCredit } from './export/export-credit.tsx'

export interface AccountHistoryProps {
  readonly queries: ReturnType<typeof accountQueries>
  readonly session: Session
}

export default function AccountHistory({ queries, session }: AccountHistoryProps) {
  const [payments, methods] = [useQuery(queries.payments), useQuery(queries.methods)]
  const movements = useInfiniteQuery({
    queryKey: queries.movements.queryKey,
    queryFn: ({ pageParam }) => queries.movements.page(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  })
  return (
    <History
      movements={loaded(movements, (data) => ({
        items: data.pages.flatMap((page) => page.items),
        onShowMore: movements.hasNextPage ? () => void movements.fetchNextPage() : undefined,
      }))}
      payments={loaded(payments, (data) => ({ items: data.items }))}
      methods={loaded(methods, (data) => data.items)}
      isSandbox={session.is_sandbox}
      // Of closed accounts too: what there was stays theirs.
      aside={session.role === 'admin' ? <ExportCredit session={session} /> : null}
    />
  )
}
