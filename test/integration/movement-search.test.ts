/**
 * Movements by any filter: the same as a filter in TypeScript over all of them finds, whatever is indexed, and over
 * HTTP by everybody who may.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type FoundKind,
  listMovements,
  MAX_COUNT,
  type MovementFilter,
  NO_FILTER,
  searchMovements,
} from '../../src/reporting/find-movements.ts'
import { AFTER_LAST_CHUNK, findIndexDifferences } from '../../src/reporting/index-movements.ts'
import { rollUp } from '../../src/reporting/roll-up.ts'
import type { Fault } from '../../src/verify/fault.ts'
import { verifyMovementIndex } from '../../src/verify/movement-index.ts'
import { createPace } from '../../src/verify/pace.ts'
import { createRandom } from '../../testkit/random.ts'
import { openTestApi, type TestApi } from '../support/api.ts'
import { callFields, correctionFields, type Fields, testAccount, usageFields } from '../support/catalog.ts'
import { adjust, apply, postPayments, recordUsage } from '../support/ledger.ts'

let api: TestApi
const random = createRandom(11)

const USERS = ['ann', 'bob', 'cy'] as const
const NUMBERS = ['+41441234567', '+43123456', '+4930123456', '+12125550100', '+882123456'] as const
const INTERACTIONS = ['talk-1', 'talk-2', 'talk-3'] as const
const SKUS = ['number-lookup', 'ported-number'] as const

/** More than three chunks of movements, some without the rare kinds. */
const LARGE = 'large'
const SMALL = 'small'
const GROWING = 'growing'

beforeAll(async () => {
  api = await openTestApi()
  const settings = { packages: [], conversationIntelligence: 'credit', voiceAgent: 'credit' } as const
  await apply(
    api,
    [LARGE, SMALL, GROWING, 'acme', 'other', 'behind'].map((accountId) => testAccount({ ...settings, accountId })),
  )
  await makeHistory(SMALL, 60)
  await makeHistory(LARGE, 4_000)
  await makeHistory('acme', 30)
  await makeHistory(GROWING, 10)
})

afterAll(async () => {
  await api?.close()
})

const FLIP_BIT = `update tollgate.movement_index set sequences = set_bit(sequences, 3, 1 - get_bit(sequences, 3))
  where account_id = '${LARGE}' and what = 'user' and id = 'ann' and chunk = 1`

function differencesOf(...accountIds: string[]) {
  return findIndexDifferences(
    api.pool,
    accountIds.map((accountId) => ({ accountId, fromChunk: 0, toChunk: AFTER_LAST_CHUNK })),
  )
}

const madeOf = new Map<string, string[]>()

/** Some have an interaction, some share one, most have only their event. */
function randomEvents(accountId: string, count: number): Fields[] {
  const made = madeOf.get(accountId) ?? []
  madeOf.set(accountId, made)
  return Array.from({ length: count }, () => {
    const event_id = `${accountId}-${nextEvent++}`
    const of = {
      event_id,
      account_id: accountId,
      ...(random.chance(0.2) ? { interaction_id: random.pick(INTERACTIONS) } : {}),
      ...(random.chance(0.1) ? { interaction_id: `talk-of-${event_id}` } : {}),
    }
    if (made.length > 0 && random.chance(0.1)) return correctionFields(event_id, random.pick(made), of)
    made.push(event_id)
    const user_id = random.pick(USERS)
    if (random.chance(0.6)) return callFields({ ...of, user_id, to: random.pick(NUMBERS) })
    if (random.chance(0.1)) return usageFields({ ...of, type: 'other', sku: random.pick(SKUS), quantity: 5 })
    if (random.chance(0.2)) return usageFields({ ...of, type: 'voice_agent', agent_id: 'a', duration_seconds: 61 })
    return usageFields({
      ...of,
      ...(random.chance(0.5) ? { user_id } : {}),
      type: 'message',
      channel: 'sms',
      direction: 'outbound',
      from: '+4930123456',
      to: '+43123456',
      fragments: 2,
    })
  })
}
let nextEvent = 1

async function makeHistory(accountId: string, events: number): Promise<void> {
  await adjust(api, accountId, 1_000_000_000n)
  for (let made = 0; made < events; ) {
    const count = Math.min(events - made, 1 + random.whole(400))
    await recordUsage(api, ...randomEvents(accountId, count))
    made += count
    if (random.chance(0.2)) await adjust(api, accountId, random.chance(0.5) ? 1_000_000n : -1_000_000n)
    if (made === count) await postPayments(api, accountId)
  }
}

interface Fact {
  readonly sequence: bigint
  readonly kinds: readonly FoundKind[]
  readonly amount: bigint
  readonly recordedAt: string
  readonly userId: string | null
  readonly texts: readonly (string | null)[]
  readonly destination: string | null
}

interface FactRow {
  sequence: bigint
  kind: FoundKind
  amount_micros: bigint
  event_id: string | null
  reverses_sequence: bigint | null
  recorded_at: string
  type: FoundKind | null
  channel: FoundKind | null
  user_id: string | null
  interaction_id: string | null
  sku: string | null
  destination: string | null
}

/** All movements of an account, newest first, with what a filter can match. */
async function factsOf(accountId: string): Promise<Fact[]> {
  const { rows } = await api.pool.query<FactRow>(
    `select m.sequence, m.kind, m.amount_micros, m.event_id, m.reverses_sequence,
            to_char(m.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at,
            u.type, u.channel, u.user_id, u.interaction_id, u.sku, u.destination
       from tollgate.movements m
       left join tollgate.rated_usage u on u.account_id = m.account_id and u.movement_sequence = m.sequence
      where m.account_id = $1 order by m.sequence desc`,
    [accountId],
  )
  const bySequence = new Map(rows.map((row) => [row.sequence, row]))
  return rows.map((row) => {
    const of = row.kind === 'reversal' ? bySequence.get(row.reverses_sequence!)! : row
    return {
      sequence: row.sequence,
      kinds: row.kind === 'usage' ? [row.kind, row.channel ?? row.type!] : [row.kind],
      amount: row.amount_micros,
      recordedAt: row.recorded_at,
      userId: of.user_id,
      texts: [row.interaction_id, of.interaction_id, of.sku],
      destination: of.destination,
    }
  })
}

function isFound(fact: Fact, { kinds, userId, from, to, direction, search }: MovementFilter): boolean {
  return (
    (kinds === null || fact.kinds.some((kind) => kinds.includes(kind))) &&
    (userId === null || fact.userId === userId) &&
    (from === null || fact.recordedAt >= from) &&
    (to === null || fact.recordedAt < to) &&
    (direction === null || fact.amount > 0n === (direction === 'in')) &&
    (search === null ||
      fact.texts.includes(search) ||
      fact.destination?.toLowerCase().startsWith(search.toLowerCase()) === true)
  )
}

function randomFilter(facts: readonly Fact[]): MovementFilter {
  const at = () => random.pick(facts).recordedAt
  const sometimes = <T>(make: () => T): T | null => (random.chance(0.35) ? make() : null)
  const kinds: readonly FoundKind[] = [
    'usage',
    'call',
    'sms',
    'voice_agent',
    'other',
    'mms',
    'reversal',
    'top_up',
    'adjustment',
  ]
  const searches = () =>
    random.pick([
      ...INTERACTIONS,
      ...SKUS,
      random.pick(facts).texts.find((text) => text !== null) ?? 'talk-9',
      'eur',
      'Germany',
      'GERMANY PRE',
      'u',
      'international networks!',
      '%',
      'no such thing',
    ])
  return {
    kinds: sometimes(() => kinds.filter(() => random.chance(0.3))),
    userId: sometimes(() => random.pick([...USERS, 'nobody'])),
    from: sometimes(at),
    to: sometimes(at),
    direction: sometimes(() => random.pick(['in', 'out'] as const)),
    search: sometimes(searches),
  }
}

async function expectSearchesMatch(accountId: string, filters: number): Promise<void> {
  const facts = await factsOf(accountId)
  for (let i = 0; i < filters; i++) {
    const filter = i === 0 ? NO_FILTER : randomFilter(facts)
    const expected = facts.filter((fact) => isFound(fact, filter)).map(({ sequence }) => sequence)
    const before = random.chance(0.5) ? null : BigInt(random.whole(facts.length + 2))
    const limit = 1 + random.whole(60)
    const wanted = expected.filter((sequence) => before === null || sequence < before).slice(0, limit)
    const { movements: listed } = await listMovements(api.pool, accountId, filter, { before, limit })
    const found = await searchMovements(api.pool, accountId, filter, { before, limit })
    if ('notIndexed' in found) throw new Error('a small account is always counted')
    expect({
      filter,
      before,
      limit,
      listed: listed.map(({ sequence }) => sequence),
      found: { ...found, movements: found.movements.map(({ sequence }) => sequence) },
    }).toEqual({
      filter,
      before,
      limit,
      listed: wanted,
      found: { movements: wanted, count: Math.min(expected.length, MAX_COUNT), isMore: expected.length > MAX_COUNT },
    })
  }
}

async function indexedChunks(accountId: string): Promise<number> {
  const { rowCount } = await api.pool.query('select from tollgate.movement_chunks where account_id = $1', [accountId])
  return rowCount!
}

describe('a filter finds every match', () => {
  it('if nothing is rolled up', async () => {
    expect(await indexedChunks(LARGE)).toBe(0)
    await expectSearchesMatch(SMALL, 30)
    await expectSearchesMatch(LARGE, 40)
  })

  it('if half is rolled up, in shares that end within chunks', async () => {
    while ((await indexedChunks(LARGE)) < 2) await rollUp(api.pool, { maxMovements: 300 })
    expect(await differencesOf(LARGE)).toEqual([])
    await expectSearchesMatch(LARGE, 80)
  })

  it('if everything is rolled up, and if more came since', async () => {
    while ((await rollUp(api.pool)).hasMore);
    expect(await indexedChunks(LARGE)).toBeGreaterThanOrEqual(3)
    expect(await differencesOf(LARGE, SMALL)).toEqual([])
    await expectSearchesMatch(LARGE, 80)
    await expectSearchesMatch(SMALL, 30)
    await recordUsage(api, ...randomEvents(LARGE, 100))
    await expectSearchesMatch(LARGE, 20)
  })

  it('if the clock was set back between chunks', async () => {
    // Each chunk has its own time span: instants need not ascend with sequences.
    const { rows } = await api.pool.query<{ last: bigint }>(
      'select last_sequence as last from tollgate.accounts where account_id = $1',
      [LARGE],
    )
    const { last } = rows[0]!
    await api.pool.query(
      `insert into tollgate.movements (account_id, sequence, recorded_at, occurred_at, kind, amount_micros,
         balance_before_micros, balance_after_micros, currency, actor, reason)
       select account_id, $2 + n, created_at - n * interval '1 hour', now(), 'adjustment', 1, n, n + 1, 'EUR', 'test', 'early'
         from tollgate.accounts cross join generate_series(1, 1500) as n where account_id = $1`,
      [LARGE, last],
    )
    await api.pool.query('update tollgate.accounts set last_sequence = last_sequence + 1500 where account_id = $1', [
      LARGE,
    ])
    await expectSearchesMatch(LARGE, 30)
    while ((await rollUp(api.pool)).hasMore);
    await expectSearchesMatch(LARGE, 60)
  })

  it('if two interactions have the same hash', async () => {
    const { rows } = await api.pool.query<{ sequence: bigint }>(
      `insert into tollgate.movement_interactions (account_id, interaction_hash, sequence)
       select account_id, hashtextextended('talk of nobody', 0), 5 from tollgate.accounts where account_id = $1
       returning sequence`,
      [LARGE],
    )
    expect(rows).toHaveLength(1)
    const filter = { ...NO_FILTER, search: 'talk of nobody' }
    expect((await listMovements(api.pool, LARGE, filter, { before: null, limit: 5 })).movements).toEqual([])
    await api.pool.query(
      `delete from tollgate.movement_interactions where account_id = $1 and interaction_hash = hashtextextended($2, 0)`,
      [LARGE, filter.search],
    )
  })

  it.each<[what: string, plant: string, repair: string, found: string[]]>([
    ['a bit that is not of its movement', FLIP_BIT, FLIP_BIT, ['chunk 1 user ann']],
    [
      'a movement that is found by no interaction',
      `create table public.kept as select * from tollgate.movement_interactions where account_id = '${LARGE}' and sequence = (
         select min(sequence) from tollgate.movement_interactions where account_id = '${LARGE}' and sequence > 1024);
       delete from tollgate.movement_interactions i using public.kept k where i = k`,
      'insert into tollgate.movement_interactions table public.kept; drop table public.kept',
      [expect.stringMatching(/^interaction of movement \d+$/)],
    ],
    [
      'a chunk that is not due',
      `insert into tollgate.movement_chunks values ('${LARGE}', 900, now(), now())`,
      `delete from tollgate.movement_chunks where account_id = '${LARGE}' and chunk = 900`,
      ['chunk 900'],
    ],
  ])('and %s is found, whichever chunks are read together', async (_, plant, repair, found) => {
    await api.pool.query(plant)
    const differing = found.map((of) => ({ accountId: LARGE, of }))
    expect(await differencesOf(LARGE, SMALL)).toEqual(differing)
    const cuts = [0, 1, 2, AFTER_LAST_CHUNK]
    const each = cuts.slice(1).map((toChunk, i) => ({ accountId: LARGE, fromChunk: cuts[i]!, toChunk }))
    expect((await Promise.all(each.map((range) => findIndexDifferences(api.pool, [range])))).flat()).toEqual(differing)
    const faults: Fault[] = []
    await verifyMovementIndex(api.pool, createPace(1_000_000), (fault) => faults.push(fault))
    expect(faults).toMatchObject(
      differing.map(({ accountId }) => ({ check: 'movement_index', severity: 'fault', accountId })),
    )
    await api.pool.query(repair)
    expect(await differencesOf(LARGE, SMALL)).toEqual([])
  })
})

describe('pages', () => {
  it.each<[what: string, filter: MovementFilter]>([
    ['of everything', NO_FILTER],
    ['of a filter', { ...NO_FILTER, userId: 'ann', direction: 'out' }],
  ])('%s have no gaps or duplicates while movements are added and rolled up', async (_, filter) => {
    await recordUsage(api, ...randomEvents(GROWING, 1_000))
    const facts = await factsOf(GROWING)
    const expected = facts.filter((fact) => isFound(fact, filter)).map(({ sequence }) => sequence)
    expect(expected.length).toBeGreaterThan(150)
    const tiled: bigint[] = []
    for (let before: bigint | null = null; ; ) {
      const { movements: page } = await listMovements(api.pool, GROWING, filter, { before, limit: 70 })
      tiled.push(...page.map(({ sequence }) => sequence))
      if (page.length < 70) break
      before = page.at(-1)!.sequence
      await recordUsage(api, ...randomEvents(GROWING, 80))
      await rollUp(api.pool, { maxMovements: 500 })
    }
    expect(tiled).toEqual(expected)
  })
})

describe('over HTTP', () => {
  const PATH = '/v1/accounts/acme/movement-searches'
  const problem = (body: { type: string }) => body.type.replace('urn:tollgate:problem:', '')

  it('a search returns a page, the count, and the next page by its cursor', async () => {
    const token = await api.person('acme', 'admin')
    const facts = (await factsOf('acme')).filter((fact) => isFound(fact, { ...NO_FILTER, kinds: ['call'] }))
    const ask = (cursor?: string) =>
      api.ask('POST', PATH, { token, body: { kinds: ['call'], limit: 3, ...(cursor === undefined ? {} : { cursor }) } })
    const sequences: number[] = []
    for (let cursor: string | undefined; ; ) {
      const { status, body } = await ask(cursor)
      expect({ status, count: body.count, is_more: body.is_more }).toEqual({
        status: 200,
        count: facts.length,
        is_more: false,
      })
      sequences.push(...body.items.map((item: { sequence: number }) => item.sequence))
      if (body.next_cursor === null) break
      cursor = body.next_cursor
    }
    expect(sequences).toEqual(facts.map(({ sequence }) => Number(sequence)))
    expect(sequences.length).toBeGreaterThan(6)
  })

  it('GET /movements finds by the same kinds, period and direction', async () => {
    const token = await api.key(['read'], ['acme'])
    const { body: searched } = await api.ask('POST', PATH, { token, body: { kinds: ['sms', 'top_up'], limit: 100 } })
    const listed = await api.ask('GET', '/v1/accounts/acme/movements?kind=sms&kind=top_up&limit=100', { token })
    expect(listed).toMatchObject({ status: 200, body: { items: searched.items } })
    expect(searched.count).toBeGreaterThan(1)
  })

  it('members see no number in full', async () => {
    const numbers = async (token: string) => {
      const { body } = await api.ask('POST', PATH, { token, body: { kinds: ['call'], limit: 200 } })
      return body.items.map(({ usage }: { usage: { number: string } }) => usage.number)
    }
    const full = await numbers(await api.person('acme', 'admin'))
    const masked = await numbers(await api.person('acme', 'member'))
    expect(full.every((number: string) => (NUMBERS as readonly string[]).includes(number))).toBe(true)
    expect(masked.length).toBe(full.length)
    expect(masked.every((number: string) => number.includes('***'))).toBe(true)
  })

  it('an account that is not the caller’s is hidden, and one without the permission is refused', async () => {
    for (const [token, status, type] of [
      [undefined, 401, 'unauthenticated'],
      [await api.person('other', 'admin'), 404, 'not-found'],
      [await api.key(['read'], ['other']), 404, 'not-found'],
      [await api.key(['write'], ['acme']), 403, 'forbidden'],
    ] as const) {
      const answer = await api.ask('POST', PATH, { token, body: {} })
      expect([answer.status, problem(answer.body)]).toEqual([status, type])
    }
    const nobody = await api.ask('POST', '/v1/accounts/nobody/movement-searches', {
      token: await api.operator(),
      body: {},
    })
    expect([nobody.status, problem(nobody.body)]).toEqual([404, 'not-found'])
  })

  it.each([
    ['an unknown field', { number: '+4930123456' }, 400, 'invalid-request'],
    ['an unknown kind', { kinds: ['fax'] }, 400, 'invalid-request'],
    ['no kind at all', { kinds: [] }, 400, 'invalid-request'],
    ['an empty search', { search: '' }, 400, 'invalid-request'],
    ['a search with a NUL', { search: 'a\0' }, 400, 'invalid-request'],
    ['an invalid day', { from: '2026-02-30' }, 400, 'invalid-request'],
    ['a limit as text', { limit: '5' }, 400, 'invalid-request'],
    ['too many items', { limit: 201 }, 400, 'invalid-request'],
    ['a cursor of another list', { cursor: Buffer.from('["x"]').toString('base64url') }, 422, 'not-possible'],
  ])('refuses %s', async (_, body, status, type) => {
    const answer = await api.ask('POST', PATH, { token: await api.operator(), body })
    expect([answer.status, problem(answer.body)]).toEqual([status, type])
  })

  describe('if too much is not indexed yet', () => {
    const MOVEMENTS = 250_000

    /** The first adds credit, all others take it. */
    beforeAll(async () => {
      await adjust(api, 'behind', 1_000_000n)
      await api.pool.query(
        `insert into tollgate.movements (account_id, sequence, recorded_at, occurred_at, kind, amount_micros,
           balance_before_micros, balance_after_micros, currency, actor, reason)
         select account_id, n, clock_timestamp(), clock_timestamp(), 'adjustment', -1, 1000002 - n, 1000001 - n, 'EUR',
                'test', 'many'
           from tollgate.accounts cross join generate_series(2, $1::integer) as n where account_id = 'behind'`,
        [MOVEMENTS],
      )
      await api.pool.query(`update tollgate.accounts set last_sequence = $1 where account_id = 'behind'`, [MOVEMENTS])
    })

    it('a search is refused, with when to try again', async () => {
      const token = await api.operator()
      const answer = await api.ask('POST', '/v1/accounts/behind/movement-searches', { token, body: { search: 'x' } })
      expect([answer.status, problem(answer.body), answer.headers.get('retry-after')]).toEqual([
        503,
        'not-indexed',
        '30',
      ])
    })

    it('a list is read in pages of limited work, of which some are empty', async () => {
      const token = await api.operator()
      const pages: number[][] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const query = cursor === '' ? '' : `&cursor=${cursor}`
        const { status, body } = await api.ask('GET', `/v1/accounts/behind/movements?direction=in${query}`, { token })
        expect(status).toBe(200)
        pages.push(body.items.map(({ sequence }: { sequence: number }) => sequence))
        cursor = body.next_cursor
      }
      expect(pages).toEqual([[], [], [1]])
    })

    it('a list without a filter is full', async () => {
      const token = await api.operator()
      const { body } = await api.ask('GET', '/v1/accounts/behind/movements?limit=3', { token })
      expect(body.items.map(({ sequence }: { sequence: number }) => sequence)).toEqual([250_000, 249_999, 249_998])
      expect(body.next_cursor).not.toBeNull()
    })
  })
})
