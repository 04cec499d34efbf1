/**
 * The movements that match the filter, page by page. They are read once: later ones wait until asked for, so that no
 * row moves under a reader's hand. So their query key is not among those that are refetched after a lost stream.
 */
import {
  type InfiniteData,
  keepPreviousData,
  type QueryClient,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import type { Account } from '../api/account.ts'
import { loaded } from '../api/loaded.ts'
import { type MovementsAnswer, type MovementsApi, movementsApi } from '../api/movements.ts'
import type { NotIndexedYet } from '../api/not-indexed.ts'
import type { Loaded } from '../credit/data.ts'
import { useWords } from '../texts/words.tsx'
import { type MovementFilter, type MovementSearch, parseFilter, requestOf } from './filter.ts'
import type { AccountUsers, FoundMovements, NotIndexed } from './found.ts'
import { type Newest, type Shown, withNewest } from './newest.ts'

/** State of the account when it was requested; null if unknown. */
type Page = MovementsAnswer & { readonly asOf: Newest | null }
type Pages = InfiniteData<Page | NotIndexedYet, string | null>

/** Longer than the first view waits for its parts. */
const KEPT_AHEAD_MS = 10_000

export interface ReadMovements {
  readonly found: Loaded<FoundMovements | NotIndexed>
  /** Null if nothing is shown yet for this filter. */
  readonly shown: Shown | null
  readonly api: MovementsApi
  readonly request: MovementSearch | null
  /** Puts the newest on top. Rejects if they could not be loaded. */
  readonly showNew: () => Promise<void>
}

export function useMovements(queries: Account, filter: MovementFilter): ReadMovements {
  const { timeZone } = useWords()
  const client = useQueryClient()
  const api = useMemo(() => movementsApi(queries.accountId), [queries])
  const request = useMemo(() => requestOf(filter, { now: new Date(), timeZone }), [filter, timeZone])
  const query = listQuery(client, queries, api, request)
  const list = useInfiniteQuery({
    ...query,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const items = useMemo(
    () => (list.data?.pages ?? []).flatMap((page) => ('items' in page ? page.items : [])),
    [list.data],
  )
  const found = loaded(list, ({ pages: [first] }): FoundMovements | NotIndexed => {
    if (first === undefined || !('items' in first)) {
      const { retryAfterSeconds = 0 } = first ?? {}
      return { retryAfterSeconds, onRetry: () => void list.refetch(), isOld: list.isPlaceholderData }
    }
    return {
      items,
      count: first.count,
      isMore: first.is_more,
      isOld: list.isPlaceholderData,
      isShowingMore: list.isFetchingNextPage,
      isMoreMissing: list.isFetchNextPageError,
      onShowMore: list.hasNextPage && !list.isPlaceholderData ? () => void list.fetchNextPage() : undefined,
    }
  })
  const first = list.isPlaceholderData ? undefined : list.data?.pages[0]
  return {
    found,
    shown:
      first !== undefined && 'items' in first ? { sequence: first.items[0]?.sequence ?? 0, asOf: first.asOf } : null,
    api,
    request,
    showNew: async () => {
      const newest = await readAsOf(client, queries, api, request, null)
      client.setQueryData<Pages>(query.queryKey, (before) => {
        if (before === undefined || !('items' in newest)) return before
        const pages = withNewest(
          before.pages.filter((page) => 'items' in page),
          newest,
        )
        return { pages: [...pages], pageParams: before.pageParams.slice(0, pages.length) }
      })
    },
  }
}

/**
 * Requests the movements of the page's address before their list is rendered. Rejects if not even the balance loads.
 */
export async function readMovementsAhead(client: QueryClient, queries: Account): Promise<void> {
  await client.ensureQueryData(queries.balance)
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  const request = requestOf(parseFilter(location.search), { now: new Date(), timeZone })
  await client.prefetchInfiniteQuery({
    ...listQuery(client, queries, movementsApi(queries.accountId), request),
    gcTime: KEPT_AHEAD_MS,
  })
}

function listQuery(client: QueryClient, queries: Account, api: MovementsApi, request: MovementSearch | null) {
  return {
    queryKey: ['movements', queries.accountId, request],
    queryFn: ({ pageParam }: { pageParam: string | null }) => readAsOf(client, queries, api, request, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page | NotIndexedYet) => ('items' in page ? page.next_cursor : null),
  }
}

async function readAsOf(
  client: QueryClient,
  queries: Account,
  api: MovementsApi,
  search: MovementSearch | null,
  cursor: string | null,
): Promise<Page | NotIndexedYet> {
  const asOf = client.getQueryData(queries.balance.queryKey) ?? null
  const page = await api.page(search, { cursor })
  return 'items' in page ? { ...page, asOf } : page
}

/** The users, requested once somebody wants to choose one. */
export function useAccountUsers(
  queries: Account,
  api: MovementsApi,
): { users: Loaded<AccountUsers>; load: () => void } {
  const [isWanted, setIsWanted] = useState(false)
  const users = useQuery({
    queryKey: ['movements', queries.accountId, 'users'],
    queryFn: api.users,
    enabled: isWanted,
  })
  const load = useCallback(() => setIsWanted(true), [])
  return { users: loaded(users, (data): AccountUsers => data), load }
}
