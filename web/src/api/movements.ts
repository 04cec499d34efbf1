/** Movements as the API lists and finds them. What is looked for goes in bodies: it stands in nobody's log of addresses. */
import type { Movement } from '../credit/data.ts'
import { addDays, dateIn } from '../format/days.ts'
import type { MovementSearch } from '../movements/filter.ts'
import { MOVEMENTS_PER_PAGE } from '../movements/found.ts'
import { answerOf, openClient } from './account.ts'

export interface MovementsAnswer {
  readonly items: readonly Movement[]
  readonly next_cursor: string | null
  /** How many there are on all pages, as far as they are counted. */
  readonly count: number
  /** There are more than `count`. */
  readonly is_more: boolean
}

/** Too much is not indexed yet to be searched and counted; it is listed all the same. */
export interface NotIndexedYet {
  readonly retryAfterSeconds: number
}

export interface PageWanted {
  /** Null: from the newest on. */
  readonly cursor: string | null
  readonly limit?: number
}

export type MovementsApi = ReturnType<typeof movementsApi>

/** Of all that is listed, only so many are counted, as of what is found. */
const MAX_COUNT = 1_000
const USED_IN_DAYS = 90
const RETRY_AFTER_SECONDS = 30

/** Whatever it asks throws `Refused`, and what `fetch` throws when there is no answer. */
export function movementsApi(accountId: string) {
  const api = openClient()
  const path = { account_id: accountId }

  async function list({ cursor, limit = MOVEMENTS_PER_PAGE }: PageWanted): Promise<MovementsAnswer> {
    const query = { limit, ...(cursor === null ? {} : { cursor }) }
    const page = await answerOf(api.GET('/v1/accounts/{account_id}/movements', { params: { path, query } }))
    // They are numbered without a gap.
    const all = page.items[0]?.sequence ?? 0
    return { ...page, count: Math.min(all, MAX_COUNT), is_more: all > MAX_COUNT }
  }

  async function find(
    search: MovementSearch,
    { cursor, limit = MOVEMENTS_PER_PAGE }: PageWanted,
  ): Promise<MovementsAnswer | NotIndexedYet> {
    const body = { ...search, limit, ...(cursor === null ? {} : { cursor }) }
    const asked = api.POST('/v1/accounts/{account_id}/movement-searches', { params: { path }, body })
    const { response } = await asked
    if (response.status === 503) {
      return { retryAfterSeconds: Number(response.headers.get('retry-after')) || RETRY_AFTER_SECONDS }
    }
    return answerOf(asked)
  }

  return {
    /** `search` null: all of them. */
    page: (search: MovementSearch | null, wanted: PageWanted) =>
      search === null ? list(wanted) : find(search, wanted),
    /** Who used credit, those first who used the most of it. */
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
