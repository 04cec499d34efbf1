/** Dead letters: list, count by reason, and replay once the cause is mended. The bytes of a message are never shown. */
import { z } from 'zod'
import { formatInstant } from '../../core/instant.ts'
import { type ReplayCursor, type ReplayedPart, replayOnce } from '../../dead-letters/replay-once.ts'
import { showDeadLetter } from '../../dead-letters/show.ts'
import {
  type DeadLetterFilter,
  type DeadLetterPlace,
  listDeadLetters,
  summariseDeadLetters,
} from '../../ledger/dead-letters/list-dead-letters.ts'
import { isKafkaUnavailable } from '../../platform/kafka/producer.ts'
import { callerOf } from '../access/authenticate.ts'
import { actorOf } from '../access/permissions.ts'
import { cursorOf, pageOf, readCursor } from '../protocol/paging.ts'
import { ApiProblem, notPossible } from '../protocol/problem.ts'
import {
  AccountId,
  GivenInstant,
  IdempotencyHeaders,
  Instant,
  instantOf,
  instantTextOrNull,
  PageQuery,
  page,
} from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'

/** Per request; the answer says where the next one continues. */
const MAX_REPLAYED = 10_000
/** Well below the timeouts of callers and proxies. */
const REPLAY_TIMEOUT_MS = 20_000
const RETRY_AFTER_SECONDS = 5

const POSITION = {
  topic: z.string(),
  partition: z.int(),
  offset: z.int(),
}

const DeadLetter = z
  .object({
    ...POSITION,
    recorded_at: Instant,
    reason: z.string().meta({
      description:
        'invalid_event, invalid_number, unknown_account, no_rate, already_corrected, too_late or content_differs.',
    }),
    detail: z.string(),
    account_id: z.string().nullable().meta({ description: 'As stated in the message. Null if it is unreadable.' }),
    event_id: z.string().nullable().meta({ description: 'As stated in the message. Null if it is unreadable.' }),
    size_bytes: z.int().nullable(),
    value_kept: z.boolean().meta({ description: 'Whether it can be replayed.' }),
    replays: z.int().meta({ description: 'How often it was replayed.' }),
    replayed_at: Instant.nullable(),
  })
  .meta({ id: 'DeadLetter' })

const Reason = z.string().regex(/^[a-z_]{1,64}$/, { error: 'must be a reason such as no_rate' })
const Topic = z.string().regex(/^[\w.-]{1,249}$/, { error: 'must be the name of a topic' })

const FILTER = {
  reason: Reason.optional(),
  account_id: AccountId.optional(),
  topic: Topic.optional(),
  since: GivenInstant.optional().meta({ description: 'Only dead letters recorded at this instant or later.' }),
  replayed: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'true for those replayed before, false for those never replayed. All if absent.' }),
}

const ReplayRequest = z
  .strictObject({
    reason: Reason.nullable().default(null),
    account_id: AccountId.nullable().default(null),
    topic: Topic.nullable().default(null),
    since: GivenInstant.nullable().default(null),
    all: z
      .boolean()
      .default(false)
      .meta({ description: 'Replay all, whatever their reason, account, topic and time.' }),
    again: z.boolean().default(false).meta({ description: 'Include those replayed before.' }),
    max_letters: z.int().min(1).max(MAX_REPLAYED).default(MAX_REPLAYED),
    cursor: z
      .string()
      .max(1_000)
      .regex(/^[\w-]*$/, { error: 'must be a value of next_cursor' })
      .nullable()
      .default(null)
      .meta({ description: 'The next_cursor of the previous replay.' }),
  })
  .meta({ id: 'ReplayRequest' })

const Replayed = z
  .object({
    replayed: z.int(),
    left: z.int().meta({ description: 'How many were not reached. Continue with next_cursor.' }),
    next_cursor: z.string().nullable().meta({ description: 'Cursor for the next request. Null if all were reached.' }),
    failed_count: z.int(),
    failed: z
      .array(z.object({ ...POSITION, reason: z.string() }))
      .meta({ description: 'The first 200 dead letters that cannot be replayed.' }),
    conflicts_left_out: z.int().meta({
      description:
        'How many with reason content_differs were left out. They would only conflict again, so they are replayed only if that reason is requested.',
    }),
  })
  .meta({ id: 'Replayed' })

const ReasonCount = z
  .object({
    reason: z.string(),
    count: z.int(),
    value_kept_count: z.int().meta({ description: 'How many of them can be replayed.' }),
    newest_recorded_at: Instant,
  })
  .meta({ id: 'DeadLetterReason' })

const ACCESS = { permission: 'dead_letters', of: 'installation' } as const
const URL = '/v1/dead-letters'

export function addDeadLetterRoutes(api: Api, context: ApiContext): void {
  addListDeadLetters(api, context)
  addSummariseDeadLetters(api, context)
  addReplayDeadLetters(api, context)
}

function addListDeadLetters(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: URL,
    config: { access: ACCESS },
    schema: {
      operationId: 'listDeadLetters',
      tags: ['Operators'],
      summary: 'Usage that could not be rated, newest first',
      querystring: PageQuery.extend(FILTER),
      response: { 200: page(DeadLetter) },
    },
    handler: async (request) => {
      const { cursor, limit, ...asked } = request.query
      const place = readCursor(cursor, PLACE_KINDS)
      const found = await listDeadLetters(pool, filterOf(asked), {
        order: 'newest first',
        after: place && placeOf(place),
        limit: limit + 1,
      })
      return pageOf(found, limit, valuesOf, showDeadLetter)
    },
  })
}

function addSummariseDeadLetters(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: `${URL}/summary`,
    config: { access: ACCESS },
    schema: {
      operationId: 'summariseDeadLetters',
      tags: ['Operators'],
      summary: 'Number of dead letters by reason, most frequent first',
      querystring: z.object(FILTER),
      response: { 200: z.object({ items: z.array(ReasonCount) }) },
    },
    handler: async (request) => {
      const found = await summariseDeadLetters(pool, filterOf(request.query))
      const items = found.map(({ reason, count, keptCount, newestRecordedAt }) => ({
        reason,
        count,
        value_kept_count: keptCount,
        newest_recorded_at: newestRecordedAt,
      }))
      return { items }
    },
  })
}

function addReplayDeadLetters(api: Api, { writer: { pool }, replaySender }: ApiContext): void {
  let isStopping = false
  api.addHook('preClose', async () => {
    isStopping = true
  })

  api.route({
    method: 'POST',
    url: `${URL}/replay`,
    config: { access: ACCESS, problems: ['not_possible', 'request_key_reused'] },
    schema: {
      operationId: 'replayDeadLetters',
      tags: ['Operators'],
      summary: 'Replay dead letters, oldest first',
      description: `Sends them to their topics again, unchanged. An event that was rated in the meantime counts as a duplicate. At most ${MAX_REPLAYED} per request: while next_cursor is not null, repeat the request with it and another Idempotency-Key. If an answer was lost, the same key returns it, or continues after those already replayed.`,
      headers: IdempotencyHeaders,
      body: ReplayRequest,
      response: { 200: Replayed },
    },
    handler: async (request) => {
      const { body } = request
      const { reason, account_id: accountId, topic, again, all, max_letters: maxLetters } = body
      const since = instantTextOrNull(body.since)
      if (!all && [reason, accountId, topic, since].every((part) => part === null)) {
        const detail = 'choose which: send reason, account_id, topic or since, or set all'
        throw notPossible('/body/all', 'no_filter', detail)
      }
      const filter: DeadLetterFilter = {
        reason,
        accountId,
        topic,
        since: since === null ? null : { instant: since },
        upTo: null,
        isReplayed: again ? null : false,
        exceptReason: null,
      }
      const endsAt = performance.now() + REPLAY_TIMEOUT_MS
      const isTimeUp = () => isStopping || performance.now() > endsAt
      const part = { filter, cursor: replayCursorOf(body.cursor), maxLetters, isTimeUp }
      const key = {
        kind: 'dead_letter_replay',
        key: request.headers['idempotency-key'],
        content: { ...body, since, actor: actorOf(callerOf(request)) },
      } as const
      const result = await replayOnce(pool, replaySender, part, key).catch(asUnavailable)
      if (!('refused' in result)) return replayedJson(result)
      if (result.refused === 'request_key_reused') {
        throw new ApiProblem(
          'request_key_reused',
          'this Idempotency-Key was already used for another replay or by another caller: nothing was replayed',
        )
      }
      throw new ApiProblem('unavailable', 'another replay is running: try again with the same Idempotency-Key', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      })
    },
  })
}

/** A broker that does not answer is a transient fault, not our bug. */
function asUnavailable(error: unknown): never {
  if (!isKafkaUnavailable(error)) throw error
  throw new ApiProblem(
    'unavailable',
    'Kafka is not responding, so the replay is incomplete: try again with the same Idempotency-Key to continue',
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  )
}

interface AskedFilter {
  readonly reason?: string | undefined
  readonly account_id?: string | undefined
  readonly topic?: string | undefined
  readonly since?: string | undefined
  readonly replayed?: 'true' | 'false' | undefined
}

function filterOf({ reason, account_id: accountId, topic, since, replayed }: AskedFilter): DeadLetterFilter {
  return {
    reason: reason ?? null,
    accountId: accountId ?? null,
    topic: topic ?? null,
    since: since === undefined ? null : { instant: formatInstant(instantOf(since)) },
    upTo: null,
    isReplayed: replayed === undefined ? null : replayed === 'true',
    exceptReason: null,
  }
}

const PLACE_KINDS = ['string', 'string', 'number', 'number', 'string'] as const
type PlaceValues = readonly [recordedAt: string, topic: string, partition: number, offset: number, hash: string]

function valuesOf({ recordedAt, topic, partition, offset, valueHash }: DeadLetterPlace): PlaceValues {
  return [recordedAt, topic, partition, Number(offset), valueHash.toString('hex')]
}

function placeOf([recordedAt, topic, partition, offset, hash]: PlaceValues): DeadLetterPlace {
  return { recordedAt, topic, partition, offset: BigInt(offset), valueHash: Buffer.from(hash, 'hex') }
}

function replayCursorOf(cursor: string | null): ReplayCursor | null {
  const values = readCursor(cursor ?? undefined, ['string', ...PLACE_KINDS])
  if (values === null) return null
  const [upTo, ...place] = values
  return { upTo, after: placeOf(place) }
}

function replayedJson({ replayed, left, failedCount, failed, conflictsLeftOut, next }: ReplayedPart) {
  return {
    replayed,
    left,
    next_cursor:
      next &&
      cursorOf([next.upTo, ...valuesOf({ ...next.after, valueHash: Buffer.from(next.after.valueHash, 'hex') })]),
    failed_count: failedCount,
    failed: failed.map(({ topic, partition, offset, reason }) => ({
      topic,
      partition,
      offset: Number(offset),
      reason,
    })),
    conflicts_left_out: conflictsLeftOut,
  }
}
