/** Only an incomplete index is shown as one: a search may be refused with 503 for other reasons. */
import { describe, expect, it } from 'vitest'
import { notIndexedYet } from '../../../web/src/api/not-indexed.ts'

const problem = (code: string) => ({ type: `urn:tollgate:problem:${code}` })

describe('a search of movements is refused for its index', () => {
  it.each<[what: string, status: number, error: unknown, retryAfter: string | null, found: number | null]>([
    ['not indexed', 503, problem('not-indexed'), '12', 12],
    ['not indexed, no Retry-After', 503, problem('not-indexed'), null, 30],
    ['no database', 503, problem('unavailable'), '1', null],
    ["a proxy's own page", 503, '<h1>Service Unavailable</h1>', null, null],
    ['an empty answer', 503, undefined, null, null],
    ['a bug', 500, problem('internal'), null, null],
    ['found', 200, undefined, null, null],
  ])('%s, %i', (_, status, error, retryAfter, retryAfterSeconds) => {
    const headers = new Headers(retryAfter === null ? {} : { 'retry-after': retryAfter })
    const found = notIndexedYet({ error, response: new Response(null, { status, headers }) })
    expect(found).toEqual(retryAfterSeconds === null ? null : { retryAfterSeconds })
  })
})
