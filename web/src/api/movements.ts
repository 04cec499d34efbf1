/** Movements as the API lists and searches them. Search terms are sent in bodies, so they appear in no access log. */
import type { Movement } from '../credit/data.ts'
import { dateIn } from '../format/date-in.ts'
import { addDays } from '../format/days.ts'
import type { MovementSearch } from '../movements/filter.ts'
import { MOVEMENTS_PER_PAGE } from '../movements/found.ts'
import { answerOf, openClient } from './account.ts'
import { type NotIndexedYet, notIndexedYet } from './not-indexed.ts'

export interface MovementsAnswer {
  readonly items: readonly Movement[]
  readonly next_cursor: string | null
  /** On all pages together, as far as they are counted. */
  readonly count: number
  /** Whether there are more than `count`. */
  readonly is_more: boolean
}

export interface PageWanted {
  /** Null for the newest. */
  readonly cursor: string | null
  readonly limit?: number
}

export type MovementsApi = ReturnType<typeof movementsApi>

/** Counts stop here, for lists as for searches. */
const MAX_COUNT = 1_000
const USED_IN_DAYS = 90

/** Every request throws `Refused`, or what `fetch` throws if there is no answer. */
export function movementsApi(accountId: string) {
  const api = openClient()
  const path = { account_id: accountId }

  async function list({ cursor, limit = MOVEMENTS_PER_PAGE }: PageWanted): Promise<MovementsAnswer> {
    const query = { limit, ...(cursor === null ? {} : { cursor }) }
    const page = await answerOf(api.GET('/v1/accounts/{account_id}/movements', { params: { path, query } }))
    // Sequences have no gaps, so the newest one is the count.
    const all = page.items[0]?.sequence ?? 0
    return { ...page, count: Math.min(all, MAX_COUNT), is_more: all > MAX_COUNT }
  }

  async function find(
    search: MovementSearch,
    { cursor, limit = MOVEMENTS_PER_PAGE }: PageWanted,
  ): Promise<MovementsAnswer | NotIndexedYet> {
    const body = { ...search, limit, ...(cursor === null ? {} : { cursor }) }
    const asked = api.POST('/v1/accounts/{account_id}/movement-searches', { params: { path }, body })
    return notIndexedYet(await asked) ?? answerOf(asked)
  }

  return {
    /** `search` is null for all movements. */
    page: (search: MovementSearch | null, wanted: PageWanted) =>
      search === null ? list(wanted) : find(search, wanted),
    /** Users with usage, those with the most first. */
    users: async () => {
      const from = addDays(dateIn('UTC', new Date()), 1 - USED_IN_DAYS)
      const query = { by: 'user', from } as const
      const { items, other } = await answerOf(api.GET('/v1/accounts/{account_id}/usage', { params: { path, query } }))
      return {
        users: items.flatMap(({ id, name }) => (id === null ? [] : [{ id, name }])),
        isAll: other.count === 0,
      }
    },
  }
}
